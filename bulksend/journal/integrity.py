"""Whether a file is a journal that can be believed, and if not, what is the matter with it.

Nobody knows from a journal that is damaged, incomplete or out of reach who was texted; so nothing
is sent by it, and no hint leads to beginning the batch anew.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import sys
from pathlib import Path

from bulksend import errors, portable
from bulksend.journal import schema, upgrade
from bulksend.setting_names import Setting

#: How long another program may hold the file before that is said; a person waits no longer.
_BUSY_S = 1.0
#: A run waits longer: a backup or a reader must not end it.
_BUSY_AT_WORK_MS = 10_000
#: Ten times the longest that is written: a packed template.
_VALUE_MAX_BYTES = 2_000_000
#: What values that we never write do to those who read them.
ODD = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a journal that can be believed: `mode` is `ro` or `rw`.

    A journal of an older version is shown to `ro` as one of this version. Raises JournalError.
    """
    _check_file(path, mode)
    _check_whole(path)
    try:
        return _connected(path, mode)
    except sqlite3.Error as failure:
        if getattr(failure, "sqlite_errorname", "") != "SQLITE_READONLY_ROLLBACK":
            raise failed(path, failure) from None
    return _rolled_back(path)


def _rolled_back(path: Path) -> sqlite3.Connection:
    """A run that died while SQLite wrote to the file itself has left the way back beside it.

    Only who may write can go it: once, and then the file is read as any other.
    """
    _check_file(path, "rw")
    try:
        _connected(path, "rw").close()
        return _connected(path, "ro")
    except sqlite3.Error as failure:
        raise failed(path, failure) from None


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_S,
    )
    try:
        # A journal may come from anywhere: nothing in it may run.
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_MAX_BYTES)
        version = _check_content(connection, path)
        if mode == "ro" and upgrade.is_old(version):
            upgrade.show(connection, version)
    except BaseException:
        connection.close()
        raise
    return connection


def harden(connection: sqlite3.Connection) -> None:
    """FULL: a commit that returned survives a power cut (NORMAL does not: measured)."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync=ON")
        connection.execute("PRAGMA checkpoint_fullfsync=ON")


def mark_open(connection: sqlite3.Connection) -> None:
    """In the file itself, not in its `-wal`: so that without the `-wal` it is not believed."""
    connection.execute(schema.SET_FACT, ("open", "1"))
    connection.execute("PRAGMA wal_checkpoint(FULL)")
    connection.execute(f"PRAGMA busy_timeout={_BUSY_AT_WORK_MS}")


def close(connection: sqlite3.Connection, path: Path) -> None:
    """One file is left, and nothing of it stands elsewhere. Never raises.

    Where the disk is full the mark stays, and an empty `-wal` says that none is missing: SQLite
    takes its own away only once all of it stands in the file.
    """
    marked = True
    with contextlib.suppress(sqlite3.Error):
        connection.rollback()  # a commit that failed
        connection.execute(schema.DROP_FACT, ("open",))
        marked = False
    with contextlib.suppress(sqlite3.Error):
        # A reader would otherwise leave its shared memory beside it.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    with contextlib.suppress(sqlite3.Error):
        connection.close()
    if marked:
        with contextlib.suppress(OSError):
            wal_path(path).touch(mode=0o600)


def wal_path(path: Path) -> Path:
    """Where SQLite writes first: what a run that was killed had sent may stand there alone."""
    return path.with_name(f"{path.name}-wal")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a journal's tables."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_file(path: Path, mode: str) -> None:
    """Never by opening the file: closing that would give SQLite's own locks away."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise errors.JournalError(
            f"{path}: there is no such journal", hint="a batch begins with the command run"
        ) from None
    except OSError as failure:
        raise unreachable(path, failure) from None
    if not stat.S_ISREG(status.st_mode):
        raise errors.JournalError(f"{path}: is no file", code="journal_foreign")
    if not os.access(path, os.R_OK):
        raise forbidden(path, "read")
    if mode == "rw" and not os.access(path, os.W_OK):
        raise forbidden(path, "written")


