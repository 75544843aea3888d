"""`--log-file`: one JSON line an event, so that a run at night leaves a trace.

Phone numbers are masked, and the API key never stands in it. The file is added to, never replaced,
and never another one than a log of ours.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bulksend import errors, portable
from bulksend.batch.reporter import Progress, Reporter
from bulksend.sms.message import Outcome, Status

if TYPE_CHECKING:
    from bulksend.receipts.counts import AskingProgress

#: How often a run at work gets a line.
PROGRESS_EVERY_S = 60.0
_NUMBER = re.compile(r"(?<![\w.-])(?:\+|00)?\d[\d ()]{6,16}\d(?![\w.-])")
_LOGGER = logging.getLogger("bulksend")
#: What every line of a log of ours begins with.
_BEGIN = '{"time": "'


class JsonLines(logging.Formatter):
    """An event and its fields as one line of JSON."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """`{"time": ..., "level": "info", "event": "note", ...}`, in ASCII."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= {name: self._safe(value) for name, value in record.__dict__.get("data", {}).items()}
        return json.dumps(line)

    def _safe(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "***")
        return _NUMBER.sub(_masked, value)


def _masked(number: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", number[0])
    plus = "+" if number[0].startswith("+") else ""
    return f"{plus}{digits[:4]}\N{HORIZONTAL ELLIPSIS}{digits[-2:]}"


def begin(path: Path, secrets: Sequence[str]) -> None:
    """From now on events are added to that file. Raises UsageError where it cannot be one."""
    sentence, code = f"{path}: the log cannot be written", "log_unwritable"
    with errors.instead_of_os_error(errors.UsageError, sentence, code=code):
        _refuse_foreign(path)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | portable.NONBLOCK
        descriptor = os.open(path, flags, 0o600)
        os.close(descriptor)
        handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(JsonLines(secrets))
    logging.raiseExceptions = False  # a log on a full disk never ends a batch
    for former in _LOGGER.handlers:
        former.close()
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def _refuse_foreign(path: Path) -> None:
    if not path.is_file():  # a terminal or a pipe has nothing to lose
        return
    with path.open("rb") as file:
        first = file.read(len(_BEGIN))
    if first and first != _BEGIN.encode():
        raise errors.UsageError(
            f"{path} is there already and is no log of bulksend",
            hint="give --log-file another name",
            code="log_foreign",
        )


def event(name: str, **data: object) -> None:
    """One line, where a log was begun."""
    _write(logging.INFO, name, data)


def warning(name: str, **data: object) -> None:
    """One line that somebody should look at."""
    _write(logging.WARNING, name, data)


def _write(level: int, name: str, data: dict[str, object]) -> None:
    if _LOGGER.handlers:
        _LOGGER.log(level, name, extra={"data": data})


class Logged(Reporter):
    """A reporter that writes down what it shows."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._next_s = 0.0
        self._pass_ended = False

    @property
    def stopped(self) -> bool:
        """As the one it stands before."""
        return self._reporter.stopped

    @stopped.setter
    def stopped(self, stopped: bool) -> None:
        """Set from outside to stop as the first Ctrl-C does."""
        self._reporter.stopped = stopped

    @property
    def can_ask(self) -> bool:
        """As the one it stands before."""
        return self._reporter.can_ask

    def note(self, sentence: str) -> None:
        """A warning or a remark."""
        warning("note", text=sentence)
        self._reporter.note(sentence)

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        """The question, and whether it was agreed to."""
        agreed = self._reporter.confirm(question, typed=typed, ask=ask, repeats=repeats)
        first, *_ = question.splitlines() or [""]
        event("consent", question=first, agreed=agreed)
        return agreed

    def reading(self, rows: int) -> None:
        """Not worth a line."""
        self._reporter.reading(rows)

    def read(self) -> None:
        """The contacts file was read to its end."""
        self._reporter.read()

    def begin(self, progress: Progress) -> None:
        """Sending starts."""
        self._next_s = time.monotonic() + PROGRESS_EVERY_S
        event("sending", rows=progress.total, ended_before=progress.ended_before)
        self._reporter.begin(progress)

    def advance(self, progress: Progress, outcomes: Sequence[Outcome]) -> None:
        """Rows ended: those that were not accepted get a line each."""
        for outcome in outcomes:
            reply = outcome.reply
            if reply.status is not Status.ACCEPTED:
                words = {"status": str(reply.status), "code": reply.code, "text": reply.error}
                warning("row", row=outcome.row, **words)
        self._reporter.advance(progress, outcomes)

    def pulse(self, progress: Progress) -> None:
        """A line a minute."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + PROGRESS_EVERY_S
            event("progress", **_counts(progress))
        self._reporter.pulse(progress)

    def end(self, progress: Progress) -> None:
        """Sending ended."""
        event("sent", **_counts(progress))
        self._reporter.end(progress)

    def asking(self, progress: AskingProgress) -> None:
        """A line after each pass."""
        if progress.next_pass_s is not None and not self._pass_ended:
            event(
                "receipts", accepted=progress.total, waiting=progress.waiting, **_became(progress)
            )
        self._pass_ended = progress.next_pass_s is not None
        self._reporter.asking(progress)

    def asked(self) -> None:
        """The asking ended."""
        self._reporter.asked()


def _became(progress: AskingProgress) -> dict[str, object]:
    counts = progress.counts
    return {
        "delivered": counts.delivered,
        "failed": counts.failed,
        "unconfirmed": counts.unconfirmed,
        "given_up": counts.given_up,
    }


def _counts(progress: Progress) -> dict[str, object]:
    return {
        "done": progress.done,
        "rows": progress.total,
        **{str(status): count for status, count in progress.by_status.items() if count},
        "cost": {currency: format(amount, "f") for currency, amount in progress.cost.items()},
        "limited_by": progress.limited_by.in_words,
    }
