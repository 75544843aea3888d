"""The ballast takes room that is there, gives it up once, and takes the place of nobody's file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bulksend.journal import ballast


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "july.journal.ballast"


def test_it_holds_room_for_its_owner_alone_and_gives_it_up_once(path: Path) -> None:
    room = ballast.beside(path.with_name("july.journal"))
    room.take()
    status = path.stat()

    assert status.st_blocks * 512 >= ballast.SIZE_BYTES
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert [room.give_up(), room.give_up()] == [True, False]
    assert not path.exists()


def test_what_a_killed_run_left_is_taken_anew(path: Path) -> None:
    path.write_bytes(bytes(7))
    room = ballast.Ballast(path)
    room.take()

    assert path.stat().st_size == ballast.SIZE_BYTES
    assert room.give_up()


@pytest.mark.parametrize("kind", ["a file", "a link", "a folder"])
def test_what_is_somebody_elses_stays(path: Path, kind: str) -> None:
    other = path.with_name("notes.txt")
    other.write_text("mine")
    if kind == "a file":
        path.write_text("mine")
    elif kind == "a link":
        path.symlink_to(other)
    else:
        path.mkdir()
    room = ballast.Ballast(path)
    room.take()

    assert not room.give_up()
    assert path.is_dir() or path.read_text() == "mine"


def test_without_a_folder_there_is_none(tmp_path: Path) -> None:
    room = ballast.Ballast(tmp_path / "nowhere" / "july.journal.ballast")
    room.take()

    assert not room.give_up()