def _check_content(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a journal of ours, with nothing in it that acts. Raises JournalError."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = version_of(connection)
    if application != schema.APPLICATION_ID or version < schema.OLDEST:
        raise foreign(path)
    if version > schema.VERSION:
        raise errors.JournalError(
            f"{path}: was written by a newer version of bulksend",
            hint="update bulksend on this computer; the batch goes on with that version",
            code="journal_newer",
        )
    if connection.execute(schema.ACTING).fetchone()[0]:
        raise foreign(path)
    return version


def _check_whole(path: Path) -> None:
    """A run that never closed it wrote its last rows to the `-wal`. Raises JournalError.

    Looked at before SQLite, which would make the missing file. Nothing in this process has the
    journal open while its `-wal` is missing, so no lock is given away.
    """
    if wal_path(path).exists() or not _is_wal_mode(path):
        return
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"  # reads this one file and makes none
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            version = _check_content(connection, path)
            marked = connection.execute(schema.FACT, ("open",)).fetchone() is not None
    except sqlite3.Error:
        raise foreign(path) from None
    if marked or upgrade.marks_nothing(version):
        raise incomplete(path)


def _is_wal_mode(path: Path) -> bool:
    """By the header of the file: <https://sqlite.org/fileformat.html#file_format_version_numbers>."""
    try:
        with path.open("rb") as file:
            header = file.read(20)
    except OSError as failure:
        raise unreachable(path, failure) from None
    return header[:16] == b"SQLite format 3\0" and header[18:20] == b"\2\2"


def incomplete(path: Path) -> errors.JournalError:
    """A copy made while a run worked, or a file moved without its companion after a kill."""
    return errors.JournalError(
        f"{path}: is not whole: a run that did not end wrote its last rows to "
        f"{wal_path(path).name}, and that file is not there",
        hint=(
            "bring that file back beside it (it stays where the run was killed, or in a backup); "
            "without it nobody knows who was texted, and nothing is sent"
        ),
        code="journal_incomplete",
    )


def foreign(path: Path) -> errors.JournalError:
    """Something else, or values that we never write."""
    return errors.JournalError(
        f"{path}: is no journal of bulksend, or is damaged",
        hint=(
            "if a batch began with it, restore it from a backup: nobody else knows who was texted; "
            f"if it is another file, give {Setting.JOURNAL} another name"
        ),
        code="journal_foreign",
    )


def forbidden(path: Path, what: str) -> errors.JournalError:
    """A right that is missing, and not a journal."""
    return errors.JournalError(
        f"{path}: may not be {what} by this user",
        hint="it belongs to somebody else, or its folder is read-only: ask for the right to it",
        code="journal_forbidden",
    )


def unreachable(path: Path, failure: OSError) -> errors.JournalError:
    """The file system's own words, and what is behind the commonest of them."""
    if failure.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return forbidden(path, "used")
    if failure.errno in (errno.EMFILE, errno.ENFILE):
        return errors.JournalError(
            f"{path}: cannot be opened: too few file descriptors",
            hint="raise the limit, for example with: ulimit -n 1024",
            code="journal_unreachable",
        )
    return errors.JournalError(
        f"{path}: cannot be opened: {failure.strerror or failure}",
        hint="see that its disk is there and sound",
        code="journal_unreachable",
    )


def failed(path: Path, failure: sqlite3.Error) -> errors.JournalError:
    """What SQLite says, as what it is: held, out of reach, on a bad disk, or damaged."""
    name = getattr(failure, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return errors.JournalError(
            f"{path}: another program holds it (a backup, a synchronising folder, a viewer)",
            hint="wait until it lets go, and try again",
            code="journal_held",
        )
    if name.startswith("SQLITE_READONLY"):
        return forbidden(path, "written")
    if name.startswith("SQLITE_CANTOPEN"):
        return _not_opened(path)
    if name.startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOMEM")):
        return errors.JournalError(
            f"{path}: cannot be used: {failure}",
            hint="free space or repair the disk",
            code="journal_failed",
        )
    return foreign(path)


def _not_opened(path: Path) -> errors.JournalError:
    """SQLite does not say why: the companions cannot be made, or no descriptor is left."""
    if not os.access(path.parent, os.W_OK):
        return forbidden(path, "used")
    try:
        os.close(os.open(path.parent, os.O_RDONLY | portable.CLOEXEC))
    except OSError as failure:
        return unreachable(path, failure)
    return unreachable(path, OSError(0, "a file beside it cannot be made"))
