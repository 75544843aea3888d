"""Stopped, killed, confused: each row once, whatever happened."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bulksend.sandbox.threaded import ThreadedSandbox
from tests.acceptance import cli
from tests.acceptance.cli import bulksend, document, read_results, running_sandbox, write_contacts
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

TEXT = ["--text", "Hi {name}"]


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_killed_again_and_again_texts_nobody_twice_and_forgets_nobody(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    contacts = write_contacts(tmp_path / "c.csv", 1000)
    with running_sandbox(tmp_path, latency_s=0.02) as sandbox:
        command = ["run", contacts, *sandbox.run_options(), *TEXT, "--rate", "600/s"]
        for _ in range(3):
            process = cli.start(*command)
            before = len(sandbox.entries())
            cli.wait_for(lambda: len(sandbox.entries()) > before + 20)  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.3))
            process.kill()
            process.communicate()
            command = ["resume", contacts, "--yes", "--rate", "600/s"]
        ended = bulksend(*command, "--json")
        ledger = sandbox.accepted()

    summary = document(ended)
    assert summary["unsent"] == 0
    assert summary["unknown"] <= 3 * 16
    for line in read_results(tmp_path / "c.results.csv"):
        if line["status"] == "accepted":
            assert ledger[line["to_e164"]]["message_id"] == line["message_id"]
        else:
            assert (line["status"], line["error_code"]) == ("unknown", "in_flight_at_crash")
            assert line["claimed_at"]
    known = {it["to_e164"] for it in read_results(tmp_path / "c.results.csv")}
    assert set(ledger) <= known


def in_flight(path: Path) -> bool:
    """Whether some rows are claimed, and nobody has answered yet."""
    if not path.exists():
        return False
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM send WHERE status = 1").fetchone()
    return bool(count >= 5)


def interrupted(tmp_path: Path, *signals: int, latency_s: float = 0.1) -> tuple[int, int]:
    """Exit code and unknown rows."""
    contacts = write_contacts(tmp_path / "c.csv", 1000)
    with running_sandbox(tmp_path, latency_s=latency_s) as sandbox:
        options = [*sandbox.run_options(), *TEXT, "--rate", "100/s", "--no-preflight"]
        process = cli.start("run", contacts, *options)
        cli.wait_for(lambda: in_flight(tmp_path / "c.journal"))
        for number in signals:
            process.send_signal(number)
            time.sleep(0.1)
        out, _ = process.communicate(timeout=120)
        ledger = sandbox.accepted()
    results = read_results(tmp_path / "c.results.csv")
    sent = {it["to_e164"] for it in results if it["status"] in ("accepted", "unknown")}
    assert set(ledger) <= sent
    assert "bulksend resume" in out
    return process.returncode, sum(it["status"] == "unknown" for it in results)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"]
)
def test_one_interruption_drains_and_leaves_nothing_unknown(
    tmp_path: Path, number: int, code: int
) -> None:
    ended, unknown = interrupted(tmp_path, number)

    assert (ended, unknown) == (code, 0)


def test_a_second_interruption_leaves_at_once_and_names_the_doubt(tmp_path: Path) -> None:
    ended, unknown = interrupted(tmp_path, signal.SIGINT, signal.SIGINT, latency_s=4.0)

    assert ended == 130
    # Who had waited for the replies would know these rows.
    assert 0 < unknown <= 16


def test_lost_replies_are_unknown_and_never_sent_again_without_a_word(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 60)
    script = '[{"fault": "reset", "after": true, "every": 20}]'
    with running_sandbox(tmp_path, faults=script) as sandbox:
        run = bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--json")
        resumed = bulksend("resume", contacts, "--json")
        refused = bulksend("resume", contacts, "--resend-unknown")
        before = len(sandbox.entries())
        again = bulksend("resume", contacts, "--resend-unknown", "--yes", "--json")
        after = len(sandbox.entries())

    assert (run.returncode, document(run)["unknown"]) == (6, 3)
    assert (resumed.returncode, before) == (6, 60)
    assert (refused.returncode, "3 rows" in refused.stderr) == (2, False)
    assert document(again)["unknown"] == 0
    assert after == 63


def test_refused_rows_are_tried_again_only_when_asked(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    script = '[{"fault": "error", "status": 400, "code": "40399", "nth": 3, "times": 2}]'
    with running_sandbox(tmp_path, faults=script) as sandbox:
        run = bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--json")
        plain = bulksend("resume", contacts, "--json")
        again = bulksend("resume", contacts, "--retry-refused", "--yes", "--json")
        ledger = sandbox.accepted()

    assert (run.returncode, document(run)["refused"]) == (3, 2)
    assert document(plain)["refused"] == 2
    assert (again.returncode, document(again)["accepted"], len(ledger)) == (0, 30, 30)


@pytest.mark.parametrize("code", ["40300", "40001", "40310"])
def test_who_said_stop_or_cannot_be_texted_is_never_tried_again(tmp_path: Path, code: str) -> None:
    """Another refused row is, so that there is something to do."""
    contacts = write_contacts(tmp_path / "c.csv", 30)
    stop = {"fault": "error", "status": 400, "code": code, "nth": 3, "times": 2}
    other = {"fault": "error", "status": 400, "code": "40399", "nth": 9}
    with running_sandbox(tmp_path, faults=json.dumps([stop, other])) as sandbox:
        run = bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--json")
        again = bulksend("resume", contacts, "--retry-refused", "--yes", "--json")
        once_more = bulksend("resume", contacts, "--retry-refused", "--yes", "--json")
        asked = len(sandbox.entries())

    assert (run.returncode, document(run)["refused"]) == (3, 3)
    assert (again.returncode, document(again)["refused"]) == (3, 2)
    assert "retry-refused" not in again.stdout
    assert (document(once_more)["refused"], asked) == (2, 31)


def test_throttled_rows_wait_and_are_all_accepted(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 30)
    script = '[{"fault": "throttle", "nth": 5, "times": 4, "retry_after": "1"}]'
    with running_sandbox(tmp_path, faults=script) as sandbox:
        ended = bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--json")
        ledger = sandbox.accepted()

    assert (ended.returncode, len(ledger)) == (0, 30)


def test_an_unfinished_batch_is_not_run_again_but_shown_how_to_go_on(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 20)
    with running_sandbox(tmp_path) as sandbox:
        options = [*sandbox.run_options(), *TEXT]
        bulksend("run", contacts, *options, "--limit", "5")
        again = bulksend("run", contacts, *options)
        sent = len(sandbox.entries())

    assert (again.returncode, sent) == (8, 5)
    assert f"bulksend resume {contacts}" in again.stderr


def test_two_runs_at_once_are_one(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 200)
    with running_sandbox(tmp_path) as sandbox:
        first = cli.start("run", contacts, *sandbox.run_options(), *TEXT, "--rate", "100/s")
        cli.wait_for(lambda: len(sandbox.entries()) > 5)
        second = bulksend("run", contacts, *sandbox.run_options(), *TEXT)
        status = bulksend("status", contacts, "--json")
        first.communicate(timeout=120)
        ledger = sandbox.accepted()

    assert second.returncode == 8
    assert f"pid {first.pid}" in second.stderr
    assert (document(status)["rows"], status.returncode) == (200, 0)
    assert (first.returncode, len(ledger)) == (0, 200)


def test_results_are_the_same_bytes_whenever_they_are_written(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 20)
    with running_sandbox(tmp_path) as sandbox:
        bulksend("run", contacts, *sandbox.run_options(), *TEXT)
    first = (tmp_path / "c.results.csv").read_bytes()
    (tmp_path / "c.results.csv").unlink()

    ended = bulksend("results", contacts)

    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "c.results.csv").read_bytes() == first


def extended(text: str) -> str:
    return text + "+447911000500,New\n"


def in_another_order(text: str) -> str:
    head, *rows = text.splitlines(keepends=True)
    return head + "".join(reversed(rows))


def cut(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:11])


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def corrected(text: str) -> str:
    return text.replace(",Name7", ",Ada")


def changed_after_sent(text: str) -> str:
    return text.replace(",Name1\n", ",Ada\n")


@pytest.mark.parametrize(
    ("change", "told", "sent"),
    [
        pytest.param(extended, "corrected or new: 16 rows", 21, id="extended"),
        pytest.param(in_another_order, "as before: 5 rows (5 accepted)", 20, id="sorted"),
        pytest.param(cut, "corrected or new: 5 rows", 10, id="cut"),
        pytest.param(with_crlf, "corrected or new: 15 rows", 20, id="line-ends"),
        pytest.param(corrected, "corrected or new: 15 rows", 20, id="corrected"),
        pytest.param(changed_after_sent, "sent, left out: 1 row (3)", 20, id="text-changed"),
    ],
)
def test_a_contacts_file_that_was_changed_is_gone_on_with_and_nobody_has_two(
    tmp_path: Path, change: Callable[[str], str], told: str, sent: int
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 20)
    with running_sandbox(tmp_path) as sandbox:
        bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--limit", "5")
        contacts.write_text(change(contacts.read_text()))
        refused = bulksend("run", contacts, *sandbox.run_options(), *TEXT)
        ended = bulksend("resume", contacts, "--yes")
        again = bulksend("resume", contacts, "--yes")
        phones = [entry["to"] for entry in sandbox.entries() if entry["accepted"]]

    assert (refused.returncode, "bulksend resume" in refused.stderr) == (8, True)
    assert told in ended.stderr
    assert (len(phones), len(set(phones))) == (sent, sent)
    assert again.returncode == ended.returncode == 0


def test_the_rest_is_sent_only_with_consent(tmp_path: Path) -> None:
    """Nobody is there to ask, so --yes or --yes-up-to must say it, wherever a yes may stand."""
    contacts = write_contacts(tmp_path / "c.csv", 9)
    card = tmp_path / "rates.csv"
    card.write_text("country,price_per_part,currency\nGB,0.0400,USD\n")
    with running_sandbox(tmp_path) as sandbox:
        bulksend("run", contacts, *sandbox.run_options(), "--text", TEXT, "--limit", "2")
        unasked = bulksend("resume", contacts)
        unpriced = bulksend("resume", contacts, "--yes-up-to", "9")
        dearer = bulksend("resume", contacts, "--yes-up-to", "0.27", "--rates", card)
        before = len(sandbox.accepted())
        for words, more in (
            (["--yes", "--limit", "1"], {}),
            (["--yes-up-to", "0.04", "--rates", card, "--limit", "1"], {}),
            ([], {"BULKSEND_YES": "1"}),
        ):
            ended = bulksend("resume", contacts, *words, **more)
            assert ended.returncode == 0, ended.stderr
        nothing_left = bulksend("resume", contacts)
        sent = len(sandbox.accepted())

    assert [it.returncode for it in (unasked, unpriced, dearer)] == [2, 2, 2]
    assert "nobody can be asked" in unasked.stderr
    assert "the estimate is USD 0.2800" in dearer.stderr
    assert (before, sent, nothing_left.returncode) == (2, 9, 0)


@pytest.mark.parametrize("command", ["resume", "status", "results"])
def test_without_a_batch_there_is_nothing_to_go_on_with(tmp_path: Path, command: str) -> None:
    write_contacts(tmp_path / "c.csv", 1)

    ended = bulksend(command, "c.csv")

    assert (ended.returncode, "bulksend run" in ended.stderr) == (2, True)


def test_a_full_disk_ends_with_7_and_everything_is_named_afterwards(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 3000)
    with running_sandbox(tmp_path) as sandbox:
        words = ["run", str(contacts), *sandbox.run_options(), *TEXT, "--rate", "2000/s"]
        limited = (
            "import resource, signal, sys\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, resource.RLIM_INFINITY))\n"
            f"sys.argv = ['bulksend', *{words!r}]\n"
            "from bulksend.cli.main import main\nmain()"
        )
        # Coverage writes a file of its own, which is larger, and no part of this.
        variables = {k: v for k, v in cli.environment().items() if not k.startswith("COVERAGE")}
        ended = subprocess.run(
            [cli.BULKSEND[0], "-c", limited],
            capture_output=True,
            text=True,
            env=variables,
            timeout=120,
            check=False,
        )
        resumed = bulksend("resume", contacts, "--yes", "--rate", "2000/s", "--json")
        ledger = sandbox.accepted()

    assert ended.returncode == 7, ended.stderr
    assert "Traceback" not in ended.stderr
    assert document(resumed)["unsent"] == 0
    assert document(resumed)["unknown"] <= 16
    named = read_results(tmp_path / "c.results.csv")
    assert set(ledger) <= {it["to_e164"] for it in named if it["status"] != "unsent"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda card: None, False, id="as-it-was"),
        pytest.param(
            lambda card: card.write_text(card.read_text().replace("0.0400", "9.0000")),
            True,
            id="dearer-now",
        ),
        pytest.param(lambda card: card.unlink(), True, id="gone"),
        pytest.param(lambda card: card.write_text("no card"), True, id="no-card-any-more"),
    ],
)
def test_a_batch_goes_on_with_the_prices_that_it_had(
    tmp_path: Path, change: Callable[[Path], None], told: bool
) -> None:
    contacts, card = write_contacts(tmp_path / "c.csv", 6), tmp_path / "rates.csv"
    card.write_text("country,price_per_part,currency\nGB,0.0400,USD\n")
    with ThreadedSandbox() as sandbox:
        options = ("--profile-id", PROFILE, "--base-url", sandbox.base_url)
        bulksend(
            *("run", contacts, "--from", "MyCompany", *options, "--text", "Hi", "--yes"),
            *("--rates", card, "--max-cost", "5.00", "--limit", "2"),
        )
        change(card)
        ended = bulksend("resume", contacts, "--yes")
        again = bulksend("results", contacts)

    assert (ended.returncode, len(sandbox.texts)) == (0, 6)
    assert ("the rate card is not as it was" in ended.stderr) is told
    assert "estimated: 6 parts, USD 0.2400" in again.stdout
