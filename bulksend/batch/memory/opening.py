"""The memory found and believed, or said what is the matter with it.

Damage is set aside, never repaired: what the journals show takes its place. A run that was killed
left rows noted that it may never have sent; its journal says which.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bulksend import errors, journal, portable
from bulksend.batch.memory import keys, memory_file, memory_tables
from bulksend.batch.reporter import Reporter
from bulksend.setting_names import Setting

KEPT_S = 400 * 86_400
#: The journals of all batches, a path a line: what a damaged memory is rebuilt from.
JOURNALS = "memory.journals"
_COMPANIONS = ("", "-wal", "-shm", "-journal")
#: Why a journal, or the disk beneath it, cannot be used just now; another time it can.
_FOR_NOW = {"journal_held", "journal_failed", "journal_forbidden", "journal_unreachable"}


class Memory:
    """An open memory: its secret, and the file."""

    def __init__(self, folder: Path, secret: keys.Keys, opened: memory_file.Store) -> None:
        self.folder = folder
        self.keys = secret
        self.store = opened

    def close(self) -> None:
        """Nothing is left to write."""
        self.store.close()


@contextlib.contextmanager
def opened(folder: Path, reporter: Reporter, nearby: Iterable[Path] = ()) -> Iterator[Memory]:
    """The memory in a state folder, made where there is none.

    `nearby`: journals to rebuild from beside those that the folder knows of. Raises UsageError
    where the folder cannot be used, or holds what is not ours.
    """
    try:
        memory = _open(folder, reporter, nearby)
    except OSError as failure:
        raise unusable(folder, failure.strerror or str(failure)) from None
    except memory_file.NotOurs:
        raise unusable(folder, f"{memory_tables.NAME} in it is not bulksend's") from None
    except sqlite3.Error as failure:
        raise unusable(folder, str(failure)) from None
    try:
        yield memory
    except sqlite3.Error as failure:
        raise unusable(folder, str(failure)) from None
    finally:
        memory.close()


def unusable(folder: Path, why: str) -> errors.UsageError:
    """The error where the memory cannot be used: it is said before anything is sent."""
    return errors.UsageError(
        f"{folder}: what this computer remembers of earlier batches cannot be used: {why}",
        hint=f"make the folder writable, or set XDG_STATE_HOME; {_without()}",
        code="memory_unusable",
    )


def _without() -> str:
    """The word that needs no memory, and what it risks."""
    word = Setting.AGAIN_AFTER.to("0", 0)
    return f"{word} goes on without, and leaves out nobody who was texted before"


def _open(folder: Path, reporter: Reporter, nearby: Iterable[Path]) -> Memory:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _making(folder):
        secret = keys.load(folder)
        path = folder / memory_tables.NAME
        _refuse_foreign(path)
        batches = [*_listed(folder), *nearby]
        if secret is None:
            _refuse_lost_secret(folder)
            secret, batches = keys.make(folder), []  # what journals hold is of an earlier secret
        try:
            if not path.exists():
                raise FileNotFoundError
            memory = Memory(folder, secret, memory_file.connect(path, secret))
        except (sqlite3.DatabaseError, FileNotFoundError) as failure:
            if isinstance(failure, sqlite3.OperationalError) and _is_busy(failure):
                raise
            if isinstance(failure, sqlite3.DatabaseError):
                _set_aside(folder, memory_tables.NAME, f"it is damaged ({failure})", reporter)
            memory = _made_anew(folder, secret, batches, reporter)
        _mend_interrupted(memory)
    memory.store.prune(int(time.time()) - KEPT_S)
    return memory


@contextlib.contextmanager
def _making(folder: Path) -> Iterator[None]:
    """One at a time: of two that begin at once, the second finds what the first has made."""
    flags = os.O_RDWR | os.O_CREAT | portable.SAFE
    file = os.open(folder / "memory.lock", flags, 0o600)
    try:
        portable.lock(file, wait=True)
        yield
    finally:
        os.close(file)


def _refuse_foreign(path: Path) -> None:
    """Raises NotOurs for what is no file, or somebody else's."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode) or portable.is_another_users(status):
        raise memory_file.NotOurs


def _refuse_lost_secret(folder: Path) -> None:
    """Nobody who was texted could be recognised any more, and no journal could tell.

    Raises UsageError where the folder holds what was kept under a secret.
    """
    left_over = [name for name in (keys.NAME, memory_tables.NAME) if (folder / name).exists()]
    if not left_over:
        return
    what = "damaged" if keys.NAME in left_over else "gone"
    raise errors.UsageError(
        f"{folder / keys.NAME} is {what}: without that secret this computer recognises nobody whom "
        "it texted before, and a copy of a list that was sent would text them all once more; "
        "nothing was sent",
        hint=f"bring {keys.NAME} back from a backup; {_without()}",
        code="memory_unusable",
    )


