"""A run at night leaves a trace, and no number and no key in it."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bulksend import errors
from bulksend.batch.reporter import Progress, Silent
from bulksend.cli.main import cli
from bulksend.cli.terminal import log_file
from bulksend.sms.message import Outcome
from tests import makers


@pytest.fixture(autouse=True)
def no_log_afterwards() -> Iterator[None]:
    yield
    for handler in logging.getLogger("bulksend").handlers:
        handler.close()
    logging.getLogger("bulksend").handlers = []
    logging.raiseExceptions = True


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("row 7: +447700900123 refused", "row 7: +4477…23 refused"),
        ("00447700900123", "0044…23"),
        ("+44 7700 900 123", "+4477…23"),
        ("447700900123", "4477…23"),
        ("KEY0123", "***"),
        ("error 40310 in 120000 rows", "error 40310 in 120000 rows"),
        ("at 2026-11-27T14:00:00", "at 2026-11-27T14:00:00"),
    ],
)
def test_numbers_are_masked_and_the_key_is_never_there(
    tmp_path: Path, words: str, shown: str
) -> None:
    log_file.begin(tmp_path / "run.log", ["KEY0123"])

    log_file.event("note", text=words)

    assert lines(tmp_path / "run.log")[0]["text"] == shown


def test_a_reporter_that_is_logged_leaves_every_event(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    log_file.begin(path, [])
    reporter, progress = log_file.Logged(Silent()), Progress(2)

    reporter.note("look")
    reporter.confirm("list.csv: 2 texts\nmore")
    reporter.begin(progress)
    reporter.advance(
        progress, [Outcome(1, 1, 1, makers.accepted()), Outcome(2, 1, 1, makers.refused())]
    )
    reporter.end(progress)

    assert [line["event"] for line in lines(path)] == ["note", "consent", "sending", "row", "sent"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_is_added_to_and_no_other_file_is(tmp_path: Path) -> None:
    path, foreign = tmp_path / "run.log", tmp_path / "contacts.csv"
    foreign.write_text("phone,name\n")

    for _ in range(2):
        log_file.begin(path, [])
        log_file.event("note", text="x")

    assert len(lines(path)) == 2
    with pytest.raises(errors.UsageError, match="no log of bulksend"):
        log_file.begin(foreign, [])
    assert foreign.read_text() == "phone,name\n"


def test_a_log_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    ended = CliRunner().invoke(
        cli, ["run", "nofile.csv", "--dry-run", "--log-file", str(tmp_path / "no" / "run.log")]
    )

    assert "cannot be written" in str(ended.exception)


def test_a_command_leaves_its_beginning_and_its_end(tmp_path: Path) -> None:
    contacts, path = tmp_path / "c.csv", tmp_path / "run.log"
    contacts.write_text("phone,name\n+447700900123,Ada\n")

    CliRunner().invoke(
        cli, ["run", str(contacts), "--sandbox", "--text", "Hi", "--log-file", str(path)]
    )

    events = lines(path)
    assert [events[0]["event"], events[-1]["event"]] == ["command", "end"]
    assert events[-1]["accepted"] == 1
    assert "7700900123" not in path.read_text()
