"""`bulksend doctor` and `bulksend reconcile` as processes: what they say, ask and keep."""

from __future__ import annotations

import signal
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance import cli
from tests.acceptance.cli import bulksend, document, running_sandbox, write_contacts
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

TO = "+447700900123"
LOST = '[{"fault":"reset","after":true,"nth":11},{"fault":"reset","nth":21}]'


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[cli.RunningSandbox]:
    with running_sandbox(tmp_path, faults=LOST) as running:
        yield running


def doctor(sandbox: cli.RunningSandbox, *words: str, **more: str) -> object:
    return bulksend(
        *("doctor", "--base-url", sandbox.base_url, "--profile-id", PROFILE),
        *("--from", "MyCompany", *words),
        **more,
    )


def test_everything_is_looked_at_and_nothing_is_sent(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    shown = doctor(sandbox)
    found = document(doctor(sandbox, "--json"))

    assert shown.returncode == found["exit_code"] == 0, shown.stderr
    assert [it["name"] for it in found["checks"]] == [
        *("network", "key", "balance", "profile", "destinations", "spend limit", "smart encoding"),
        *("sender", "clock", "opt-outs", "limits", "idempotency", "journal"),
    ]
    assert found["fail"] == 0
    assert sandbox.entries() == []
    assert list(tmp_path.glob("*.journal*")) == []


def test_a_wrong_key_fails_with_2_and_is_never_shown(sandbox: cli.RunningSandbox) -> None:
    ended = doctor(sandbox, "--json", TELNYX_API_KEY="KEYcanary0123456789")

    found = document(ended)
    assert (ended.returncode, found["exit_code"], found["fail"]) == (2, 2, 1)
    assert found["checks"][1]["name"] == "key"
    assert "canary" not in ended.stdout + ended.stderr


def test_nobody_there_is_said_and_is_no_traceback(tmp_path: Path) -> None:
    ended = bulksend("doctor", "--base-url", "http://127.0.0.1:9/v2")

    assert ended.returncode == 2
    assert "fail" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_folder_that_takes_no_journal_fails(sandbox: cli.RunningSandbox) -> None:
    ended = doctor(sandbox, "--journal", "/proc/nowhere/x.journal")

    assert ended.returncode == 2
    assert "takes no journal" in ended.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--probe-key"], 2, id="no-number"),
        pytest.param(["--to", TO], 2, id="no-probe"),
        pytest.param(["--probe-key", "--to", "07700"], 2, id="no-e164"),
        pytest.param(["--probe-key", "--to", TO], 2, id="no-consent"),
    ],
)
def test_a_probe_needs_a_number_and_consent(
    sandbox: cli.RunningSandbox, words: list[str], code: int
) -> None:
    ended = doctor(sandbox, *words)

    assert ended.returncode == code
    assert sandbox.entries() == []


