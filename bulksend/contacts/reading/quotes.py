"""Quotes that are not as CSV has them: read as they were meant where that is sure, named otherwise.

Python's csv module takes anything, and half of a cell or the three rows below it are gone without a
word; in its strict mode it says so, and the lines of such a record are looked at here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from bulksend.contacts.reading import dialect, looks
from bulksend.errors import Code

#: Number, cells, problem and its sentence.
Row = tuple[int, list[str], str | None, str | None]
_SHOWN = 30


def reader(lines: Iterable[str], form: dialect.Dialect, **changes: Any) -> Iterator[list[str]]:
    """Records; csv.Error for a quote that does not close its cell, after which it goes on."""
    options: dict[str, Any] = {
        "delimiter": form.delimiter,
        "quotechar": form.quote,
        "skipinitialspace": form.blank_before_quote,
        "strict": True,
    }
    return csv.reader(lines, **(options | changes))


def damaged(row: int, line: str, form: dialect.Dialect) -> Row:
    """A line that is no CSV: with quotes behind backslashes, or with text behind its quotes."""
    if f"\\{form.quote}" in line:
        try:
            return row, next(reader([line], form, escapechar="\\")), None, None
        except csv.Error:
            pass
    record = next(reader([line], form, quoting=csv.QUOTE_NONE, strict=False))
    cell = next((cell for cell in record if cell.lstrip().startswith(form.quote)), line.strip())
    shown = cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
    return row, record, Code.STRAY_QUOTE, f"text stands behind the closing quote in `{shown}`"


def looked_over(row: int, record: list[str], delimiter: str, width: int) -> Row:
    """A record of several lines, with its problem where one of its cells holds rows of the file."""
    swallowed = sum(_rows_in(cell, delimiter, width) for cell in record)
    if not swallowed and len(record) <= width:
        return row, record, None, None
    what = f"{swallowed} {'rows' if swallowed > 1 else 'row'}" if swallowed else "lines"
    text = f"a quote that opens in this row swallows the {what} below it; close it in its cell"
    return row, record, Code.STRAY_QUOTE, text


def _rows_in(cell: str, delimiter: str, width: int) -> int:
    """How many rows a cell swallowed: its lines have a row's delimiters, and one of them a phone.

    An address of several lines, or a letter, has neither.
    """
    lines = cell.splitlines()
    if len(lines) < 2 or width < 2:
        return 0
    fields = [line.split(delimiter) for line in lines]
    marks = sum(map(len, fields)) - len(fields)
    if marks != (len(lines) - 1) * (width - 1):
        return 0
    return (len(lines) - 1) * any(any(map(looks.is_phone, line)) for line in fields)
