"""Files written whole or not at all, and durable: the only place of the package that does it.

A file is written under another name in the same folder, synced, renamed, and the folder synced:
after a power cut there is the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file (mode 0600) that takes the place of `path` at the end of the block. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Raises OSError; what was there before is there still, then."""
    with replacing(path) as file:
        file.write(content)


@contextlib.contextmanager
def creating(path: Path) -> Iterator[Path]:
    """An empty file (mode 0600) for others to write to, named `path` when the block ends well.

    For one process at a time: what a dead one left under the passing name is removed. Whoever
    writes to the file syncs it. Raises OSError.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(part, flags, 0o600))
        yield part
        part.rename(path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """The rename itself must survive a power cut; not every system lets a folder be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
