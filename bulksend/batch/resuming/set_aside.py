"""An earlier batch of the same contacts file, kept under another name when one begins anew."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch import paths
from bulksend.receipts import store_path
from bulksend.sms.message import Status


def nobody_was_reached(record: journal.Reader) -> bool:
    """Whether no row was accepted, may have been, or was refused for its own sake.

    What is refused for everybody's sake (key, sender, profile, server) leaves its row unsent.
    """
    counts = record.counts()
    reached = (Status.ACCEPTED, Status.UNKNOWN, Status.CLAIMED, Status.REFUSED)
    return not record.gone() and not any(counts[status] for status in reached)


def set_aside(files: paths.Files, batch_id: str, stem: str, note: Callable[[str], None]) -> None:
    """Give journal, receipts and results of the earlier batch names with the moment in them.

    The results go first and the journal last: whatever interrupts this, the batch is there under
    one of its names. Raises JournalError, Locked where a run works on it, and BatchMismatch where
    it is no longer the batch of that ID, which alone is what the person agreed to.
    """
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    with _unchanged(files.journal, batch_id):
        moves = list(_moves(files, stem, stamp))
        hint, code = "the folder must be writable", "journal_unwritable"
        for old, new in moves:
            sentence = f"the earlier batch cannot be kept as {new}"
            with errors.instead_of_os_error(errors.JournalError, sentence, hint=hint, code=code):
                if os.path.lexists(new):
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
                old.rename(new)
    note(f"the earlier batch is kept as {', '.join(str(new) for _, new in moves)}")


def forget(path: Path, batch_id: str) -> None:
    """Delete the journal of a rehearsal, which cost nothing. Raises as `set_aside`."""
    with _unchanged(path, batch_id):
        journal.forget(path)


@contextlib.contextmanager
def _unchanged(path: Path, batch_id: str) -> Iterator[None]:
    """Nobody works on that batch within the block, nor has begun another in its place."""
    try:
        with journal.Journal.at_rest(path) as batch:
            if batch.batch_id != batch_id:
                raise _begun_meanwhile(path)
            yield
    except errors.JournalError:
        if os.path.lexists(path):
            raise
        raise _begun_meanwhile(path) from None


def _begun_meanwhile(path: Path) -> errors.BatchMismatch:
    return errors.BatchMismatch(
        f"{path}: another run has begun a batch here meanwhile; nothing was sent by this one",
        next_command="status",
        code="begun_meanwhile",
    )


def _moves(files: paths.Files, stem: str, stamp: str) -> Iterator[tuple[Path, Path]]:
    beside = (store_path.beside(files.journal), paths.beside(files.journal).path)
    for old in (files.results, *beside, files.journal):
        if old.exists():
            yield old, stamped(old, stem, stamp)


def stamped(path: Path, stem: str, stamp: str) -> Path:
    """`july.results.csv` -> `july.20261127-183000.results.csv`."""
    if path.name.startswith(f"{stem}."):
        return path.with_name(f"{stem}.{stamp}{path.name[len(stem) :]}")
    return path.with_name(f"{path.stem}.{stamp}{path.suffix}")