def _is_busy(failure: sqlite3.OperationalError) -> bool:
    return failure.sqlite_errorname.startswith(
        ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")
    )


def _set_aside(folder: Path, name: str, why: str, reporter: Reporter) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    aside = folder / f"{name}.damaged-{stamp}"
    if not (folder / name).exists():
        return
    for companion in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            (folder / f"{name}{companion}").rename(f"{aside}{companion}")
    reporter.note(
        f"what this computer remembers of earlier batches cannot be read, {why}; "
        f"it was set aside as {aside}"
    )


def _made_anew(
    folder: Path, secret: keys.Keys, journals: Iterable[Path], reporter: Reporter
) -> Memory:
    """A memory of what the journals show. It comes to its place whole: a part would be believed.

    Raises OSError or sqlite3.Error where a journal, or the disk, cannot be used for now.
    """
    path, part = folder / memory_tables.NAME, folder / f"{memory_tables.NAME}.new"
    for name in (part.name, path.name):  # SQLite would take an earlier file's for this one's
        for companion in _COMPANIONS[1:]:
            (folder / f"{name}{companion}").unlink(missing_ok=True)
    memory_tables.create(part, secret)
    shown = _fill(part, secret, list(dict.fromkeys(journals)))
    part.rename(path)
    if shown:
        rebuilt = "1 journal" if shown == 1 else f"{shown} journals"
        reporter.note(f"it was rebuilt from {rebuilt}; what others show is not known any more")
    return Memory(folder, secret, memory_file.connect(path, secret))


def _fill(part: Path, secret: keys.Keys, journals: Sequence[Path]) -> int:
    """Into one file; how many of the journals showed anything."""
    if not journals:
        return 0
    with contextlib.closing(memory_file.connect(part, secret)) as store:
        shown = sum(_absorb(store, path) for path in journals)
        store.into_one_file()
    return shown


def _absorb(store: memory_file.Store, path: Path) -> bool:
    """Take in what a journal shows. False where it is gone or damaged, or is no real batch's.

    Raises OSError where it may be read later: whom it shows would be texted twice without it.
    """
    try:
        with journal.read(path) as record:
            facts = record.batch()
            if facts.sandbox:
                return False
            number = store.begin(noted(facts, path))
            store.replace(number, rows_of(record))
    except errors.BulksendError as failure:
        if failure.code in _FOR_NOW:
            raise OSError(f"it is to be made anew from journals, and {failure}") from None
        return False
    return True


def noted(facts: journal.Batch, path: Path) -> memory_file.Batch:
    """A batch as it is remembered."""
    return memory_file.Batch(
        number=0,
        batch_id=facts.batch_id,
        name=facts.contacts_name,
        sender=facts.sender,
        journal=str(path.absolute()),
        began_s=int(facts.created_at.timestamp()),
        open=True,
    )


def rows_of(record: journal.Reader) -> Iterator[tuple[memory_file.Wanted, int]]:
    """What was sent, or may have been, and when."""
    for row, memory_row, memory_phone, claimed_ms in record.memory_rows():
        wanted = memory_file.Wanted(row, keys.from_bytes(memory_phone), keys.from_bytes(memory_row))
        yield wanted, claimed_ms // 1000


def _mend_interrupted(memory: Memory) -> None:
    """Runs that were killed: what their journals do not show as sent is free again."""
    for batch in memory.store.batches().values():
        path = Path(batch.journal)
        if batch.open and path.is_file():
            _mend(memory, batch, path)


def _mend(memory: Memory, batch: memory_file.Batch, path: Path) -> None:
    """Not while a run works on it, which is what the lock says."""
    try:
        with journal.held(path), journal.read(path) as record:
            if record.batch().batch_id == batch.batch_id:
                memory.store.replace(batch.number, rows_of(record))
    except (errors.BulksendError, OSError):
        return


def _listed(folder: Path) -> Iterator[Path]:
    """The journals that batches began with."""
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / JOURNALS).read_bytes().split(b"\0"):
            if line:
                yield Path(os.fsdecode(line))


def list_journal(folder: Path, path: Path) -> None:
    """Note where a batch's journal lies. Raises OSError."""
    absolute = path.absolute()
    if absolute in set(_listed(folder)):
        return
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | portable.SAFE
    file = os.open(folder / JOURNALS, flags, 0o600)
    try:
        # A name that a full disk cut short ends where the next one begins.
        os.write(file, b"\0" + os.fsencode(absolute) + b"\0")
        os.fsync(file)
    finally:
        os.close(file)
