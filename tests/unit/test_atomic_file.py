"""A file is written whole or not at all."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bulksend import atomic_file


def _by_replacing(path: Path) -> None:
    with atomic_file.replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def _by_creating(path: Path) -> None:
    with atomic_file.creating(path) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    atomic_file.write(path, b"new")

    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("interrupted", [_by_replacing, _by_creating])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, interrupted: Callable[[Path], None]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt):
        interrupted(path)

    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_created_file_is_nobody_elses_and_replaces_what_a_dead_run_left(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.with_name("a.part").write_bytes(b"of a dead run")

    with atomic_file.creating(path) as part:
        assert part.read_bytes() == b""
        part.write_bytes(b"new")

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        atomic_file.write(tmp_path / "none" / "a", b"x")
