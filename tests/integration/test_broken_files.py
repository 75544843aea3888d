"""Files that something happened to: what is said of each is true, row by row, and quickly said."""

from __future__ import annotations

import csv
import json
import random
import sys
from pathlib import Path

import pytest

from tests.acceptance import cli
from tests.fuzz import __main__ as fuzz
from tests.fuzz import program

pytestmark = pytest.mark.slow

A, B, C = "+447700900123,Ada\n", "+447700900124,Bob\n", "+447700900125,Cy\n"
HEAD = "phone,name\n"
OK = "sendable"

#: The text of a file, and its verdicts by row; or the code of its error and what the error names.
FILES: dict[str, tuple[str, dict[int, str] | tuple[str, str]]] = {
    "whole": (HEAD + A + B, {2: OK, 3: OK}),
    "no-last-line-end": (HEAD + A + B.strip(), {2: OK, 3: OK}),
    "blank-row-below-the-header": (HEAD + "\n" + A, {3: OK}),
    "blank-rows-above-the-header": ("\n,\n" + HEAD + A, {4: OK}),
    "blank-rows-everywhere": (HEAD + "\n\n" + A + ",\n \n" + B + "\n\n", {4: OK, 7: OK}),
    "rows-of-delimiters": (HEAD + ",\n,,\n" + A, {4: OK}),
    "delimiters-at-the-ends": (HEAD + A.strip() + ",,\n" + B, {2: OK, 3: OK}),
    "no-phone": (HEAD + ",Ada\n" + B, {2: "phone_missing", 3: OK}),
    "no-name": (HEAD + "+447700900123,\n" + B, {2: "field_missing", 3: OK}),
    "blank-name": (HEAD + "+447700900123,  \n" + B, {2: "field_missing", 3: OK}),
    "too-many-fields": (HEAD + A + "+447700900124,Bob,x\n" + C, {2: OK, 3: "ragged_row", 4: OK}),
    "too-few-fields": (HEAD + A + "+447700900124\n" + C, {2: OK, 3: "field_missing", 4: OK}),
    "one-field-in-the-last-row": (HEAD + A + "+4477", {2: OK, 3: "phone_invalid"}),
    "the-header-again": (HEAD + A + HEAD + B, {2: OK, 3: "repeated_header", 4: OK}),
    "two-files-in-one": (HEAD + A + "\ufeff" + HEAD + B, {2: OK, 3: "repeated_header", 4: OK}),
    "the-header-at-the-end": (HEAD + A + HEAD, {2: OK, 3: "repeated_header"}),
    "a-stray-quote": (HEAD + '+447700900123,6" pipe\n' + B, {2: OK, 3: OK}),
    "a-quote-in-the-middle": (HEAD + '+447700900123,A"d"a\n' + B, {2: OK, 3: OK}),
    "text-after-a-quote": (HEAD + '+447700900123,"A"da\n' + B, {2: "stray_quote", 3: OK}),
    "doubled-quotes": (HEAD + '+447700900123,"A ""d"" a"\n' + B, {2: OK, 3: OK}),
    "a-line-end-in-quotes": (HEAD + '+447700900123,"A\nda"\n' + B, {2: OK, 3: OK}),
    "blank-lines-in-quotes": (HEAD + '+447700900123,"A\n\n\nda"\n' + B, {2: OK, 3: OK}),
    "quoted-nothing": (HEAD + '"",""\n' + B, {3: OK}),
    "quotes-around-phones": (HEAD + '"+447700900123","Ada"\n' + B, {2: OK, 3: OK}),
    "an-open-quote": (HEAD + A + '+447700900124,"Bob\n' + C, ("open_quote", "row 3")),
    "an-open-quote-in-the-header": ('phone,"name\n' + A + B, ("open_quote", "row 1")),
    "an-open-quote-at-the-end": (HEAD + A + '+447700900124,"', ("open_quote", "row 3")),
    "an-open-quote-below-blanks": (HEAD + "\n\n" + '+447700900123,"Ada\n', ("open_quote", "row 4")),
    "a-nul-in-a-name": (HEAD + "+447700900123,A\0da\n" + B, {2: "nul_character", 3: OK}),
    "a-nul-in-a-phone": (HEAD + "+4477009\x0000123,Ada\n" + B, {2: "nul_character", 3: OK}),
    "a-nul-in-quotes": (HEAD + '+447700900123,"\0"\n' + B, {2: "nul_character", 3: OK}),
    "scientific": (HEAD + "4.47E+11,Ada\n" + B, {2: "phone_scientific", 3: OK}),
    "a-fraction": (HEAD + "447700900123.0,Ada\n" + B, {2: OK, 3: OK}),
    "a-lost-plus": (HEAD + "447700900123,Ada\n" + B, {2: OK, 3: OK}),
    "a-lost-zero": (HEAD + "7700900123,Ada\n" + B, {2: "phone_national", 3: OK}),
    "an-apostrophe-before": (HEAD + "'+447700900123,Ada\n" + B, {2: OK, 3: OK}),
    "two-numbers": (
        HEAD + "+447700900123 / +447700900129,Ada\n" + B,
        {2: "phone_two_numbers", 3: OK},
    ),
    "a-letter": (HEAD + "+44770090012O,Ada\n" + B, {2: "phone_letter_o", 3: OK}),
    "a-word": (HEAD + "soon,Ada\n" + B, {2: "phone_letters", 3: OK}),
    "a-short-code": (HEAD + "12345,Ada\n" + B, {2: "phone_short_code", 3: OK}),
    "no-such-number": (HEAD + "+441,Ada\n" + B, {2: "phone_invalid", 3: OK}),
    "a-formula": (HEAD + "=HYPERLINK(1),Ada\n" + B, {2: "phone_letters", 3: OK}),
    "invisible-characters": (HEAD + "\u200e+44\u00a07700\u200b900123,Ada\n" + B, {2: OK, 3: OK}),
    "arabic-digits": (HEAD + "+٤٤٧٧٠٠٩٠٠١٢٣,Ada\n" + B, {2: OK, 3: OK}),
    "a-bom-before-a-phone": (HEAD + A + "\ufeff" + B, {2: OK, 3: OK}),
    "the-same-again": (HEAD + A + B + A, {2: OK, 3: OK, 4: "duplicate"}),
    "an-endless-text": (HEAD + f"+447700900123,{'x' * 1600}\n" + B, {2: "text_too_long", 3: OK}),
    "a-megabyte-in-a-cell": (HEAD + f"+447700900123,{'x' * 900_000}\n", {2: "text_too_long"}),
    "more-than-a-megabyte": (HEAD + A + "x" * (1 << 20), ("line_too_long", "line 3")),
    "column-names-alone": (HEAD, ("no_rows", "no rows")),
    "column-names-without-a-line-end": ("phone,name", ("no_rows", "no rows")),
    "blank-lines-alone": ("\n \n,\n\t\n", ("contacts_unusable", "empty")),
    "no-column-names": (A + B, ("no_header", "row 1")),
    "no-column-names-below-blanks": ("\n\n" + A + B, ("no_header", "row 3")),
    "no-phone-column": ("a,b\nx,Ada\n", ("no_phone_column", "`a`, `b`")),
    "a-phone-column-of-another-name": ("a,name\n" + A, {2: OK}),
    "two-phone-columns": ("phone,tel\n+44,+45\n", ("two_phone_columns", "`tel`")),
    "a-name-twice": ("phone,name,Name\n+447700900123,a,b\n", ("column_twice", "{name}")),
    "no-name-column": ("phone,nmae\n" + A, ("column_missing", "{name}")),
    "a-column-without-a-name": ("phone,,name\n+447700900123,x,Ada\n", {2: OK}),
    "blanks-around-names": (" Phone , NAME \n" + A, {2: OK}),
    "a-column-too-many": (
        "phone,name" + ",x" * 999 + "\n" + A,
        ("too_many_columns", "1001 columns"),
    ),
}


