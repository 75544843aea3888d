"""The disk of one history: what a kill leaves of it, what a power cut does, and when it is full.

Every step to the disk passes by here: SQLite's through its VFS, ours through `os`. What was synced
is remembered; after a power cut each file and each folder's names are as they were synced, or as
they were at the cut.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.machine import sqlite_disk

_OF_THIS_MACHINE = ("-shm",)  # shared memory does not outlive the machine
Step = Callable[[str, str], None]


class Killed(BaseException):
    """What comes after a kill never was; nothing of the product hears of it."""


@dataclass
class Synced:
    """What of the disk is safe."""

    root: Path
    #: What was synced of each file, by its inode, and which names are safe.
    contents: dict[int, bytes] = field(default_factory=dict)
    names: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in files_of(self.root):
            self.file(path)
            self.names[path] = path.stat().st_ino

    def file(self, path: Path) -> None:
        """A file was synced."""
        if path.exists():
            self.contents[path.stat().st_ino] = path.read_bytes()

    def folder(self, folder: Path) -> None:
        """The names in a folder were synced."""
        self.names = {path: inode for path, inode in self.names.items() if path.parent != folder}
        self.names |= {
            path: path.stat().st_ino for path in files_of(self.root) if path.parent == folder
        }

    def of_sqlite(self, path: Path) -> None:
        """SQLite syncs the folder of a new journal of its own too."""
        new = path.stat().st_ino not in self.contents
        self.file(path)
        if new and path.name.endswith(("-wal", "-journal")):
            self.folder(path.parent)

    def after_a_cut(self, chance: random.Random) -> dict[Path, bytes]:
        """What is there when the power is back."""
        now = {path: path.stat().st_ino for path in files_of(self.root)}
        written = {inode: path.read_bytes() for path, inode in now.items()}
        reached = {folder: chance.random() < 0.5 for folder in sorted({it.parent for it in now})}
        names = {path: inode for path, inode in now.items() if reached[path.parent]}
        names |= {path: it for path, it in self.names.items() if not reached.get(path.parent)}
        left = {}
        for path, inode in sorted(names.items()):
            safe = self.contents.get(inode, b"")
            left[path] = written.get(inode, safe) if chance.random() < 0.5 else safe
        return {it: data for it, data in left.items() if not it.name.endswith(_OF_THIS_MACHINE)}


def files_of(root: Path) -> list[Path]:
    """Every file below a folder."""
    return [Path(folder, name) for folder, _, names in os.walk(root) for name in names]


def _size(path: Path) -> int:
    """In bytes; 0 of what is no file."""
    return path.stat().st_size if path.is_file() else 0


class Disk:
    """Two folders: what the person sees, and what the computer remembers."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root
        self._chance = chance
        #: Hears of each step before it is taken, with its kind and path.
        self.on_step: Step = lambda _kind, _path: None
        self.dead = False
        self._is_watched = False
        #: None: as large as needed.
        self.room_bytes: int | None = None
        self._synced: Synced | None = None
        self._left: dict[Path, bytes] | None = None

    def begin(self, *, power_may_fail: bool) -> None:
        """A command begins: all that stands there is safe by now."""
        self._is_watched = True
        self._synced = Synced(self.root) if power_may_fail else None

    def kill(self) -> None:
        """What is written stays, and nothing is written any more."""
        self._left = {path: path.read_bytes() for path in files_of(self.root)}
        self.dead = True

    def cut_power(self) -> None:
        """What is not synced is lost, or not."""
        assert self._synced is not None
        self._left = self._synced.after_a_cut(self._chance)
        self.dead = True

    def end(self) -> bool:
        """The command ended: the disk is as a kill has left it; False where nothing was killed."""
        self.dead, self.room_bytes, self._is_watched = False, None, False
        if self._left is None:
            return False
        for path in files_of(self.root):
            path.unlink()
        for path, data in self._left.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o600)
        self._left = None
        return True

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Every step to it is seen."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("fsync", "replace", "rename", "unlink"):
                patch.setattr(os, name, self._ours(name, getattr(os, name)))
            sqlite_disk.watch(self._sqlite)
            try:
                yield
            finally:
                sqlite_disk.watch(None)

    def _ours(self, name: str, before: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *more: Any, **options: Any) -> Any:
            path = self._path_of(target)
            if path is None or not self._is_watched:
                return before(target, *more, **options)
            if not self.dead:
                self.on_step(name, str(path))
            if self.dead:
                raise Killed
            freed_bytes = _size(path) if name == "unlink" else 0
            if name == "fsync":
                self._use_room(path)
            done = before(target, *more, **options)
            if self.room_bytes is not None:
                self.room_bytes += freed_bytes
            if name == "fsync" and self._synced is not None:
                (self._synced.folder if path.is_dir() else self._synced.file)(path)
            return done

        return call

    def _use_room(self, path: Path) -> None:
        """A file of ours grows unseen; on a full disk it cannot be written whole."""
        if self.room_bytes is not None:
            if _size(path) > self.room_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            self.room_bytes -= _size(path)

    def _path_of(self, target: Any) -> Path | None:
        """Of a descriptor or a name, where it lies on this disk."""
        path = Path(f"/proc/self/fd/{target}").readlink() if isinstance(target, int) else target
        path = Path(os.fsdecode(path)).absolute()
        return path if path.is_relative_to(self.root) else None

    def _sqlite(self, call: str, name: str, until: int) -> int:
        path = Path(name)
        if not (path.is_relative_to(self.root) and self._is_watched):
            return 0
        if not self.dead:
            self.on_step(f"sqlite {call}", name)
        if self.dead:
            return sqlite_disk.IO_ERROR
        if call == "write" and self.room_bytes is not None:
            grows_bytes = max(until - _size(path), 0)
            if grows_bytes > self.room_bytes:
                return sqlite_disk.FULL
            self.room_bytes -= grows_bytes
        if call == "sync" and self._synced is not None:
            self._synced.of_sqlite(path)
        return 0

    def clear(self) -> None:
        """Take it all away."""
        shutil.rmtree(self.root, ignore_errors=True)
