"""What POSIX has and other systems lack: flags of open files, and locks on them.

A system without a flag goes without it; Windows locks a byte far behind the end of the file, and a
system that has neither kind of lock locks nothing.
"""

from __future__ import annotations

import importlib
import os
import threading
from pathlib import Path
from typing import Any

#: Not handed to child processes; not through a link; not waiting for a pipe's other end.
CLOEXEC: int = getattr(os, "O_CLOEXEC", 0)
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
#: Windows would else translate line ends.
BINARY: int = getattr(os, "O_BINARY", 0)
SAFE = CLOEXEC | NOFOLLOW | BINARY
#: Windows' locks keep others from reading what is locked: nothing is written there.
_FAR_BYTE = 1 << 30
_POSITIONED = threading.Lock()


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


_fcntl, _msvcrt = _module("fcntl"), _module("msvcrt")


def lock(file: int, *, shared: bool = False, wait: bool = False) -> None:
    """Lock an open file until it is closed, or the process ends. Raises OSError where it is held.

    `shared`: beside others that are shared too, where the system knows such locks.
    """
    if _fcntl is not None:
        kind = _fcntl.LOCK_SH if shared else _fcntl.LOCK_EX
        _fcntl.flock(file, kind if wait else kind | _fcntl.LOCK_NB)
    elif _msvcrt is not None:
        os.lseek(file, _FAR_BYTE, os.SEEK_SET)
        _msvcrt.locking(file, _msvcrt.LK_LOCK if wait else _msvcrt.LK_NBLCK, 1)


def is_another_users(status: os.stat_result) -> bool:
    """Whether a file belongs to somebody else, where the system says whose it is."""
    own = getattr(os, "geteuid", None)
    return own is not None and status.st_uid != own()


def others_can_read(status: os.stat_result) -> bool:
    """Whether anybody but its owner may read a file, where its mode says so."""
    return hasattr(os, "geteuid") and bool(status.st_mode & 0o077)


def read_at(file: int, size_bytes: int, offset: int) -> bytes:
    """Bytes of an open file from a place in it, wherever it was read last."""
    read: Any = getattr(os, "pread", None)
    if read is not None:
        return bytes(read(file, size_bytes, offset))
    with _POSITIONED:
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, size_bytes)


def write_over(file: int, content: bytes) -> None:
    """Replace all that an open file holds."""
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, content)


def is_suspended(pid: int) -> bool:
    """Whether a process was stopped by Ctrl-Z; False where the system does not tell (no /proc)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        state = stat.rpartition(b")")[2].split()[:1]
    except OSError:
        return False
    return state in ([b"T"], [b"t"])


def allow_open_files(needed: int) -> int | None:
    """Raise this process's limit of open files to what is needed.

    None where that is allowed, or where the system has no such limit; else what is allowed.
    """
    limits = _module("resource")
    if limits is None:
        return None
    allowed, at_most = limits.getrlimit(limits.RLIMIT_NOFILE)
    if allowed == limits.RLIM_INFINITY or allowed >= needed:
        return None
    try:
        limits.setrlimit(limits.RLIMIT_NOFILE, (needed, at_most))
    except (ValueError, OSError):
        return int(allowed)
    return None