def writings(name: str, text: str) -> list[tuple[str, bytes]]:
    """The same text as different programs write it."""
    other = text.replace("\n", "\r\n")
    found = [
        ("utf-8", text.encode()),
        ("bom-and-crlf", other.encode("utf-8-sig")),
        ("utf-16", text.encode("utf-16")),
        ("semicolons", text.replace(",", ";").encode()),
    ]
    if "two-files" not in name:  # a CR-only line end is a blank of its own beside others
        found.append(("old-mac", text.replace("\n", "\r").encode()))
    return found if len(text) < 100_000 else found[::2]  # a megabyte takes its time


@pytest.fixture(scope="module")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def a_memory_made_once(monkeypatch: pytest.MonkeyPatch, state_folder: Path) -> None:
    """A dry run notes nobody; and to make a memory, durable, takes longer than to read a file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(state_folder))


CASES = [
    pytest.param(content, expected, id=f"{name}-{how}")
    for name, (text, expected) in FILES.items()
    for how, content in writings(name, text)
]


def test_there_are_two_hundred_of_them() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize(("content", "expected"), CASES)
def test_what_is_said_of_a_broken_file_is_true(
    tmp_path: Path, content: bytes, expected: dict[int, str] | tuple[str, str]
) -> None:
    path, verdicts = tmp_path / "contacts.csv", tmp_path / "verdicts.csv"
    path.write_bytes(content)

    ended = program.bulksend(
        *("run", path, "--dry-run", "--json", "--text", "Hi {name}", "--results", verdicts)
    )

    said = json.loads(ended.stdout)
    assert ended.seconds < 20
    if isinstance(expected, tuple):
        assert (ended.exit_code, said["error"]["code"]) == (4, expected[0])
        assert expected[1].replace("`,", "`") in said["error"]["message"].replace("`,", "`")
        assert not verdicts.exists()
        return
    assert read_verdicts(verdicts) == expected
    assert ended.exit_code == (3 if set(expected.values()) - {OK, "duplicate"} else 0)
    assert said["rows"] == len(expected)
    assert sum(said[it] for it in (OK, "invalid", "skipped")) == said["rows"]
    for finding in said["findings"]:
        if finding["code"] in expected.values():
            assert {expected.get(row) for row in finding["first_rows"]} == {finding["code"]}


def read_verdicts(path: Path) -> dict[int, str]:
    with path.open(newline="", encoding="utf-8") as file:
        delimiter = ";" if ";" in file.readline() else ","  # that of the contacts file
        file.seek(0)
        lines = csv.DictReader(file, delimiter=delimiter)
        return {int(it["row"]): it["error_code"] or it["status"] for it in lines}


GOOD = HEAD + A + B


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(bytes(5000), "empty", id="zeros-alone"),
        pytest.param(b"\xef\xbb\xbf\r\n", "empty", id="a-bom-alone"),
        pytest.param(b"\xff\xfe", "empty", id="a-utf-16-bom-alone"),
        pytest.param(b"\x00\x01\x02\x03" * 500, "no column", id="bytes"),
        pytest.param(random.Random(1).randbytes(5000), "no text", id="noise"),
        pytest.param(
            b"PK\x03\x04" + GOOD.encode(), "no workbook, or a damaged one", id="a-zip-s-first-bytes"
        ),
        pytest.param(b"PK\x05\x06" + bytes(18), "no workbook", id="an-empty-zip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old Excel", id="xls"),
        pytest.param(b"%PDF-1.7\n" + GOOD.encode(), "PDF", id="pdf"),
        pytest.param(b"\x1f\x8b\x08\x00" + bytes(64), "gzip", id="gzip"),
    ],
)
def test_what_is_no_contacts_file_says_what_it_is(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(content)

    ended = program.bulksend("run", path, "--dry-run", "--json", "--text", "Hi")

    said = json.loads(ended.stdout)
    assert ended.exit_code == 4
    assert says in said["error"]["message"]
    assert said["error"]["hint"]


@pytest.mark.parametrize("name", ["a-nul-in-a-name", "no-phone-column"])
def test_a_process_says_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(FILES[name][0], encoding="utf-8", newline="")
    words = ("run", path, "--dry-run", "--json", "--text", "Hi {name}")

    here, there = program.bulksend(*words), cli.process(*words)

    assert there.returncode == here.exit_code
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert "Traceback" not in there.stderr


def test_generated_files_are_spoken_of_truly(tmp_path: Path) -> None:
    progress = fuzz.Progress()
    for seed in range(100_000, 100_150):
        fuzz.try_file(seed, tmp_path, progress)

    assert progress.lies == []


@pytest.mark.whole
@pytest.mark.slow
def test_twenty_thousand_generated_files_are_spoken_of_truly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.fuzz", "--count", "20000", "--keep", str(tmp_path)])

    assert fuzz.main() == 0