def test_a_probe_costs_one_text_and_is_remembered_without_the_key(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    probed = doctor(sandbox, "--probe-key", "--to", TO, "--yes")
    later = doctor(sandbox)

    first, second = sandbox.entries()
    assert (first["accepted"], second["replayed"]) == (True, True)
    assert first["key"] == second["key"]
    assert "keys are honoured" in probed.stdout
    assert "keys are honoured" in later.stdout
    (page,) = (tmp_path / "state" / "bulksend" / "keys").iterdir()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    kept = page.read_text()
    assert TO not in kept
    assert '"sandbox"' not in kept  # the API key of the sandbox


def test_a_server_that_ignores_keys_is_found_out_and_not_relied_on(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    with cli.sandbox_process(tmp_path, "--faults", LOST, "--ignore-keys") as sandbox:
        bulksend("run", contacts, *sandbox.run_options(), "--text", "Hi", "--max-in-flight", "1")
        probed = doctor(sandbox, "--probe-key", "--to", TO, "--yes")
        before = len(sandbox.entries())
        ended = bulksend("reconcile", contacts, "--json")
        after = len(sandbox.entries())

    assert "not honoured" in probed.stdout
    assert (ended.returncode, after) == (6, before)


def test_a_probe_that_decides_nothing_is_not_remembered(tmp_path: Path) -> None:
    script = '[{"fault":"error","code":"40310","status":400}]'
    with running_sandbox(tmp_path, faults=script) as sandbox:
        probed = doctor(sandbox, "--probe-key", "--to", TO, "--yes")

    assert "decided nothing" in probed.stdout
    assert not (tmp_path / "state" / "bulksend" / "keys").exists()


def test_reconcile_says_how_each_row_was_settled_and_what_to_do_with_the_rest(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    run = bulksend(
        *("run", contacts, *sandbox.run_options(), "--text", "Hi", "--max-in-flight", "1"),
        "--json",
    )
    alone = bulksend("reconcile", contacts, "--json")
    shown = bulksend("reconcile", contacts)
    confirmed = bulksend("reconcile", contacts, "--yes", "--json")

    assert document(run)["next"] == f"bulksend reconcile {contacts}"
    assert alone.returncode == 6
    assert document(alone)["settled"] == {"key": 0, "reference": 0, "search": 0, "absence": 0}
    assert document(alone)["unknown_rows"][0]["reasons"] == ["key_unproven", "not_confirmed"]
    assert "row 12" in shown.stdout and "--yes" in shown.stdout
    settled = document(confirmed)
    assert (settled["accepted"], settled["unknown"], settled["exit_code"]) == (29, 1, 6)
    assert [(it["row"], it["by"]) for it in settled["settled_rows"]] == [(12, "search")]
    assert settled["next"] == f"bulksend reconcile {contacts}"
    assert len(sandbox.entries()) == 30


def test_a_reconcile_that_is_killed_or_interrupted_texts_nobody_twice_and_can_go_on(
    tmp_path: Path,
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 120)
    script = '[{"fault":"reset","after":true,"every":6},{"fault":"reset","every":7}]'
    with running_sandbox(tmp_path, faults=script, latency_s=0.1) as sandbox:
        run = ("run", contacts, *sandbox.run_options(), "--text", "Hi", "--rate", "400/s")
        unknown = document(bulksend(*run, "--json"))["unknown"]
        doctor(sandbox, "--probe-key", "--to", TO, "--yes")
        ends = []
        for stop in (signal.SIGKILL, signal.SIGINT):
            before = len(sandbox.entries())
            words = ("reconcile", contacts, "--max-in-flight", "2")
            process = cli.start(*words)
            cli.wait_for(lambda: len(sandbox.entries()) > before + 3)  # noqa: B023
            process.send_signal(stop)
            out, _ = process.communicate(timeout=120)
            ends.append((process.returncode, "next: bulksend reconcile" in out))
        for _ in range(6):  # the faults meet repeats as well
            ended = bulksend("reconcile", contacts, "--json")
        ledger = sandbox.accepted()

    assert unknown > 20
    assert ends == [(-9, False), (130, True)]
    assert (ended.returncode, document(ended)["accepted"]) == (0, 120)
    assert len(ledger) == 121


def test_reconcile_without_unknown_rows_has_nothing_to_do(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 5)
    bulksend("run", contacts, *sandbox.run_options(), "--text", "Hi")

    ended = bulksend("reconcile", contacts, TELNYX_API_KEY="")

    assert ended.returncode == 0, ended.stderr
    assert "no row is unknown" in ended.stdout


def test_reconcile_waits_for_no_run_that_is_going_and_leaves_no_other_server_believed(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 400)
    going = cli.start("run", contacts, *sandbox.run_options(), "--text", "Hi", "--rate", "100/s")
    cli.wait_for(lambda: len(sandbox.entries()) > 25)
    locked = bulksend("reconcile", contacts)
    going.communicate(timeout=120)
    elsewhere = bulksend("reconcile", contacts, "--base-url", "http://127.0.0.1:9/v2")

    assert locked.returncode == 8
    assert f"pid {going.pid}" in locked.stderr
    assert elsewhere.returncode == 8


def test_reconcile_without_a_batch_or_with_a_corrected_file_sends_nothing(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    missing = bulksend("reconcile", contacts)
    bulksend("run", contacts, *sandbox.run_options(), "--text", "Hi", "--max-in-flight", "1")
    contacts.write_text(contacts.read_text().replace("+447911000003", "+447911999993"))
    changed = bulksend("reconcile", contacts, "--yes")

    assert (missing.returncode, changed.returncode) == (2, 6)
    assert len(sandbox.entries()) == 30


def test_a_wrong_key_settles_nothing_and_says_so(
    sandbox: cli.RunningSandbox, tmp_path: Path
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    bulksend("run", contacts, *sandbox.run_options(), "--text", "Hi", "--max-in-flight", "1")

    ended = bulksend("reconcile", contacts, TELNYX_API_KEY="wrong")

    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    connection = sqlite3.connect(tmp_path / "c.journal")
    assert connection.execute("SELECT count(*) FROM send WHERE status = 4").fetchone() == (2,)
    connection.close()
