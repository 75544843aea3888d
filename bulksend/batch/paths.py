"""Nothing of the person's is written over: what may be written where, looked at by identity.

A file may be renewed only by the batch that wrote it, and only while it is as it was written. The
digests of what was written stand beside the journal, noted before a file takes its name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bulksend import atomic_file, errors
from bulksend.batch.settings import Guards, Place
from bulksend.frozen import frozen
from bulksend.results import csv_writer, file_kinds
from bulksend.setting_names import Setting

#: What lies beside a journal under its name.
COMPANIONS = (
    *("-wal", "-shm", "-journal", ".lock", ".pace", ".receipts", ".written", ".part", ".ballast"),
)
_DIGEST_BYTES = 32
#: Kinds of files: none is renewed as another.
RESULTS, LIST, REPORT = "results", "list", "report"
#: What other names of ours have more than the one that is named: the longest is that of a batch
#: that was set aside, with its companion.
_LONGER_BYTES = 30
#: As nearly every file system has it; where a folder cannot say.
_NAME_MAX_BYTES = 255
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: So many files that were written are known; who writes more has moved the first ones away.
_KEPT = 1000


@frozen(kw_only=False)
class Written:
    """The digests of the files of one kind that a batch, or this computer, has written."""

    path: Path
    kind: str

    def holds(self, target: Path) -> bool:
        """Whether a file is one of them, unchanged. Raises OSError."""
        return self._line(target) in self._lines()

    def note(self, target: Path) -> None:
        """Keep the digest of a file that is about to take its name. Raises OSError."""
        new = self._line(target)
        lines = [*(line for line in self._lines()[-_KEPT:] if line != new), new]
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic_file.write(self.path, "".join(f"{line}\n" for line in lines).encode())

    def _line(self, target: Path) -> str:
        return f"{self.kind}:{_digest(target)}"

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text("ascii", errors="replace").split()
        except FileNotFoundError:
            return []


def beside(journal_path: Path, kind: str = RESULTS) -> Written:
    """The files of one kind that the batch of this journal has written."""
    return Written(journal_path.with_name(f"{journal_path.name}.written"), kind)


#: For who may renew nothing.
_NOTHING = Written(Path(os.devnull), RESULTS)


@frozen
class Files:
    """The files that a command names, or finds beside the contacts file."""

    journal: Path
    results: Path
    #: The results have the name that the person gave.
    results_named: bool
    #: What the command reads, with what it is to the person.
    read: tuple[tuple[str, Path], ...]


def files_of(place: Place, guards: Guards, also_read: Iterable[Path] = ()) -> Files:
    """The files of one command; `also_read`: the template, the options file."""
    return Files(
        journal=place.journal_path,
        results=place.results_path,
        results_named=place.results is not None,
        read=tuple(_read_files(place, guards, also_read)),
    )


def estimates(place: Place) -> Written:
    """The estimates that this computer has written: a dry run has no journal."""
    folder = place.state_folder or place.journal_path.parent
    return Written(folder / "estimates.written", "estimate")


def check_batch(files: Files, kind: str = RESULTS) -> None:
    """Before anything is sent: may the journal and the results be written where they are named?

    Raises UsageError naming what would be lost.
    """
    check_journal(files)
    check_output(files.results, Setting.RESULTS, files, beside(files.journal, kind))


def check_new(files: Files, *, sandbox: bool) -> None:
    """Raises UsageError where a batch that begins would write over results of an earlier one.

    A rehearsal may renew those of a rehearsal.
    """
    _refuse_missing_folder(files.journal, Setting.JOURNAL)
    written = beside(files.journal) if sandbox else _NOTHING
    check_output(files.results, Setting.RESULTS, files, written)


def check_journal(files: Files) -> None:
    """Raises UsageError where the journal has the name of another file of this command."""
    path = files.journal
    _refuse_long_name(path, Setting.JOURNAL)
    for what, other in files.read:
        if is_same(path, other):
            raise _refused(path, Setting.JOURNAL, f"it is {what}")
    if is_same(path, files.results):
        named = Setting.RESULTS if files.results_named else Setting.JOURNAL
        raise _refused(path, named, "journal and results are two files")
    if path.is_symlink() and not path.exists():
        raise _refused(path, Setting.JOURNAL, "it is a link that leads nowhere", "remove it, or ")
    _refuse_companion(path, Setting.JOURNAL)


def check_output(target: Path, setting: Setting, files: Files, written: Written) -> None:
    """Raises UsageError unless a file of this name may be written.

    `written` knows the files that may be renewed.
    """
    _refuse_missing_folder(target, setting)
    _refuse_long_name(target, setting)
    check_names(target, setting, files)
    kind = file_kinds.PAGE if written.kind == REPORT else file_kinds.RESULTS
    file_kinds.refuse_other(target, setting, kind)
    if is_free(target, written):
        return
    why = "is not as bulksend wrote it for this batch"
    if written.path.suffix == ".written" and not written.path.exists():
        why = f"{written.path.name}, which knows what bulksend wrote, is not"
    raise _refused(target, setting, f"it is there already, and {why}", "move it away, or ")


def check_names(target: Path, setting: Setting, files: Files) -> None:
    """Raises UsageError where a file is one that this command reads, or keeps its record in."""
    for what, other in (*files.read, *_journal_files(files.journal)):
        if is_same(target, other):
            raise _refused(target, setting, f"it is {what}")
    _refuse_companion(target, setting)


def check_log(log: Path, files: Files) -> None:
    """Raises UsageError where a log has the name of a file that this command reads or writes."""
    check_names(log, Setting.LOG_FILE, files)
    if is_same(log, files.results):
        raise _refused(log, Setting.LOG_FILE, "it is the results")


def is_free(target: Path, written: Written) -> bool:
    """Whether a file of that name may be written and nobody loses one."""
    if not os.path.lexists(target):
        return True
    if target.is_symlink() or not target.is_file():
        return False
    try:
        return written.holds(target)
    except OSError:
        return False


@contextlib.contextmanager
def renewing(target: Path, on_other: Callable[[Path], None], written: Written) -> Iterator[Path]:
    """A path to write results to, which take the name `target` at the end of the block.

    What was changed meanwhile is left alone: the file becomes `<name>.new<suffix>`, which
    `on_other` is told. `written`: the files that may be renewed. Raises JournalError.
    """
    try:
        with taking(target, written, on_other) as path:
            yield path
    except OSError as failure:
        raise csv_writer.unwritable(target, failure) from None


def telling(target: Path, note: Callable[[str], None]) -> Callable[[Path], None]:
    """What says where the results went instead of to `target`."""

    def tell(other: Path) -> None:
        """Name the file."""
        note(f"{target} was changed meanwhile and left as it is; the results are in {other}")

    return tell


@contextlib.contextmanager
def taking(target: Path, written: Written, on_other: Callable[[Path], None]) -> Iterator[Path]:
    """A path to write to, which takes the name `target` at the end of the block, or one like it.

    Raises OSError.
    """
    part = target.with_name(f".{secrets.token_hex(4)}.{target.name}")
    try:
        yield part
        chosen = _free_name(target, written)
        _note(written, part)
        part.replace(chosen)
        atomic_file.sync_folder(chosen.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    if chosen != target:
        on_other(chosen)


def _note(written: Written, part: Path) -> None:
    """Where it cannot be noted, the file is not known as ours, and is never renewed.

    Raises OSError where the disk is full: the next step would stand before a file of ours and call
    it somebody's.
    """
    try:
        written.note(part)
    except OSError as failure:
        if failure.errno in _FULL:
            raise


def _free_name(target: Path, written: Written) -> Path:
    names = [target.name, f"{target.stem}.new{target.suffix}"]
    names += [f"{target.stem}.new-{number}{target.suffix}" for number in range(2, 100)]
    for name in names:
        if is_free(target.with_name(name), written):
            return target.with_name(name)
    raise FileExistsError(f"{target} and a hundred others are there already")


def _read_files(
    place: Place, guards: Guards, also_read: Iterable[Path]
) -> Iterator[tuple[str, Path]]:
    """What the command reads, with what it is to the person."""
    yield "the contacts file", place.contacts
    for path in guards.suppress:
        yield "a list of people who are not to be texted", path
    if guards.rates is not None:
        yield "the rate card", guards.rates
    if place.api_key_file is not None:
        yield "the file with the API key", place.api_key_file
    for path in also_read:
        yield "the template or the options file", path


def _journal_files(path: Path) -> Iterator[tuple[str, Path]]:
    yield "the journal", path
    for companion in COMPANIONS:
        yield "a companion of the journal", path.with_name(f"{path.name}{companion}")


def _refuse_companion(path: Path, setting: Setting) -> None:
    """A name that belongs to a journal that is there: SQLite would take it for its own."""
    for companion in COMPANIONS:
        base = path.with_name(path.name.removesuffix(companion))
        if path.name.endswith(companion) and base != path and base.exists():
            raise _refused(path, setting, f"the name belongs to {base.name}")


def is_same(one: Path, other: Path) -> bool:
    """Whether both are one file, also by a link, in another spelling, or not there yet."""
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
        return hashlib.file_digest(file, _hash).hexdigest()


def _hash() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=_DIGEST_BYTES)


def _refuse_missing_folder(path: Path, setting: Setting) -> None:
    """Found out after the last text, it would be too late."""
    if path.parent.is_dir():
        return
    what = "is no folder" if os.path.lexists(path.parent) else "is not there"
    raise errors.UsageError(
        f"{path}: cannot be written: {path.parent} {what}; nothing was sent",
        hint=f"make that folder, or give {setting} another place",
        code="folder_missing",
    )


def _refuse_long_name(path: Path, setting: Setting) -> None:
    """What is written beside it, and under a passing name, must have room as well."""
    most_bytes = _NAME_MAX_BYTES
    if hasattr(os, "pathconf"):
        with contextlib.suppress(OSError, ValueError):
            most_bytes = os.pathconf(path.parent, "PC_NAME_MAX")
    if len(os.fsencode(path.name)) + _LONGER_BYTES <= most_bytes:
        return
    raise errors.UsageError(
        f"{path}: cannot be written: the name is too long; nothing was sent",
        hint=f"give {setting} a shorter name, or the contacts file",
        code="name_too_long",
    )


def _refused(path: Path, setting: Setting, why: str, way_out: str = "") -> errors.UsageError:
    """Moved away is what is somebody else's: never a file that this command lives on."""
    return errors.UsageError(
        f"{path}: nothing is written there: {why}",
        hint=f"{way_out}give {setting} another name",
        code=f"{setting.name.lower()}_exist",
    )
