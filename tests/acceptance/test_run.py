"""The main job, from outside: a contacts file goes in, every row is sent once, results come out."""

from __future__ import annotations

import os
import pty
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.acceptance import cli
from tests.acceptance.cli import bulksend, document, read_results, running_sandbox, write_contacts
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

SAMPLES = cli.ROOT / "samples"
TEXT = ["--text", "Hi {name}, € and all"]


def test_two_thousand_rows_agree_in_results_journal_and_ledger(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "contacts.csv", 2000)
    text = ["--text", "Hi {name}, " + "see you. " * 20]
    with running_sandbox(tmp_path) as sandbox:
        ended = bulksend(
            *("run", contacts, *sandbox.run_options(), *text, "--rate", "2000/s", "--json")
        )
        ledger = sandbox.accepted()

    assert ended.returncode == 0, ended.stderr
    results = read_results(tmp_path / "contacts.results.csv")
    assert [it["row"] for it in results] == [str(it) for it in range(2, 2002)]
    with sqlite3.connect(tmp_path / "contacts.journal") as journal:
        known = {row: mid.hex() for row, mid in journal.execute("SELECT row, message_id FROM send")}
    journal.close()
    for line in results:
        entry = ledger[line["to_e164"]]
        assert entry["text"] == f"Hi {line['name']}, " + "see you. " * 20
        assert line["message_id"] == entry["message_id"]
        assert line["message_id"].replace("-", "") == known[int(line["row"])]
        assert (line["parts"], line["cost"]) == (str(entry["parts"]), entry["cost"])
        assert (line["status"], line["attempts"], line["currency"]) == ("accepted", "1", "USD")
    summary = document(ended)
    assert summary["accepted"] == summary["rows"] == 2000
    assert summary["parts"] == 4000
    assert summary["cost"] == {"USD": "168.0000"}


def test_a_sample_is_sent_through_the_sandbox_with_nothing_else(tmp_path: Path) -> None:
    contacts = shutil.copy(SAMPLES / "contacts.csv", tmp_path)

    first = bulksend("run", contacts, "--sandbox", TELNYX_API_KEY="")
    again = bulksend("run", contacts, "--sandbox", TELNYX_API_KEY="")

    assert first.returncode == again.returncode == 0, first.stderr
    assert "accepted  5" in first.stdout
    assert len(read_results(tmp_path / "contacts.sandbox.results.csv")) == 5
    assert not (tmp_path / "contacts.journal").exists()


def test_the_messy_sample_ends_with_the_right_status_for_each_row(tmp_path: Path) -> None:
    contacts = shutil.copy(SAMPLES / "messy.csv", tmp_path)
    options = ["--default-region", "GB", "--text-file", SAMPLES / "reminder.txt"]

    ended = bulksend("run", contacts, "--sandbox", *options)

    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    found = {
        it["row"]: (it["status"], it["error_code"])
        for it in read_results(tmp_path / "messy.sandbox.results.csv")
    }
    assert found == {
        "2": ("accepted", ""),
        "3": ("invalid", "phone_scientific"),
        "4": ("accepted", ""),
        "5": ("accepted", ""),
        "6": ("accepted", ""),
        "7": ("accepted", ""),
        "8": ("accepted", ""),
        "9": ("invalid", "field_missing"),
        "10": ("skipped", "duplicate"),
        "11": ("invalid", "phone_two_numbers"),
        "12": ("invalid", "phone_letter_o"),
        "13": ("invalid", "phone_invalid"),
        "15": ("accepted", ""),
        "16": ("invalid", "phone_missing"),
        "17": ("accepted", ""),
        "18": ("invalid", "repeated_header"),
        "19": ("accepted", ""),
        "20": ("invalid", "ragged_row"),
        "21": ("invalid", "field_missing"),
    }


def test_options_come_from_flag_then_environment_then_file(tmp_path: Path) -> None:
    write_contacts(tmp_path / "contacts.csv", 1)
    (tmp_path / "bulksend.toml").write_text(
        f'from = "FromFile"\nprofile-id = "{PROFILE}"\ntext = "file {{name}}"\nrate = "100/s"\n'
    )
    with running_sandbox(tmp_path) as sandbox:
        ended = bulksend(
            *("run", "contacts.csv", "--yes", "--base-url", sandbox.base_url),
            *("--text", "flag {name}"),
            BULKSEND_FROM="FromEnv",
        )
        (entry,) = sandbox.entries()

    assert ended.returncode == 0, ended.stderr
    assert (entry["sender"], entry["text"]) == ("FromEnv", "flag Name0")


