"""SQLite's own way to the disk, watched: each write and each sync of a file passes by here.

The library's default VFS is told to hand out files whose `xWrite`, `xTruncate` and `xSync` are
ours; they ask a watcher and then do as before. It is the library that Python's sqlite3 uses.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import sqlite3
from collections.abc import Callable
from typing import Any

FULL, IO_ERROR = 13, 10
#: Asked before a write (path, until which byte) and after a sync (path, -1); not 0: an error.
Watcher = Callable[[str, str, int], int]

_int, _pointer, _long = ctypes.c_int, ctypes.c_void_p, ctypes.c_int64
_CLOSE = (_int, _pointer)
_WRITE = (_int, _pointer, _pointer, _int, _long)
_TRUNCATE = (_int, _pointer, _long)
_SYNC = (_int, _pointer, _int)
_OPEN = (_int, _pointer, _pointer, _pointer, _int, _pointer)
_METHODS = (
    *("close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved"),
    *("control", "sector", "device", "shm_map", "shm_lock", "shm_barrier", "shm_unmap"),
    *("fetch", "unfetch"),
)


class _Methods(ctypes.Structure):
    _fields_ = (("version", _int), *((name, _pointer) for name in _METHODS))


class _File(ctypes.Structure):
    _fields_ = (("methods", _pointer),)


class _Vfs(ctypes.Structure):
    _fields_ = (
        *(("version", _int), ("file_size", _int), ("path_max", _int), ("next", _pointer)),
        *(("name", ctypes.c_char_p), ("data", _pointer), ("open", _pointer)),
    )


class _Shim:
    """Put in once for the life of the process; without a watcher all is as before."""

    def __init__(self, vfs: _Vfs) -> None:
        self.watcher: Watcher | None = None
        self._paths: dict[int, str] = {}
        self._tables: dict[int, Any] = {}
        self._alive: list[Any] = []
        self._open = ctypes.PYFUNCTYPE(*_OPEN)(vfs.open)
        vfs.open = self._address(_OPEN, self._opened)

    def _address(self, kind: tuple[Any, ...], function: Any) -> int | None:
        made = ctypes.CFUNCTYPE(*kind)(function)
        self._alive.append(made)
        return ctypes.cast(made, _pointer).value

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        code = int(self._open(vfs, name, file, flags, out))
        if code == 0 and name and self.watcher is not None:
            opened = _File.from_address(file)
            if opened.methods:
                self._paths[file] = os.fsdecode(ctypes.string_at(name))
                opened.methods = self._table(opened.methods)
        return code

    def _table(self, address: int) -> int:
        """The same methods, with ours in the place of some."""
        table = self._tables.get(address)
        if table is None:
            table = _Methods.from_buffer_copy(_Methods.from_address(address))
            for name, kind in (
                *(("close", _CLOSE), ("write", _WRITE)),
                *(("truncate", _TRUNCATE), ("sync", _SYNC)),
            ):
                before = ctypes.PYFUNCTYPE(*kind)(getattr(table, name))
                ours = functools.partial(getattr(self, f"_{name}"), before)
                setattr(table, name, self._address(kind, ours))
            self._tables[address] = table
            self._tables[ctypes.addressof(table)] = table
        return ctypes.addressof(table)

    def _close(self, before: Any, file: int) -> int:
        self._paths.pop(file, None)
        return int(before(file))

    def _write(self, before: Any, file: int, data: int, size: int, offset: int) -> int:
        return self._asked("write", file, offset + size) or int(before(file, data, size, offset))

    def _truncate(self, before: Any, file: int, size: int) -> int:
        return self._asked("truncate", file, size) or int(before(file, size))

    def _sync(self, before: Any, file: int, flags: int) -> int:
        return int(before(file, flags)) or self._asked("sync", file, -1)

    def _asked(self, call: str, file: int, until: int) -> int:
        path = self._paths.get(file)
        if path is None or self.watcher is None:
            return 0
        return self.watcher(call, path, until)


@functools.cache
def _shim() -> _Shim:
    library = ctypes.CDLL(ctypes.util.find_library("sqlite3") or "libsqlite3.so.0")
    version = library.sqlite3_libversion
    version.restype = ctypes.c_char_p
    assert version().decode() == sqlite3.sqlite_version, "this is not Python's SQLite"
    find = library.sqlite3_vfs_find
    find.restype = ctypes.POINTER(_Vfs)
    return _Shim(find(None).contents)


def watch(watcher: Watcher | None) -> None:
    """From now on, files that SQLite opens are watched; None: no longer."""
    _shim().watcher = watcher
