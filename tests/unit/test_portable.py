"""Locks and places of open files, with and without what POSIX has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bulksend import portable


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | portable.SAFE, 0o600)


def test_a_lock_is_held_by_one_until_the_file_is_closed(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "x"), opened(tmp_path / "x")
    portable.lock(first)
    with pytest.raises(OSError):
        portable.lock(second)
    with pytest.raises(OSError):
        portable.lock(second, shared=True)
    os.close(first)

    portable.lock(second)

    os.close(second)


def test_shared_locks_stand_beside_each_other(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "x"), opened(tmp_path / "x")

    portable.lock(first, shared=True)
    portable.lock(second, shared=True)

    os.close(first)
    os.close(second)


class ByteLocks:
    """As Windows has them."""

    LK_LOCK, LK_NBLCK = 1, 2

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int]] = []

    def locking(self, file: int, mode: int, size_bytes: int) -> None:
        self.asked.append((os.lseek(file, 0, os.SEEK_CUR), mode, size_bytes))


def test_windows_locks_a_byte_that_nobody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = ByteLocks()
    monkeypatch.setattr(portable, "_fcntl", None)
    monkeypatch.setattr(portable, "_msvcrt", locks)
    file = opened(tmp_path / "x")

    portable.lock(file)
    portable.lock(file, wait=True)

    assert locks.asked == [(1 << 30, 2, 1), (1 << 30, 1, 1)]
    os.close(file)


@pytest.mark.parametrize("positioned", [True, False], ids=["pread", "without"])
def test_a_place_in_a_file_is_read_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, positioned: bool
) -> None:
    if not positioned:
        monkeypatch.delattr(os, "pread")
    file = opened(tmp_path / "x")
    portable.write_over(file, b"something longer")
    portable.write_over(file, b"0123456789")

    assert portable.read_at(file, 3, 4) == b"456"
    assert portable.read_at(file, 99, 0) == b"0123456789"
    os.close(file)
