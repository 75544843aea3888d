"""What a person may do to the pace of a run, and is told of it; looked after by the run's watch."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bulksend import errors
from bulksend.batch.control import request
from bulksend.batch.reporter import Progress, Reporter
from bulksend.sending import bottleneck, delivery, user_rate
from bulksend.sending.limited_by import LimitedBy
from bulksend.sending.pacing.pacer import Pacer
from bulksend.sms.message import Reply

#: Looks that make a judgement: a second and a quarter.
_LOOKS = 5


@dataclass(slots=True)
class RunControl:
    """Writes the control request of the run's own options, then follows those of others."""

    pacer: Pacer
    reporter: Reporter
    path: Path
    #: The run's own rate, as it was given.
    rate: str
    #: The command that ends a pause.
    go_on: str
    workers: int
    #: Until when everybody left must wait for quiet hours to end; None: somebody may be texted.
    waits_until: Callable[[], datetime | None]
    _looks: deque[bottleneck.Look] = field(default_factory=lambda: deque(maxlen=_LOOKS))
    _fastest_s: float = 0.0
    _unconnected: int = 0
    #: Whether the person knows that there is no connection.
    _outage: bool = False
    _last_signature: tuple[int, int] | None = None
    _control_request: request.ControlRequest = field(init=False)

    def begin(self) -> None:
        """Write the request of the run's own options; where that fails, nobody can change it."""
        self._control_request = request.ControlRequest(rate=self.rate, acknowledged=True)
        self._write(self._control_request)

    def end(self) -> None:
        """Delete the request: it holds for this run alone."""
        request.remove(self.path)

    def on_reply(self, reply: Reply) -> None:
        """Count the connections that failed; say when an outage begins, and when it is over."""
        failed = reply.code in errors.NO_CONNECTION
        self._unconnected += failed
        if failed and not self._outage:
            self.reporter.note(f"no connection: {reply.error}; waiting, one row tries again")
        elif self._outage and not failed:
            self.reporter.note("connected again: going on")
        self._outage = failed

    def look(self, progress: Progress, deliveries: delivery.Delivery, in_flight: int) -> None:
        """Follow a new control request, and show what limits the pace."""
        signature = self._signature()
        if signature is not None and signature != self._last_signature:
            self._last_signature = signature
            self._follow()
        self._looks.append(self._look(progress, deliveries, in_flight))
        took_s = bottleneck.reply_s(self._looks)
        if took_s is not None:
            self._fastest_s = min(self._fastest_s or took_s, took_s)
        progress.limited_by = bottleneck.limited_by(self._looks, self._fastest_s)
        progress.waits_until = self.waits_until()
        if progress.waits_until is not None:
            progress.limited_by = LimitedBy.HOURS

    def _look(
        self, progress: Progress, deliveries: delivery.Delivery, in_flight: int
    ) -> bottleneck.Look:
        return bottleneck.Look(
            paused=self.pacer.pace.paused,
            pace=self.pacer.limited_by,
            held=self.pacer.held,
            waiting=self.pacer.waited_for,
            in_flight=in_flight,
            workers=self.workers,
            replies=deliveries.replies,
            replies_s=deliveries.replies_s,
            unconnected=self._unconnected,
            left=progress.total - progress.done,
        )

    def _follow(self) -> None:
        try:
            control_request = request.read(self.path)
        except errors.UsageError as failure:
            self.reporter.note(failure.message)
            return
        if control_request is None or control_request.acknowledged:
            return
        if control_request.rate != self._control_request.rate:
            self.pacer.set_rate(user_rate.parse_rate(control_request.rate))
            self.reporter.note(f"the rate is {control_request.rate} from now on")
        if control_request.paused != self._control_request.paused:
            self._pause() if control_request.paused else self._continue()
        self._control_request = replace(control_request, acknowledged=True)
        self._write(self._control_request)

    def _pause(self) -> None:
        self.pacer.pause()
        self.reporter.note(f"paused; go on with: {self.go_on}")

    def _continue(self) -> None:
        self.pacer.go_on()
        self.reporter.note("going on")

    def _write(self, control_request: request.ControlRequest) -> None:
        with contextlib.suppress(OSError):  # a full disk is the journal's to tell
            request.write(self.path, control_request)
        self._last_signature = self._signature()

    def _signature(self) -> tuple[int, int] | None:
        try:
            file = self.path.lstat()
        except OSError:
            return None
        return file.st_mtime_ns, file.st_ino
