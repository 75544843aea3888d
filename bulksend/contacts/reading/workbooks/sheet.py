"""What both kinds of workbook are read as: sheets, and rows of texts as a person sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bulksend import errors
from bulksend.errors import TEXT_FOR, Code
from bulksend.frozen import frozen

#: No spreadsheet program has more.
ROWS_MAX = 1 << 20
#: Cells further to the right than any contacts file reaches are counted and not kept.
COLUMNS_KEPT = 1001
#: The way out of most faults.
AGAIN = "open it in the spreadsheet program and save it again, or save it as CSV (UTF-8)"


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
    faults: list[Fault]
    #: Columns of numbers longer than a spreadsheet program can keep.
    lost_digits: list[int]


@dataclass(slots=True)
class SheetNotes:
    """What a pass over a sheet shows beside its rows."""

    #: From 0; known before the first row.
    hidden_columns: set[int] = field(default_factory=set)
    #: Known after the last row.
    merged_areas: int = 0


@frozen(kw_only=False)
class Sheet:
    """One sheet of a workbook."""

    name: str
    hidden: bool
    #: Rows in the order of their numbers, once for each call.
    rows: Callable[[SheetNotes], Iterator[SheetRow]]


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
    what = f"the cell in column {column_name(column)} shows the error {shown[:20]}"
    return Fault(column, Code.CELL_ERROR, what)


def uncalculated(column: int) -> Fault:
    """A formula whose value was never stored."""
    where = f"column {column_name(column)}: {TEXT_FOR[Code.CELL_UNCALCULATED]}"
    return Fault(column, Code.CELL_UNCALCULATED, where)


def unusable(name: str, fault: str, hint: str) -> errors.ContactsError:
    """A workbook that cannot be read."""
    return errors.ContactsError(f"{name}: {fault}", hint=hint, code="contacts_unusable")
