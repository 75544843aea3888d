"""The control request, for another pace: a small file beside the journal, from any process.

The journal has one writer, so the request is not in it. The run writes the file when it begins and
takes it away when it ends: a request holds for the run it was made for, and a batch that is resumed
goes by its own rate and is never paused by what was asked for before.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import asdict, fields, replace
from pathlib import Path

from bulksend import atomic_file, errors, portable
from bulksend.batch import advice
from bulksend.batch.settings import Place
from bulksend.frozen import frozen
from bulksend.sending import user_rate

PAUSE, CONTINUE = "pause", "continue"
_LONGEST_BYTES = 1000


@frozen
class ControlRequest:
    """How a run is to go: its rate, and whether it is paused."""

    #: As a person writes it: 50/s.
    rate: str
    paused: bool = False
    #: Tells one request from another.
    token: str = ""
    #: Whether the run goes by it.
    acknowledged: bool = False

    def but(self, **changes: str | bool) -> ControlRequest:
        """A changed request, with a token of its own and not yet acknowledged."""
        return replace(self, **changes, token=secrets.token_hex(8), acknowledged=False)  # type: ignore[arg-type]


def request_path(journal_path: Path) -> Path:
    """Where the control request of a batch lies."""
    return journal_path.with_name(f"{journal_path.name}.pace")


def command_line(place: Place, change: str) -> str:
    """The command that changes the pace of a run, ready to paste."""
    return advice.command("pace", replace(place, results=None, api_key_file=None), change)


def read(path: Path) -> ControlRequest | None:
    """The request in a file; None where there is no file. Raises UsageError for anything else."""
    try:
        file = os.open(path, os.O_RDONLY | portable.SAFE | portable.NONBLOCK)
    except OSError:
        return None
    try:
        values = json.loads(os.read(file, _LONGEST_BYTES))
        control_request = ControlRequest(**values)
        for field in fields(ControlRequest):
            if type(getattr(control_request, field.name)) is not type(
                getattr(_EXAMPLE, field.name)
            ):
                raise TypeError(field.name)
    except (OSError, ValueError, TypeError, RecursionError):
        raise errors.UsageError(
            f"{path}: is not what the command pace writes", code="pace_unreadable"
        ) from None
    finally:
        os.close(file)
    user_rate.parse_rate(control_request.rate)
    return control_request


_EXAMPLE = ControlRequest(rate="")


def write(path: Path, control_request: ControlRequest) -> None:
    """Write the request whole or not at all, for this user alone. Raises OSError."""
    atomic_file.write(path, json.dumps(asdict(control_request)).encode() + b"\n")


def remove(path: Path) -> None:
    """Delete the request, where one lies there."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def is_paused(journal_path: Path) -> bool:
    """Whether the run that works on the batch is paused."""
    try:
        control_request = read(request_path(journal_path))
    except errors.UsageError:
        return False
    return control_request is not None and control_request.paused and control_request.acknowledged
