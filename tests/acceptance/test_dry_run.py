"""The dry run as a process: what a person sees on one screen, and what a program gets."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bulksend.sandbox.threaded import ThreadedSandbox
from tests.acceptance import cli
from tests.acceptance.cli import bulksend, document
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

SAMPLES = cli.ROOT / "samples"
CURLY = "Hi {name}, don’t be late: we see you at {termin} and it’s important – really" + "." * 20


def dry_run(path: Path, *words: str | Path, text: str = CURLY, **more: str) -> Any:
    return bulksend(
        "run", path, "--dry-run", "--default-region", "GB", "--text", text, *words, **more
    )


def test_the_summary_fits_on_one_screen_and_names_what_costs_most() -> None:
    ended = dry_run(SAMPLES / "messy.csv", "--rates", SAMPLES / "rates.csv")

    lines = ended.stdout.splitlines()
    assert 20 <= len(lines) <= 40
    assert "messy.csv: 19 rows, 9 sendable, 9 invalid, 1 skipped" in lines[0]
    assert any("what costs most" in it for it in lines)
    assert "outside GSM-7" in ended.stdout
    assert sum("reads (" in it for it in lines) == 3
    assert "┃" in ended.stdout, "no part boundary is shown"


def test_json_has_every_finding_with_cause_cost_and_cure() -> None:
    said = document(dry_run(SAMPLES / "messy.csv", "--rates", SAMPLES / "rates.csv", "--json"))

    assert set(said) >= {
        *("schema", "rows", "sendable", "invalid", "skipped", "parts", "parts_max", "encodings"),
        *("price", "unpriced_rows", "countries", "duration_s", "findings"),
        *("digest", "phone_column", "file_encoding", "samples", "prices_rest_on", "exit_code"),
    }
    found = {it["code"]: it for it in said["findings"]}
    assert all({"code", "text", "rows", "first_rows"} <= set(it) for it in said["findings"])
    assert found["phone_scientific"]["column"] == "Mobile Number"
    assert "from its source" in found["phone_scientific"]["fix"]
    assert found["point_zero"]["first_rows"] == [15]
    assert found["registration_required"]["country"] in ("FR", "AU")
    quotes = [it for it in said["findings"] if it.get("character") == "’"]
    assert {it.get("column") for it in quotes} == {None, "Name"}
    assert [it["positions"] for it in quotes if "positions" in it] == [[15, 56]]


@pytest.mark.parametrize(
    ("cell", "code", "kind"),
    [
        pytest.param("4.47E+11", "phone_scientific", "problem", id="scientific"),
        pytest.param("447700900123.0", "point_zero", "remark", id="point-zero"),
        pytest.param("7700900123", "lost_zero", "remark", id="lost-zero"),
        pytest.param("447700900123", "lost_plus", "remark", id="lost-plus"),
        pytest.param("+447700900123/+447700900124", "phone_two_numbers", "problem", id="two"),
        pytest.param("+44770O900123", "phone_letter_o", "problem", id="letter-o"),
        pytest.param("+44\u00a07700900123", "hidden", "remark", id="nbsp"),
        pytest.param("\u200b+447700900123", "hidden", "remark", id="zero-width"),
        pytest.param("+٤٤٧٧٠٠٩٠٠١٢٣", "foreign_digits", "remark", id="unicode-digits"),
        pytest.param("phone", "repeated_header", "problem", id="repeated-header"),
        pytest.param("+442079460958", "landline", "cost", id="landline"),
        pytest.param("60123", "phone_short_code", "problem", id="short-code"),
        pytest.param("+441234", "phone_invalid", "problem", id="impossible-in-its-country"),
        pytest.param("+12025550123", "no_alphanumeric", "problem", id="takes-no-sender-id"),
    ],
)
def test_each_damage_is_named_with_its_row_and_its_cure(
    tmp_path: Path, cell: str, code: str, kind: str
) -> None:
    path = tmp_path / "c.csv"
    name = "name" if cell == "phone" else "Ada"
    path.write_text(f"phone,name\n+447700900999,Bob\n{cell},{name}\n", encoding="utf-8")

    said = document(dry_run(path, "--json", text="Hi {name}"))

    (found,) = (it for it in said["findings"] if it["code"] == code)
    assert (found["kind"], found["rows"], found["first_rows"]) == (kind, 1, [3])
    assert found["fix"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("JosÃ©", "wrongly_decoded", id="utf-8-read-as-windows-1252"),
        pytest.param("Jos\ufffd", "character_lost", id="replacement-character"),
    ],
)
def test_a_name_that_was_decoded_wrongly_is_told(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"phone,name\n+447700900123,{name}\n", encoding="utf-8")

    said = document(dry_run(path, "--json", text="Hi {name}"))

    (found,) = (it for it in said["findings"] if it["code"] == code)
    assert (found["column"], found["first_rows"]) == ("name", [2])


def test_fix_text_replaces_in_the_template_and_never_in_a_name(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("phone,name\n+447700900123,O’Neill\n+447700900124,Ada\n", encoding="utf-8")
    words = ("run", path, "--sandbox", "--text", "It’s you, {name}", "--fix-text", "--json")

    ended = bulksend(*words)

    assert document(ended)["accepted"] == 2
    assert "’" in ended.stderr and "RIGHT SINGLE QUOTATION MARK" in ended.stderr
    rows = cli.read_results(tmp_path / "c.sandbox.results.csv")
    assert [it["encoding"] for it in rows] == ["UTF-16", "GSM-7"]


def test_fix_text_belongs_to_the_batch(tmp_path: Path) -> None:
    """Resume goes on with it, and without it the batch is another one."""
    path = tmp_path / "c.csv"
    path.write_text("phone,name\n+447700900123,Ada\n+447700900124,Bob\n")
    with cli.running_sandbox(tmp_path) as sandbox:
        words = [*sandbox.run_options(), "--text", "It’s {name}", "--limit", "1"]
        bulksend("run", path, *words, "--fix-text")
        changed = bulksend("resume", path, *sandbox.run_options(), "--no-fix-text")
        bulksend("resume", path, "--yes")

        texts = {it["text"] for it in sandbox.accepted().values() if "text" in it}
        encodings = {it["encoding"] for it in cli.read_results(tmp_path / "c.results.csv")}
    assert changed.returncode == 8
    assert "--fix-text" in changed.stderr
    assert encodings == {"GSM-7"}
    assert not texts or texts == {"It's Ada", "It's Bob"}


def test_fix_text_works_on_texts_that_stand_in_a_column(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("phone,text\n+447700900123,It’s you\n", encoding="utf-8")

    ended = bulksend("run", path, "--dry-run", "--fix-text")

    assert ended.returncode == 0
    assert "1 GSM-7" in ended.stdout


def test_rows_for_north_america_are_invalid_and_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("phone\n+12025550123\n+14165550123\n+17875550123\n+447700900123\n")

    ended = bulksend("run", path, "--sandbox", "--text", "Hi", "--json")

    assert ended.returncode == 3
    said = document(ended)
    assert (said["accepted"], said["refused"], said["invalid"]) == (1, 0, 3)
    rows = cli.read_results(tmp_path / "c.sandbox.results.csv")
    assert [it["error_code"] for it in rows] == ["no_alphanumeric"] * 3 + [""]


def test_a_terminal_shows_how_far_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    rows = "".join(f"+4479{at:08d},Łu{at}\n" for at in range(700_000))
    path.write_text("phone,name\n" + rows, encoding="utf-8")
    parent, child = pty.openpty()

    with subprocess.Popen(
        [*cli.BULKSEND, "run", path, "--dry-run", "--text", "Hi {name}"],
        stdout=subprocess.DEVNULL,
        stderr=child,
        env=cli.environment(),
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            shown += piece
            if not piece:
                break
        assert process.wait(60) in (0, 3)
    os.close(parent)

    assert re.search(rb"\d+,\d{3} rows read", shown)


def test_no_progress_where_nobody_watches(tmp_path: Path) -> None:
    path = cli.write_contacts(tmp_path / "c.csv", 10)

    assert "rows read" not in dry_run(path, text="Hi {name}").stderr


PEOPLE = [f"+4474000000{number:02},Name{number:02}" for number in range(25)]


def test_one_sends_exactly_what_another_looked_at_or_nothing(tmp_path: Path) -> None:
    contacts, template = tmp_path / "list.csv", "Dear {name}, your parcel is here"
    header = "phone,name"
    contacts.write_text("\n".join([header, *PEOPLE]) + "\n")
    options = ("--from", "MyCompany", "--profile-id", PROFILE, "--text", template)
    digest = document(bulksend("run", contacts, *options, "--dry-run", "--json"))["digest"]

    with ThreadedSandbox() as sandbox:
        expected = (*options, "--base-url", sandbox.base_url, "--expect", digest, "--yes")
        for at, line in enumerate(PEOPLE):
            for before, after in ((line[12], "9" if line[12] != "9" else "8"), ("N", "M")):
                changed = [*PEOPLE[:at], line[:12] + line[12:].replace(before, after, 1)]
                contacts.write_text("\n".join([header, *changed, *PEOPLE[at + 1 :]]) + "\n")
                ended = bulksend("run", contacts, *expected)
                named = "the people" if before != "N" else "the texts"
                assert (ended.returncode, named in ended.stderr) == (8, True), ended.stderr
        assert sandbox.ledger == []

        saved_again = "\r\n".join(["name;phone", *(";".join(x.split(",")[::-1]) for x in PEOPLE)])
        contacts.write_bytes(b"\xef\xbb\xbf" + saved_again.encode() + b"\r\n")
        ended = bulksend("run", contacts, *expected)

        assert (ended.returncode, len(sandbox.texts)) == (0, 25), ended.stderr


def test_a_finding_shows_the_cell_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("phone,name\n+447400000001,Ada\nwithheld,Bob\n#N/A,Eve\n\\N,Zed\n")

    ended = dry_run(path, text="Hi {name}")
    found = document(dry_run(path, "--json", text="Hi {name}"))["findings"]

    assert "1 row (3): letters in the phone number, as in “withheld”; " in ended.stdout
    assert [it["value"] for it in found if it["code"] == "phone_letters"] == ["withheld"]
    assert "1 row (4): the cell in column phone shows the error #N/A; " in ended.stdout
    assert "1 row (5): the cell in column phone shows the error \\N; " in ended.stdout
