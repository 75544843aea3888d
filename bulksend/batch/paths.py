"""Nothing of the person's is written over: what may be written where, looked at by identity.

A file may be renewed only by the batch that wrote it, and only while it is as it was written. The
digests of what was written stand beside the journal, noted before a file takes its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bulksend import atomic_file, errors
from bulksend.batch.settings import Settings

#: What lies beside a journal under its name.
COMPANIONS = ("-wal", "-shm", "-journal", ".lock", ".pace", ".receipts", ".written", ".part")
_DIGEST_BYTES = 32
#: So many files that were written are known; who writes more has moved the first ones away.
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """The digests of the files that a batch, or this computer, has written."""

    path: Path

    def holds(self, target: Path) -> bool:
        """Whether a file is one of them, unchanged. Raises OSError."""
        digest = _digest(target)
        return digest in self._digests()

    def note(self, target: Path) -> None:
        """Before a file takes its name. Raises OSError."""
        digests = [digest for digest in self._digests() if digest != _digest(target)]
        lines = [*digests[-_KEPT:], _digest(target)]
        atomic_file.write(self.path, "".join(f"{line}\n" for line in lines).encode())

    def _digests(self) -> list[str]:
        try:
            return self.path.read_text("ascii", errors="replace").split()
        except FileNotFoundError:
            return []


def beside(journal_path: Path) -> Written:
    """What the batch of this journal has written."""
    return Written(journal_path.with_name(f"{journal_path.name}.written"))


def check_batch(settings: Settings) -> None:
    """Before anything is sent: may the journal and the results be written where they are named?

    Raises UsageError naming what would be lost.
    """
    check_journal(settings)
    check_output(settings.results_path, "results", settings, beside(settings.journal_path))


def check_journal(settings: Settings) -> None:
    """Raises UsageError where the journal has the name of another file of this command."""
    path = settings.journal_path
    for what, other in (*_read_files(settings), ("the results", settings.results_path)):
        if _is_same(path, other):
            raise _refused(path, "journal", f"it is {what}")
    _refuse_companion(path, "journal")


def check_output(target: Path, field: str, settings: Settings, written: Written) -> None:
    """Raises UsageError unless a file of this name may be written.

    `field` names the option; `written` knows the files that may be renewed.
    """
    named = [*_read_files(settings), *_journal_files(settings)]
    for what, other in named:
        if _is_same(target, other):
            raise _refused(target, field, f"it is {what}")
    _refuse_companion(target, field)
    if not is_free(target, written):
        raise _refused(
            target, field, "it is there already, and is not as bulksend wrote it for this batch"
        )


def is_free(target: Path, written: Written) -> bool:
    """Whether nothing is lost by writing there."""
    if not os.path.lexists(target):
        return True
    if target.is_symlink() or not target.is_file():
        return False
    try:
        return written.holds(target)
    except OSError:
        return False


@contextlib.contextmanager
def renewing(target: Path, written: Written, on_other: Callable[[Path], None]) -> Iterator[Path]:
    """A path to write to, which takes the name `target` at the end of the block.

    Where `target` was changed meanwhile it is left alone: the file becomes `<name>.new<suffix>`,
    and `on_other` is told. Raises OSError.
    """
    part = target.with_name(f".{secrets.token_hex(4)}.{target.name}")
    try:
        yield part
        chosen = _free_name(target, written)
        written.note(part)
        part.replace(chosen)
        atomic_file.sync_folder(chosen.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    if chosen != target:
        on_other(chosen)


def _free_name(target: Path, written: Written) -> Path:
    names = [target.name, f"{target.stem}.new{target.suffix}"]
    names += [f"{target.stem}.new-{number}{target.suffix}" for number in range(2, 100)]
    for name in names:
        if is_free(target.with_name(name), written):
            return target.with_name(name)
    raise FileExistsError(f"{target} and a hundred others are there already")


def _read_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What the command reads, with what it is to the person."""
    yield "the contacts file", settings.contacts
    for path in settings.guards.suppress:
        yield "a list of people who are not to be texted", path
    if settings.guards.rates is not None:
        yield "the rate card", settings.guards.rates
    if settings.api_key_file is not None:
        yield "the file with the API key", settings.api_key_file
    for path in settings.also_read:
        yield "the template or the options file", path


def _journal_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    path = settings.journal_path
    yield "the journal", path
    for companion in COMPANIONS:
        yield "a companion of the journal", path.with_name(f"{path.name}{companion}")


def _refuse_companion(path: Path, field: str) -> None:
    """A name that belongs to a journal that is there: SQLite would take it for its own."""
    for companion in COMPANIONS:
        base = path.with_name(path.name.removesuffix(companion))
        if path.name.endswith(companion) and base != path and base.exists():
            raise _refused(path, field, f"the name belongs to {base.name}")


def _is_same(one: Path, other: Path) -> bool:
    """By identity: links, another spelling, a file that is not there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return _resolved(one) == _resolved(other)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def _refused(path: Path, field: str, why: str) -> errors.UsageError:
    return errors.UsageError(
        f"{path}: nothing is written there: {why}",
        hint=f"give --{field} another name",
        code=f"{field}_exist" if field == "results" else f"{field}_taken",
    )


def all_free(targets: Iterable[Path], written: Written) -> bool:
    """Whether nothing is lost by writing all of them."""
    return all(is_free(target, written) for target in targets)
