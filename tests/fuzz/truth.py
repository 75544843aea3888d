"""What must be true of whatever the dry run says about a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bulksend import visible as text
from tests.fuzz.files import File
from tests.fuzz.program import Ended

SECONDS_MAX = 5.0
#: A file of nothing else may be called empty, and its delimiter is anybody's guess.
_NOTHING = '\ufeff \t\r\n,;|"' + "".join(map(chr, range(32))) + "\x85\u2028\u2029"
#: A phone in another line of a cell: a row that a quote has swallowed.
_PHONE_BELOW = re.compile(r"[\r\n][^\r\n]*\+[0-9]{8}")
Line = dict[str, str]


def lies(file: File, ended: Ended, verdicts: Path) -> Iterator[str]:
    """Everything that is wrong with how a command ended; nothing when all is well."""
    csv.field_size_limit(1 << 24)
    if ended.exit_code not in (0, 3, 4):
        yield f"exit {ended.exit_code}"
    if "Traceback" in ended.stderr:
        yield "a traceback"
    if ended.seconds > SECONDS_MAX:
        yield f"{ended.seconds:.1f} s"
    try:
        said = json.loads(ended.stdout)
    except ValueError:
        yield "stdout is not one JSON document"
        return
    if said["exit_code"] != ended.exit_code:
        yield "another exit code than the document's"
    if "error" in said:
        yield from _of_an_error(file, said["error"], verdicts)
    elif ended.exit_code in (0, 3):
        yield from _of_a_count(said, list(_lines(verdicts)))
        yield from _of_the_rows(file, list(_lines(verdicts)))


def _of_an_error(file: File, error: dict[str, Any], verdicts: Path) -> Iterator[str]:
    if verdicts.exists():
        yield "a verdict on rows of a file that cannot be used"
    if not error["message"] or not error["hint"]:
        yield "an error without a way out"
    if not file.legible:
        return
    said, row = error["message"], _open_quote_row(file)
    # The one that is never closed, or one above it that is, below the rows that it swallows.
    rows = [*_rows_of_several_lines(file), row]
    if error["code"] == "open_quote" and not any(f" row {it} " in said for it in rows):
        yield f"the quote opens in row {rows}: {said}"
    if error["code"] == "no_rows" and row:
        yield f"a quote opens in row {row} and is never closed: {said}"
    if not row:
        yield from _of_the_rest(file, error["code"], said)


def _of_the_rest(file: File, code: str, said: str) -> Iterator[str]:
    every = csv.reader(_text_lines(file), delimiter=file.delimiter)
    records = [it for it in every if _is_filled(it)]
    while records and not _names_something(records[0]):
        records = records[1:]
    if code == "no_rows" and len(records) != 1:
        yield f"no rows, and there are {len(records) - 1}"
    if "the file is empty" in said and file.text.strip(_NOTHING):
        yield f"empty, and there are {len(records)} rows"
    if code == "no_phone_column" and len(said) < 300 and "".join(records[0]).strip(_NOTHING + "x"):
        names = [_trimmed(it) for it in next(iter(records), [])]
        shown = ", ".join(f"`{text.visible(it)}`" if it else "(no name)" for it in names)
        # A line end is one, and text behind a closing quote is no CSV: such a line stands as it is.
        alike = str.maketrans({'"': ""})
        if shown.replace("\\x0d", "\\x0a").translate(alike) not in said.replace(
            "\\x0d", "\\x0a"
        ).translate(alike):
            yield f"other columns than {shown}: {said}"


def _trimmed(name: str) -> str:
    return name.strip(" \t\r\n\u00a0\ufeff\u200b")


def _open_quote_row(file: File) -> int:
    """The record that swallows a line written below the end."""
    records = list(csv.reader([*_text_lines(file), "\n", "\x00end\x00"], delimiter=file.delimiter))
    return len(records) if records and records[-1] != ["\x00end\x00"] else 0


def _rows_of_several_lines(file: File) -> list[int]:
    records = enumerate(csv.reader(_text_lines(file), delimiter=file.delimiter), 1)
    return [row for row, it in records if any(len(cell.splitlines()) > 1 for cell in it)]


def _of_a_count(said: dict[str, Any], lines: list[Line]) -> Iterator[str]:
    counted = Counter(it["status"] for it in lines)
    for status in ("sendable", "invalid", "skipped"):
        if said[status] != counted[status]:
            yield f"{said[status]} {status}, and {counted[status]} in the verdicts"
    if said["rows"] != len(lines):
        yield f"{said['rows']} rows, and {len(lines)} verdicts"
    if (said["exit_code"] == 3) != (said["invalid"] > 0):
        yield "an exit code that is not of these counts"
    if said["parts"] != sum(int(it["parts"]) for it in lines if it["parts"]):
        yield "parts that are not those of the rows"
    if sum(said["encodings"].values()) != said["sendable"]:
        yield "encodings that are not those of the rows"
    if sum(it["rows"] for it in said["countries"]) != said["sendable"]:
        yield "countries that are not those of the rows"
    yield from _of_the_findings(said, {int(it["row"]): it for it in lines})


def _of_the_findings(said: dict[str, Any], by_row: dict[int, Line]) -> Iterator[str]:
    if list(by_row) != sorted(by_row) or len(by_row) != said["rows"]:
        yield "rows out of order, or there twice"
    codes = Counter(it["error_code"] for it in by_row.values() if it["error_code"])
    named = Counter[str]()
    for it in said["findings"]:
        named[it["code"]] += it["rows"]
        for row in it["first_rows"]:
            if it["code"] in codes and by_row.get(row, {}).get("error_code") != it["code"]:
                yield f"row {row} named for {it['code']}, which it has not"
    for code, rows in codes.items():
        if named[code] != rows:
            yield f"{rows} rows with {code}, and {named[code]} in the findings"


def _of_the_rows(file: File, lines: list[Line]) -> Iterator[str]:
    """Row by row against another reader, where the file can be read by hand."""
    if not file.legible:
        return
    records = dict(enumerate(csv.reader(_text_lines(file), delimiter=file.delimiter), 1))
    names = next((row for row, it in records.items() if _names_something(it)), 0)
    width = len(records.get(names, []))
    expected = {row: it for row, it in records.items() if row > names and _is_filled(it)}
    strange = {int(it["row"]) for it in lines if it["error_code"] == "stray_quote"}
    if wrong := (set(expected) ^ {int(it["row"]) for it in lines}) - (strange - set(expected)):
        yield f"rows {sorted(wrong)[:5]} lost or made up"
        return
    for line in lines:
        cells = list(line.values())[:width]
        wanted = expected.get(int(line["row"]), [])
        surplus = any(wanted[width:])
        wanted = [*wanted, *[""] * (width - len(wanted))]
        if line["error_code"] == "stray_quote":
            continue
        if any(_PHONE_BELOW.search(cell) for cell in wanted):
            yield f"row {line['row']} swallows another and is not said to"
        if surplus:
            if line["error_code"] != "ragged_row":
                yield f"row {line['row']} is ragged and not said to be"
        elif [_plain(it) for it in cells] != [_plain(it) for it in wanted[:width]]:
            yield f"row {line['row']} reads {cells[:3]} and not {wanted[:3]}"


def _text_lines(file: File) -> list[str]:
    """Lines with their ends, where a CR alone ends one too."""
    return list(io.StringIO(file.text.lstrip("\ufeff"), newline=""))


def _is_filled(record: list[str]) -> bool:
    return any(it.strip("\t\n\x0b\x0c\r \x85\xa0\u2028\u2029\u3000") for it in record)


def _names_something(record: list[str]) -> bool:
    """Whether it may hold the columns' names: delimiters of another kind are none."""
    return _is_filled(["".join(record).strip(",;|")])


def _plain(cell: str) -> str:
    """Without what makes it harmless in a spreadsheet program; line ends are alike."""
    return cell.lstrip("'").replace("\r\n", "\n").replace("\r", "\n")


def _lines(path: Path) -> Iterator[Line]:
    """The verdicts; columns of the same name stay apart."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        text = file.read()
        mark = text.partition("error_code")[2][:1] or ","  # the contacts file's own delimiter
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        names = next(reader)
        ours = len(names) - 10
        keys = [f"{at}:{it}" if at < ours else it for at, it in enumerate(names)]
        for row in reader:
            yield dict(zip(keys, row, strict=True))