def test_cells_of_a_text_column_are_templates(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        'to,name,text\n+447911000001,Ada,"Dear {name}, {{literally}}"\n+447911000002,Bob,Hello\n'
        "+447911000003,Eve,Hi {nobody}\n"
    )
    with running_sandbox(tmp_path) as sandbox:
        ended = bulksend("run", "c.csv", *sandbox.run_options())
        texts = {it["text"] for it in sandbox.entries()}

    assert ended.returncode == 3
    assert texts == {"Dear Ada, {literally}", "Hello"}
    assert read_results(tmp_path / "c.results.csv")[2]["error_code"] == "template_invalid"


def test_the_same_run_again_sends_nothing_and_a_change_is_named(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "contacts.csv", 5)
    with running_sandbox(tmp_path) as sandbox:
        options = [*sandbox.run_options(), *TEXT]
        bulksend("run", contacts, *options)
        again = bulksend("run", contacts, *options)
        other_text = bulksend("run", contacts, *sandbox.run_options(), "--text", "Other {name}")
        other_sender = bulksend("run", contacts, *options, "--from", "Other")
        copied = tmp_path / "elsewhere" / "contacts.csv"
        copied.parent.mkdir()
        shutil.copy(contacts, copied)
        copy = bulksend("run", copied, *options)
        contacts.write_text(contacts.read_text().replace("Name0", "Name9"))
        changed = bulksend("run", contacts, *options)
        sent = len(sandbox.entries())

    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert (other_text.returncode, "the template" in other_text.stderr) == (8, True)
    assert (other_sender.returncode, "the sender" in other_sender.stderr) == (8, True)
    assert (changed.returncode, "the contacts file" in changed.stderr) == (8, True)
    assert (copy.returncode, "nobody is left" in copy.stderr) == (8, True)
    assert sent == 5


@pytest.mark.parametrize(
    ("content", "options", "code", "says"),
    [
        pytest.param(None, [], 4, "no such file", id="no-such-file"),
        pytest.param("", [], 4, "empty", id="empty-file"),
        pytest.param("to,name\n", [], 4, "no rows", id="header-only"),
        pytest.param("a,b\n1,2\n", [], 4, "`a`, `b`", id="no-phone-column"),
        pytest.param(
            "phone 1,phone 2\n+447911000001,+447911000002\n",
            [],
            4,
            "`phone 1`",
            id="two-phone-columns",
        ),
        pytest.param(
            "to,name\n+447911000001,x\n", ["--text", "{nmae}"], 4, "{name}", id="no-such-column"
        ),
        pytest.param(
            "to\n+447911000001\n", ["--from", "TwelveLetter"], 2, "12 characters", id="long-sender"
        ),
        pytest.param("to\n+447911000001\n", ["--from", "12345"], 2, "no letter", id="digits-only"),
        pytest.param("to\n+447911000001\n", ["--rate", "fast"], 2, "50/s", id="wrong-rate"),
        pytest.param(
            "to\n+447911000001\n", ["--base-url", "http://example.com"], 2, "http", id="plain-http"
        ),
        pytest.param("to\n+447911000001\n", ["--limit", "0"], 2, "limit", id="wrong-limit"),
        pytest.param("to\n+447911000001\n", ["--max-cost", "x"], 2, "25.00", id="wrong-amount"),
        pytest.param("to\n+447911000001\n", ["--nonsense"], 2, "nonsense", id="no-such-option"),
        pytest.param("to\n+447911000001\n", ["--rates", "none.csv"], 2, "none.csv", id="no-card"),
        pytest.param(
            "to\n+447911000001\n", ["--default-region", "UK"], 2, "UK", id="no-such-region"
        ),
    ],
)
def test_bad_input_is_one_clear_message_and_nothing_is_sent(
    tmp_path: Path, content: str | None, options: list[str], code: int, says: str
) -> None:
    if content is not None:
        (tmp_path / "c.csv").write_text(content)
    words = ["run", "c.csv", "--from", "MyCompany", "--profile-id", PROFILE, "--yes"]
    words += ["--base-url", "http://127.0.0.1:9/v2", "--text", "Hi", *options]

    plain = bulksend(*words)
    as_json = bulksend(*words, "--json")

    assert (plain.returncode, as_json.returncode) == (code, code), plain.stderr
    assert says in plain.stderr
    assert "Traceback" not in plain.stderr
    assert document(as_json)["exit_code"] == code
    assert document(as_json)["error"]["message"]
    assert not list(tmp_path.glob("*.journal"))


