"""The wish for another pace as a file: whole or not at all, and only what we write."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch.control import request as control
from bulksend.batch.control.request import ControlRequest


def test_a_wish_is_read_as_it_was_written_and_by_us_alone(tmp_path: Path) -> None:
    path = control.request_path(tmp_path / "contacts.journal")
    control_request = ControlRequest(rate="20/s").but(paused=True)

    control.write(path, control_request)

    assert path.name == "contacts.journal.pace"
    assert control.read(path) == control_request
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [it.name for it in tmp_path.iterdir()] == ["contacts.journal.pace"]
    control.remove(path)
    control.remove(path)
    assert control.read(path) is None


def test_each_wish_is_another_and_not_heard_yet() -> None:
    first = ControlRequest(rate="20/s", acknowledged=True).but(rate="30/s")
    second = first.but(paused=True)

    assert first.token != second.token
    assert (second.rate, second.paused, second.acknowledged) == ("30/s", True, False)


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param('{"rate": 5}', id="a number for a rate"),
        pytest.param('{"paused": true}', id="no rate"),
        pytest.param('{"rate": "fast"}', id="a rate that is none"),
        pytest.param('{"rate": "1e9/s"}', id="a rate that is too fast"),
        pytest.param('{"rate": "5/s", "paused": "yes"}', id="a word for true"),
        pytest.param('{"rate": "5/s", "more": 1}', id="a field that we do not write"),
        pytest.param('{"rate": "5/s"' + " " * 2000 + "}", id="far too long"),
        pytest.param("[" * 900, id="nested without end"),
    ],
)
def test_what_is_no_wish_is_refused(tmp_path: Path, junk: str) -> None:
    path = tmp_path / "contacts.journal.pace"
    path.write_text(junk)

    with pytest.raises(errors.UsageError):
        control.read(path)


def test_a_link_is_not_followed_and_a_pipe_not_waited_for(tmp_path: Path) -> None:
    import os

    other, link, pipe = tmp_path / "other", tmp_path / "link", tmp_path / "pipe"
    control.write(other, ControlRequest(rate="5/s"))
    link.symlink_to(other)
    os.mkfifo(pipe)

    assert control.read(link) is None
    with pytest.raises(errors.UsageError):
        control.read(pipe)


def test_a_wish_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        control.write(tmp_path / "missing" / "wish", ControlRequest(rate="5/s"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        control.write(tmp_path / "folder", ControlRequest(rate="5/s"))

    assert [it.name for it in tmp_path.iterdir()] == ["folder"]
