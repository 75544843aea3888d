"""A small file that is given up when the disk is full, so that replies in flight are still written.

It lies beside the journal while a run works, and holds nothing but room.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from bulksend import portable

#: A few hundred commits: more than the replies in flight can need.
SIZE_BYTES = 2 * 1024 * 1024
#: On a disk that is nearly full it takes no more of what is left.
_SHARE = 8
_CHUNK_BYTES = 64 * 1024


class Ballast:
    """Taken when the writing begins; without room for it, or a right to it, there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_there = False

    def take(self) -> None:
        """Make the file, in the place of one that a killed run left. Never raises."""
        with contextlib.suppress(OSError):
            self._remove_own()
            size_bytes = min(SIZE_BYTES, shutil.disk_usage(self._path.parent).free // _SHARE)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | portable.SAFE
            file = os.open(self._path, flags, 0o600)
            self._is_there = True
            try:
                _fill(file, size_bytes)
            finally:
                os.close(file)

    def give_up(self) -> bool:
        """Make room, once; whether there was any to make. Never raises."""
        if not self._is_there:
            return False
        self._is_there = False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _remove_own(self) -> None:
        """A file of that name that holds anything but zeros is somebody's."""
        try:
            with self._path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    if chunk.strip(b"\0"):
                        return
        except FileNotFoundError:
            return
        self._path.unlink()


def beside(journal_path: Path) -> Ballast:
    """Of this journal."""
    return Ballast(journal_path.with_name(f"{journal_path.name}.ballast"))


def _fill(file: int, size_bytes: int) -> None:
    """A hole in a file would be no room."""
    allocate = getattr(os, "posix_fallocate", None)
    if allocate is not None and size_bytes:
        allocate(file, 0, size_bytes)
        return
    for _ in range(size_bytes // _CHUNK_BYTES):
        os.write(file, bytes(_CHUNK_BYTES))
