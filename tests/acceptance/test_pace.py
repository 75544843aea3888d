"""The pace of a run, from outside: changed, paused, continued, interrupted; and a storm of 429."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from tests.acceptance import cli

pytestmark = pytest.mark.slow


@contextmanager
def slow_run(folder: Path, rate: str = "20/s", rows: int = 2000) -> Iterator[Popen[str]]:
    """A sandbox run that would take long; ended when the test does."""
    contacts = cli.write_contacts(folder / "contacts.csv", rows)
    process = cli.start("run", contacts, "--sandbox", "--rate", rate, "--yes")
    try:
        control_request = folder / "contacts.sandbox.journal.pace"
        cli.wait_for(control_request.exists)
        yield process
    finally:
        process.kill()
        process.communicate()


def accepted(folder: Path) -> int:
    shown = cli.bulksend("status", folder / "contacts.csv", "--sandbox", "--json")
    return int(cli.document(shown)["accepted"])


def test_a_run_is_paused_and_goes_on_and_changes_its_rate(tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    with slow_run(tmp_path) as process:
        paused = cli.bulksend("pace", contacts, "--sandbox", "pause")
        before = accepted(tmp_path)
        status = cli.bulksend("status", contacts, "--sandbox", "--json")
        time.sleep(1.0)
        after = accepted(tmp_path)
        faster = cli.bulksend("pace", contacts, "--sandbox", "2000/s", "--json")
        going_on = cli.bulksend("pace", contacts, "--sandbox", "continue", "--json")
        _, err = process.communicate(timeout=60)

    assert paused.returncode == 0, paused.stderr
    assert "paused at 20/s" in paused.stdout
    assert after - before <= 1  # what was in flight
    found = cli.document(status)
    assert found["stopped_because"] == "paused"
    assert found["next"] == f"bulksend pace {contacts} --sandbox continue"
    assert cli.document(faster) == {
        "schema": 2,
        "rate": "2000/s",
        "paused": True,
        "exit_code": 0,
    }
    assert cli.document(going_on)["paused"] is False
    assert process.returncode == 0, err
    assert "paused; go on with" in err
    assert len(cli.read_results(tmp_path / "contacts.sandbox.results.csv")) == 2000
    assert not (tmp_path / "contacts.sandbox.journal.pace").exists()


def test_ctrl_c_works_while_paused_and_a_resumed_batch_is_not_paused(tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    with slow_run(tmp_path, rows=60) as process:
        cli.bulksend("pace", contacts, "--sandbox", "pause")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)

    assert process.returncode == 130
    resumed = cli.bulksend("resume", contacts, "--sandbox", "--rate", "500/s", "--yes")
    assert resumed.returncode == 0, resumed.stderr


def test_a_killed_runs_pause_is_not_the_next_ones(tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    with slow_run(tmp_path, rows=60) as process:
        cli.bulksend("pace", contacts, "--sandbox", "pause")
        process.kill()
        process.wait()
        assert "paused" not in cli.bulksend("status", contacts, "--sandbox").stdout
        resumed = cli.bulksend("resume", contacts, "--sandbox", "--rate", "500/s", "--yes")

    assert resumed.returncode in (0, 6), resumed.stderr
    assert "paused" not in resumed.stderr


@pytest.mark.parametrize(
    ("change", "code", "limit", "hint"),
    [
        pytest.param("7/s", "not_running", "1", "--sandbox --rate 7/s", id="rows-are-left"),
        pytest.param("pause", "not_running", "1", "--sandbox --rate 50/s", id="nothing-to-pause"),
        pytest.param("7/s", "not_running", "3", "nothing is left to send", id="finished"),
        pytest.param("fast", "rate_invalid", "3", "50/s", id="no-rate"),
    ],
)
def test_without_a_run_there_is_nothing_to_pace(
    tmp_path: Path, change: str, code: str, limit: str, hint: str
) -> None:
    contacts = cli.write_contacts(tmp_path / "contacts.csv", 3)
    cli.bulksend("run", contacts, "--sandbox", "--limit", limit)

    ended = cli.bulksend("pace", contacts, change, "--sandbox", "--json")

    assert ended.returncode == 2
    error = json.loads(ended.stdout)["error"]
    assert (error["code"], hint in error["hint"]) == (code, True), error


def test_what_others_write_there_moves_nothing(tmp_path: Path) -> None:
    control_request = tmp_path / "contacts.sandbox.journal.pace"
    with slow_run(tmp_path, rows=60) as process:
        for junk in ("", "{}", "[]", '{"rate": 5}', '{"rate": "fast", "token": "x"}', "x" * 5000):
            control_request.write_text(junk)
            time.sleep(0.3)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "is not what the command pace writes" in err


def test_a_storm_of_429_is_over_at_once_and_everybody_is_texted_once(tmp_path: Path) -> None:
    """The API takes 50 requests a second, the user says 500."""
    contacts = cli.write_contacts(tmp_path / "contacts.csv", 300)
    with cli.sandbox_process(tmp_path, "--request-rate", "50/s", "--latency", "0.02") as server:
        ended = cli.bulksend(
            *("run", contacts, "--rate", "500/s", "--text", "Hi {name}", "--json"),
            *server.run_options(),
        )
        texted, entries = server.accepted(), server.entries()

    assert ended.returncode == 0, ended.stderr
    assert len(texted) == cli.document(ended)["accepted"] == 300
    assert sum(it["code"] == "10011" for it in entries) <= 60
