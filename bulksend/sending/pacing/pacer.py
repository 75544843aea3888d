"""The gate: waits, and asks those who decide.

How it works is written at the top of the folder, in `pacing/__init__.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from bulksend.sending.limited_by import LimitedBy
from bulksend.sending.pacing import policy
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sending.pacing.bucket import TICK_S, Bucket
from bulksend.sending.pacing.window import Window
from bulksend.sms.message import Reply, Status

#: How often the line at the wire is looked at; how soon a change is noticed at the slowest pace.
_WIRE_TICK_S, LOOK_S = 0.001, 0.05
#: More than so many accepted in a second are not counted: no limit is looked for up there.
_COUNTED = 2000


class Pacer:
    """One gate for any number of tasks: a slot for each row, then its request is smoothed."""

    def __init__(self, rate_per_s: float) -> None:
        self.pace = policy.Pace(rate_per_s)
        self._counts = Observation()
        self._accepted_at: deque[float] = deque(maxlen=_COUNTED)
        self._bucket: Bucket
        self._slots = Window(rate_per_s, 1.001)
        # Two ticks of the bucket may pass at once.
        self._wire = Window(rate_per_s, 1.003, burst_s=2 * TICK_S)
        self._asking = _Line(self._slot_early_s, TICK_S)
        self._leaving = _Line(self._wire_early_s, _WIRE_TICK_S)
        #: Wait until one row may be claimed; or ask whether it may: then it has its slot.
        self.slot, self.slot_now = self._asking.wait, self._asking.passes
        #: Wait until one request more on the wire keeps the promise of each second; or ask.
        self.smooth, self.smooth_now = self._leaving.wait, self._leaving.passes

    @cached_property
    def _now_s(self) -> Callable[[], float]:
        """The clock of the loop; to ask for the loop is a system call in some Pythons."""
        return asyncio.get_running_loop().time

    def _slot_early_s(self) -> float:
        """How long until it is worth a look whether one slot may be given; 0: it was, now."""
        pace, counts, now_s = self.pace, self._counts, self._now_s()
        if now_s < pace.next_s:
            return pace.next_s - now_s
        counts.now_s = now_s
        after = policy.next_slot(pace, counts)
        if after is not None and pace.opened is None:  # a rest is over: what piled up is let go
            self._bucket = Bucket(pace.user_per_s, 1.0)
        if after is None or not self._bucket.take():
            return 0.05 / pace.user_per_s
        early_s = self._slots.early_s(now_s)
        if early_s > 0.0:
            self._bucket.drawn += 1.0
            return early_s
        self.pace = after
        counts.open += 1
        return 0.0

    def give_back(self) -> None:
        """A slot that was given is not made use of."""
        self._counts.open = max(self._counts.open - 1, 0)

    def _wire_early_s(self) -> float:
        return self._wire.early_s(self._now_s())

    def on_reply(self, reply: Reply) -> None:
        """Learn from a reply."""
        counts, signal = self._counts, reply.signal
        counts.now_s = now_s = self._now_s()
        counts.replies += 1
        if counts.open:
            counts.open -= 1
        if reply.status is Status.ACCEPTED:
            counts.accepted += 1
            self._accepted_at.append(now_s)
        refused = signal is not None and signal.throttle is not None
        if refused or counts.replies <= self.pace.limit.ignore_until_reply:
            counts.last_second = sum(at_s > now_s - 1.0 for at_s in self._accepted_at)
        self.pace = policy.next_pace(self.pace, reply, counts)

    def pause(self) -> None:
        """Give no slot until `go_on`."""
        self.pace = replace(self.pace, paused=True, opened=None)

    def go_on(self) -> None:
        """Give slots again."""
        self.pace = replace(self.pace, paused=False)

    def set_rate(self, rate_per_s: float) -> None:
        """Another rate of the user's, from now on; what was learnt and what has left counts."""
        self.pace = replace(self.pace, user_per_s=rate_per_s)
        self._bucket = Bucket(rate_per_s, 0.0)
        self._slots.set_rate(rate_per_s)
        self._wire.set_rate(rate_per_s)

    @property
    def open(self) -> int:
        """Requests that have a slot and no reply yet."""
        return self._counts.open

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for the gate."""
        return len(self._asking) + len(self._leaving) > 0

    @property
    def held(self) -> bool:
        """Whether nobody may send before some moment."""
        return self.pace.held_until_s > self._now_s()

    @property
    def limited_by(self) -> LimitedBy:
        """Where the rate comes from right now."""
        return self.pace.limited_by(self._now_s())


class _Line:
    """Who waits at one of the two places, where `early_s` says how long, or lets one pass."""

    def __init__(self, early_s: Callable[[], float], tick_s: float) -> None:
        self._early_s, self._tick_s = early_s, tick_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def passes(self) -> bool:
        """Whether one passes at once, and overtakes nobody."""
        return not self._waiting and self._early_s() <= 0.0

    async def wait(self) -> None:
        """Pass in the order of asking. Safe to cancel."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            self._look()
        await turn

    def _look(self) -> None:
        """Let pass who may, and look again in a tick for the others; who gave up is passed over."""
        while self._waiting:
            if not self._waiting[0].done():
                early_s = self._early_s()
                if early_s > 0.0:
                    again_s = min(max(early_s, self._tick_s), LOOK_S)
                    self._waiting[0].get_loop().call_later(again_s, self._look)
                    return
                self._waiting[0].set_result(None)
            self._waiting.popleft()
