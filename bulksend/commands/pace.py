"""`bulksend pace`: change the rate of a run, pause it, let it go on."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch import advice, batch_status
from bulksend.batch.control import request
from bulksend.batch.settings import Place
from bulksend.frozen import frozen
from bulksend.sending import user_rate
from bulksend.setting_names import Setting

#: How long the run may take to answer; it looks four times a second.
ANSWER_S = 3.0
_LOOK_S = 0.02


@frozen(kw_only=False)
class Pace:
    """How the run goes now, as it has confirmed."""

    rate: str
    paused: bool
    #: The command that ends a pause.
    go_on: str


def pace(place: Place, change: str | None, rate: str) -> Pace:
    """Change the pace of the run and wait until it goes by it; without a change, say how it goes.

    `rate`: of the next run, where none works on the batch and the change names none.
    Raises UsageError where no run works on the batch, or it does not answer.
    """
    if change not in (None, request.PAUSE, request.CONTINUE):
        user_rate.parse_rate(change or "")
        rate = change or rate
    batch_status.refuse_missing(place)
    path = request.request_path(place.journal_path)
    control_request = present = _present(place, path, rate)
    if change is not None:
        control_request = _changed(present, change)
        _write(path, control_request)
        try:
            _wait(place, path, control_request)
        except errors.UsageError:
            _take_back(path, control_request, present)
            raise
    return Pace(
        control_request.rate,
        control_request.paused,
        request.command_line(place, request.CONTINUE),
    )


def _changed(control_request: request.ControlRequest, change: str) -> request.ControlRequest:
    if change in (request.PAUSE, request.CONTINUE):
        return control_request.but(paused=change == request.PAUSE)
    return control_request.but(rate=change)


def _present(place: Place, path: Path, rate: str) -> request.ControlRequest:
    """What the run goes by; a run that has just begun writes it in a moment."""
    end_s = time.monotonic() + ANSWER_S
    while time.monotonic() < end_s:
        _refuse_idle(place, rate)
        control_request = request.read(path)
        if control_request is not None:
            return control_request
        time.sleep(_LOOK_S)
    raise _no_answer()


def _write(path: Path, control_request: request.ControlRequest) -> None:
    sentence, code = f"{path}: cannot be written", "pace_unwritable"
    with errors.instead_of_os_error(errors.UsageError, sentence, code=code):
        request.write(path, control_request)


def _wait(place: Place, path: Path, control_request: request.ControlRequest) -> None:
    """Until the run goes by it. Raises UsageError."""
    end_s = time.monotonic() + ANSWER_S
    while time.monotonic() < end_s:
        present = request.read(path)
        if present is not None and present.token == control_request.token and present.acknowledged:
            return
        _refuse_idle(place, control_request.rate)
        time.sleep(_LOOK_S)
    raise _no_answer()


def _take_back(
    path: Path, control_request: request.ControlRequest, before: request.ControlRequest
) -> None:
    """A command that failed changes nothing later, when a suspended run goes on."""
    with contextlib.suppress(OSError, errors.UsageError):
        present = request.read(path)
        if (
            present is not None
            and present.token == control_request.token
            and not present.acknowledged
        ):
            request.write(path, before)


def _refuse_idle(place: Place, rate: str) -> None:
    if journal.is_running(place.journal_path):
        return
    raise errors.UsageError(
        f"{place.contacts}: no run works on this batch right now",
        hint=_way_out(place, rate),
        code="not_running",
    )


def _way_out(place: Place, rate: str) -> str:
    with journal.read(place.journal_path) as record:
        left = batch_status.at_rest(record, place).counts.unsent
    if not left:
        return f"nothing is left to send, see: {advice.command('status', place)}"
    line = advice.command("resume", place, Setting.RATE, rate)
    return f"the next one takes {Setting.RATE}: {line}"


def _no_answer() -> errors.UsageError:
    return errors.UsageError(
        "the run does not answer",
        hint="it may be about to begin or to end: look, and try again",
        code="no_answer",
        next_command="status",
    )