def test_a_folder_is_no_contacts_file(tmp_path: Path) -> None:
    ended = bulksend("run", tmp_path, "--sandbox")

    assert (ended.returncode, "folder" in ended.stderr) == (4, True)


def test_no_key_no_consent_and_no_sender_each_say_so(tmp_path: Path) -> None:
    write_contacts(tmp_path / "c.csv", 1)
    words = ["run", "c.csv", "--profile-id", PROFILE, "--text", "Hi"]

    no_sender = bulksend(*words, "--yes")
    no_key = bulksend(*words, "--from", "Shop", "--yes", TELNYX_API_KEY="")
    no_consent = bulksend(*words, "--from", "Shop")

    assert [it.returncode for it in (no_sender, no_key, no_consent)] == [2, 2, 2]
    assert "--from" in no_sender.stderr
    assert "TELNYX_API_KEY" in no_key.stderr
    assert "--yes" in no_consent.stderr


def test_a_key_that_telnyx_refuses_stops_after_one_request(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 100)
    with running_sandbox(tmp_path) as sandbox:
        words = ["run", contacts, *sandbox.run_options(), *TEXT, "--no-preflight"]
        ended = bulksend(*words, TELNYX_API_KEY="wrong-canary")
        requests = len(sandbox.entries())

    assert (ended.returncode, requests) == (5, 1)
    assert "API key" in ended.stdout
    assert "bulksend resume" in ended.stdout
    everything = ended.stdout + ended.stderr
    everything += "".join(it.read_text(errors="replace") for it in tmp_path.glob("c.*"))
    assert "wrong-canary" not in everything


@pytest.mark.parametrize("rows", [2, 30], ids=["too-few-for-the-breaker", "many"])
def test_a_server_that_is_not_there_stops_the_batch_resumably(tmp_path: Path, rows: int) -> None:
    contacts = write_contacts(tmp_path / "c.csv", rows)
    words = ["--from", "Shop", "--profile-id", PROFILE, "--yes", *TEXT, "--rate", "2000/s"]
    words += ["--no-preflight"]

    ended = bulksend("run", contacts, *words, "--base-url", "http://127.0.0.1:9/v2", "--json")

    summary = document(ended)
    assert ended.returncode == 2
    assert (summary["unsent"], summary["accepted"]) == (rows, 0)
    assert summary["stopped_because"] == "offline"
    assert summary["next"].startswith("bulksend resume")
    status = bulksend("status", contacts, "--json")
    assert (status.returncode, document(status)["stopped_because"] is None) == (5, False)


def test_results_of_another_batch_are_not_written_over(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 1)
    (tmp_path / "c.results.csv").write_text("precious")

    ended = bulksend(
        *("run", contacts, "--from", "Shop", "--profile-id", PROFILE, "--yes", *TEXT),
        *("--base-url", "http://127.0.0.1:9/v2"),
    )

    assert ended.returncode == 2
    assert (tmp_path / "c.results.csv").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 1)
    tmp_path.chmod(0o500)

    ended = bulksend("run", contacts, "--sandbox")

    tmp_path.chmod(0o700)
    assert (ended.returncode, "writable" in ended.stderr) == (7, True)


def test_a_journal_in_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 1)

    ended = bulksend("run", contacts, "--sandbox", "--journal", tmp_path / "none" / "x.journal")

    assert (ended.returncode, "is not there; nothing was sent" in ended.stderr) == (2, True)
    assert "Traceback" not in ended.stderr


def test_results_that_could_not_be_written_are_noticed_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 1)
    with running_sandbox(tmp_path) as sandbox:
        words = ["run", contacts, *sandbox.run_options(), *TEXT]
        ended = bulksend(*words, "--results", tmp_path / "none" / "r.csv")
        sent = len(sandbox.entries())

    assert (ended.returncode, sent) == (2, 0)


def test_a_cap_on_the_cost_is_never_exceeded(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 100)
    with running_sandbox(tmp_path) as sandbox:
        words = ["run", contacts, *sandbox.run_options(), *TEXT, "--max-cost", "1.00", "--json"]
        ended = bulksend(*words, "--rates", SAMPLES / "rates.csv", "--rate", "2000/s")

    summary = document(ended)
    assert ended.returncode == 5
    assert summary["cost"] == {"USD": "0.9660"}
    assert (summary["accepted"], summary["unsent"]) == (23, 77)


