"""What both kinds of workbook are read as: sheets, and rows of texts as a person sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bulksend.errors import TEXT_FOR, Code

#: No spreadsheet program has more.
ROWS_MAX = 1 << 20
#: Cells further to the right than any contacts file reaches are counted and not kept.
COLUMNS_KEPT = 1001
_ERROR = re.compile(r"#(N/A|[A-Z]+!|NAME\?|DIV/0!|GETTING_DATA)|Err:\d+")


class Fault(NamedTuple):
    """A cell that shows no value."""

    column: int
    code: Code
    text: str


class SheetRow(NamedTuple):
    """One row, numbered as the spreadsheet numbers it; the cells of hidden columns are there."""

    number: int
    hidden: bool
    cells: list[str]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Marks:
    """What a walk over a sheet shows beside its rows."""

    #: From 0; known before the first row.
    hidden_columns: set[int] = field(default_factory=set)
    merged_areas: int = 0
    #: (row, column from 0) of whole numbers longer than a spreadsheet program can keep.
    lost_digits: list[tuple[int, int]] = field(default_factory=list)
    lost_digits_count: int = 0

    def lost(self, row: int, column: int) -> None:
        """Note a number that has lost its digits, where a person sees it."""
        if column in self.hidden_columns:
            return
        self.lost_digits_count += 1
        if not self.lost_digits:
            self.lost_digits.append((row, column))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, which can be walked again and again."""

    name: str
    hidden: bool
    #: Raises ContactsError where the workbook is broken.
    rows: Callable[[Marks], Iterator[SheetRow]]


def column_name(column: int) -> str:
    """A, B, ... as the spreadsheet names them; `column` is counted from 0."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def error_in(column: int, shown: str) -> Fault:
    """A cell that shows an error such as #N/A."""
    known = _ERROR.fullmatch(shown)
    what = f"shows the error {shown}" if known else "shows an error"
    return Fault(column, Code.CELL_ERROR, f"the cell in column {column_name(column)} {what}")


def uncalculated(column: int) -> Fault:
    """A formula whose value was never stored."""
    where = f"column {column_name(column)}: {TEXT_FOR[Code.CELL_UNCALCULATED]}"
    return Fault(column, Code.CELL_UNCALCULATED, where)


def whole(text: str | None, otherwise: int) -> int:
    """A whole number of a few digits out of an attribute that may hold anything."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else otherwise
