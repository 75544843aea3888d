"""A workbook (.xlsx, .ods) as rows: the first sheet that a person sees and that has any.

What is hidden, rows that a filter took away among it, is left out, and the notes say so. The bytes
are verified anew for every walk, so what is sent is what was counted.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bulksend import errors
from bulksend.contacts import ods, records, xlsx
from bulksend.contacts.header import Header, make_header
from bulksend.contacts.markup import AGAIN, Archive, unusable
from bulksend.contacts.sheet import Fault, Marks, Sheet, SheetRow, column_name

_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMED_MAX = 3


@dataclass(slots=True)
class _Seen:
    """What one walk over the chosen sheet shows."""

    header: list[str] | None = None
    header_row: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_rows_count: int = 0
    #: Hidden columns that are not empty.
    hidden_columns: set[int] = field(default_factory=set)
    marks: Marks = field(default_factory=Marks)


class Workbook:
    """A workbook whose sheet is chosen; raises ContactsError where it cannot be used."""

    def __init__(self, name: str, read: Callable[[], bytes]) -> None:
        self._name, self._read = name, read
        every = self._sheets()
        self._chosen, seen = self._choose(every)
        self.header: Header = make_header(_trimmed(seen.header or []))
        self.header_row = seen.header_row
        self.notes = tuple(_notes(every, self._chosen, seen))

    def rows(self) -> Iterator[records.Row]:
        """The visible rows, the cells of visible columns in them."""
        marks = Marks()
        for row in self._sheets()[self._chosen].rows(marks):
            if not row.hidden:
                fault = _first_visible(row.faults, marks)
                cells = _trimmed(_visible(row.cells, marks))
                _refuse_endless(self._name, row.number, cells)
                yield row.number, cells, fault and fault.code, fault and fault.text

    def _sheets(self) -> list[Sheet]:
        archive = Archive(self._name, io.BytesIO(self._read()))
        if "[Content_Types].xml" in archive:
            return xlsx.sheets(archive)
        kind = archive.read_small("mimetype") if "mimetype" in archive else b""
        if "encrypted-package" in archive or kind.startswith(_OPEN_DOCUMENT):
            return ods.sheets(archive)
        raise unusable(self._name, "is a zip archive and no workbook", "save it as CSV (UTF-8)")

    def _choose(self, sheets: Sequence[Sheet]) -> tuple[int, _Seen]:
        """The first visible sheet with a visible row."""
        for at, sheet in enumerate(sheets):
            if not sheet.hidden and (seen := _walked(self._name, sheet)).header is not None:
                return at, seen
        if any(_has_rows(it) for it in sheets):
            raise unusable(self._name, "everything in this workbook is hidden", "show the sheet")
        raise errors.ContactsError(
            f"{self._name}: the workbook is empty",
            hint="fill it: a line of column names, then rows",
        )


def _walked(name: str, sheet: Sheet) -> _Seen:
    seen = _Seen()
    for row in sheet.rows(seen.marks):
        hidden_columns = seen.marks.hidden_columns
        if row.hidden:
            _take_hidden(seen, row)
            continue
        if hidden_columns:
            seen.hidden_columns |= {
                it for it in hidden_columns if it < len(row.cells) and row.cells[it].strip()
            }
        if seen.header is None:
            cells = _visible(row.cells, seen.marks)
            if any(it.strip() for it in cells):
                seen.header, seen.header_row = cells, row.number
                _refuse_faulty(name, row, seen.marks)
    return seen


def _take_hidden(seen: _Seen, row: SheetRow) -> None:
    if any(it.strip() for it in row.cells):
        seen.hidden_rows_count += 1
        if len(seen.hidden_rows) < _NAMED_MAX:
            seen.hidden_rows.append(row.number)


def _refuse_faulty(name: str, row: SheetRow, marks: Marks) -> None:
    fault = _first_visible(row.faults, marks)
    if fault is not None:
        raise unusable(name, f"row {row.number} holds the column names, and {fault.text}", AGAIN)


def _refuse_endless(name: str, row: int, cells: Sequence[str]) -> None:
    if sum(map(len, cells)) >= records.RECORD_MAX_CHARACTERS:
        raise errors.ContactsError(
            f"{name}: row {row} has more than {records.RECORD_MAX_CHARACTERS:,} characters",
            hint="is this a contacts file?",
            code="line_too_long",
        )


def _has_rows(sheet: Sheet) -> bool:
    return any(any(it.strip() for it in row.cells) for row in sheet.rows(Marks()))


def _visible(cells: list[str], marks: Marks) -> list[str]:
    hidden = marks.hidden_columns
    return [it for at, it in enumerate(cells) if at not in hidden] if hidden else cells


def _first_visible(faults: Sequence[Fault], marks: Marks) -> Fault | None:
    return next((it for it in faults if it.column not in marks.hidden_columns), None)


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells if end == len(cells) else cells[:end]


def _notes(sheets: Sequence[Sheet], chosen: int, seen: _Seen) -> Iterator[str]:
    """What a person should know of how the workbook was read."""
    others = [it for it in sheets if it is not sheets[chosen]]
    if visible := [it for it in others if not it.hidden and _has_rows(it)]:
        only = _quoted(sheets[chosen : chosen + 1])
        yield f"only the sheet {only} is read, not {_quoted(visible)}"
    if hidden := [it for it in others if it.hidden and _has_rows(it)]:
        yield f"hidden and left out: the sheet{'s' * (len(hidden) > 1)} {_quoted(hidden)}"
    if count := seen.hidden_rows_count:
        numbers = ", ".join(map(str, seen.hidden_rows)) + ", …" * (count > len(seen.hidden_rows))
        what = f"{count:,} rows ({numbers})" if count > 1 else f"row {numbers}"
        yield f"hidden or filtered and left out: {what}"
    if seen.hidden_columns:
        names = ", ".join(column_name(it) for it in sorted(seen.hidden_columns))
        yield f"hidden and left out: column{'s' * (len(seen.hidden_columns) > 1)} {names}"
    if areas := seen.marks.merged_areas:
        yield f"{areas:,} merged: of cells made one, only the first holds the text"
    for row, column in seen.marks.lost_digits:
        yield (
            f"{seen.marks.lost_digits_count:,} numbers have more than 15 digits, and a spreadsheet "
            f"keeps 15: their ends are lost (first in row {row}, column {column_name(column)})"
        )


def _quoted(sheets: Sequence[Sheet]) -> str:
    named = ", ".join(f"“{it.name}”" for it in sheets[:_NAMED_MAX])
    more = len(sheets) - _NAMED_MAX
    return f"{named} and {more} more" if more > 0 else named