def test_limit_sends_the_first_rows_and_resume_the_rest(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 20)
    with running_sandbox(tmp_path) as sandbox:
        first = bulksend("run", contacts, *sandbox.run_options(), *TEXT, "--limit", "5", "--json")
        rest = bulksend("resume", contacts, "--yes", "--json")
        sent = sandbox.accepted()

    assert (first.returncode, document(first)["accepted"], document(first)["unsent"]) == (0, 5, 15)
    assert (rest.returncode, document(rest)["accepted"]) == (0, 20)
    assert len(sent) == 20


def test_a_clash_of_names_keeps_both_columns(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("to,status,row\n+447911000001,=cmd(),x\n")

    bulksend("run", "c.csv", "--sandbox", "--text", "Hi")

    (line,) = read_results(tmp_path / "c.sandbox.results.csv")
    assert (line["input_status"], line["input_row"]) == ("'=cmd()", "x")
    assert (line["status"], line["row"]) == ("accepted", "2")
    assert line["to"] == "+447911000001"


def test_the_dry_run_opens_nothing_and_counts_the_same(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 100)
    words = ["--text", "Hi {name}, " + "x" * 200, "--rates", SAMPLES / "rates.csv"]

    ended = bulksend("run", contacts, "--dry-run", "--json", *words, "--results", "e.csv")

    found = document(ended)
    assert ended.returncode == 0
    assert (found["sendable"], found["parts"], found["price"]) == (100, 200, {"USD": "8.4000"})
    assert found["countries"] == [
        {"country": "GB", "rows": 100, "parts": 200, "price": "8.4000", "currency": "USD"}
    ]
    assert read_results(tmp_path / "e.csv")[0]["status"] == "sendable"
    assert not list(tmp_path.glob("*.journal"))


def test_on_a_terminal_consent_is_asked_for_and_a_no_sends_nothing(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 3)
    with running_sandbox(tmp_path) as sandbox:
        options = [it for it in sandbox.run_options() if it != "--yes"]
        codes = [answered(["run", str(contacts), *options, *TEXT], it) for it in (b"n\n", b"y\n")]
        sent = len(sandbox.entries())

    assert codes == [2, 0]
    assert sent == 3


def answered(words: list[str], answer: bytes) -> int:
    """The exit code of a command at whose prompt a person types."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*cli.BULKSEND, *words], stdin=slave, stdout=slave, stderr=slave, env=cli.environment()
    )
    os.close(slave)
    seen = b""
    while b"Send?" not in seen:
        seen += os.read(master, 1000)
    os.write(master, answer)
    try:
        while os.read(master, 1000):
            pass
    except OSError:
        pass
    os.close(master)
    return process.wait(timeout=120)


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; sys.argv = ['bulksend', 'run', '--help']\n"
        "from bulksend.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([it for it in ('polars', 'aiohttp', 'phonenumbers') if it in sys.modules])"
    )

    ended = subprocess.run(
        [cli.BULKSEND[0], "-c", code], capture_output=True, text=True, check=True
    )

    assert ended.stdout.endswith("[]\n")


def test_a_pipe_that_closes_early_is_no_traceback(tmp_path: Path) -> None:
    process = cli.start("run", "--help")
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=120)

    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


def test_init_writes_a_workbook_on_request_that_is_sent_from(tmp_path: Path) -> None:
    first = bulksend("init", "--xlsx")
    run = bulksend("run", "contacts.xlsx", "--sandbox", "--yes")

    assert (first.returncode, run.returncode) == (0, 0), run.stderr
    assert "wrote contacts.xlsx" in first.stdout
    assert not (tmp_path / "contacts.csv").exists()
    assert run.stdout.startswith("accepted  2")


def test_init_writes_starters_and_never_overwrites(tmp_path: Path) -> None:
    first = bulksend("init")
    (tmp_path / "contacts.csv").write_text("mine")
    second = bulksend("init")
    (tmp_path / "bulksend.toml").unlink()
    third = bulksend("init")

    assert (first.returncode, second.returncode, third.returncode) == (0, 2, 0)
    assert "wrote bulksend.toml" in third.stdout
    assert "contacts.csv was there already" in third.stdout
    assert (tmp_path / "contacts.csv").read_text() == "mine"
    assert (tmp_path / "bulksend.toml").exists()


def test_contacts_from_standard_input_are_declined_in_words() -> None:
    ended = bulksend("run", "-", "--sandbox")

    assert ended.returncode == 2
    assert "standard input" in ended.stderr
