"""One run for one batch: a lock that dies with its process."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from bulksend import errors, portable
from bulksend.setting_names import Setting

_TRIES, _BETWEEN_S = 5, 0.04


def unmakeable(path: Path) -> AbstractContextManager[None]:
    """Raises JournalError where the journal, or a file beside it, cannot be made."""
    sentence = f"cannot make {path}"
    hint = f"the journal's folder must be writable; or give {Setting.JOURNAL} another place"
    code = "journal_unwritable"
    return errors.instead_of_os_error(errors.JournalError, sentence, hint=hint, code=code)


class Lock:
    """Held from `take` to `release`, or to the end of the process, however that comes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def take(self) -> None:
        """Raises Locked, naming who holds it, or JournalError where no lock can be made."""
        with unmakeable(self._path):
            flags = os.O_RDWR | os.O_CREAT | portable.SAFE
            self._file = os.open(self._path, flags, 0o600)
        if not self._locked():
            holder = portable.read_at(self._file, 200, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise errors.Locked(
                f"another run works on this batch: {holder or 'it has just begun'}",
                hint="wait for it, or look how it goes",
                code="locked",
                next_command="status",
            ) from None
        who = f"pid {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%F %T} UTC\n"
        portable.write_over(self._file, who.encode())

    def _locked(self) -> bool:
        """Tried for a moment: `status` looks with a lock of its own, and who has just begun is yet
        to write who it is.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(OSError):
                portable.lock(self._file)
                return True
            time.sleep(_BETWEEN_S)
        return False

    def release(self) -> None:
        """The file stays: removing it would let two runs hold two locks of one name."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def is_held(path: Path) -> bool:
    """Whether a run works on the batch right now."""
    try:
        file = os.open(path, os.O_RDONLY | portable.SAFE)
    except OSError:
        return False
    try:
        portable.lock(file, shared=True)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def is_suspended(path: Path) -> bool:
    """Whether the run that holds it was stopped by Ctrl-Z, as far as this computer can see."""
    try:
        who = re.match(r"pid (\d+) on (\S+) since", path.read_text(errors="replace"))
    except OSError:
        return False
    return bool(who and who[2] == socket.gethostname() and portable.is_suspended(int(who[1])))
