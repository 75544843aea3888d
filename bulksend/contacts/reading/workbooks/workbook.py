"""A workbook (.xlsx, .ods) as rows: the first sheet that a person sees and that has any.

What is hidden, rows that a filter took away among it, is left out, and the notes say so. A workbook
is read once and its rows are held: 100,000 rows of four columns take about 7 s of one core as .xlsx
and as .ods, and 160 MB and 580 MB of memory; a CSV of any size is faster and smaller by far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bulksend import errors
from bulksend.contacts import cell_values, header
from bulksend.contacts.layout import Layout
from bulksend.contacts.reading import csv_reader, looks, table
from bulksend.contacts.reading.quotes import Row
from bulksend.contacts.reading.workbooks.sheet import (
    AGAIN,
    ROWS_MAX,
    Sheet,
    SheetNotes,
    SheetRow,
    column_name,
    unusable,
)
from bulksend.frozen import frozen

_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_OTHERS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a document and no workbook",
    "ppt/presentation.xml": "a presentation and no workbook",
    "Index/Document.iwa": "a spreadsheet of Apple Numbers (.numbers)",
    "Index.zip": "a spreadsheet of Apple Numbers (.numbers)",
    "buildVersionHistory.plist": "a spreadsheet of Apple Numbers (.numbers)",
    "Metadata/BuildVersionHistory.plist": "a spreadsheet of Apple Numbers (.numbers)",
}
_ZIP = "a zip archive and no workbook"
_AS_XLSX = "save it as “Excel Workbook” (.xlsx) or as CSV (UTF-8)"
_NAMED_MAX = 3
#: Records by which a sheet and its column names are recognised.
_LOOKED_AT = 100
#: Characters of a sheet and eight for each cell: a text may be named in many cells, and swell.
_SIZE_MAX = 256 << 20


@frozen(kw_only=False)
class Book:
    """What was read."""

    place: table.Place
    rows: list[Row]
    #: What a person should know of how the workbook was read.
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Scan:
    """What a pass over a sheet shows."""

    rows: list[Row] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    #: Those that are not empty.
    hidden_columns: set[int] = field(default_factory=set)
    #: (row, column)
    lost_digits: list[tuple[int, int]] = field(default_factory=list)
    merged_areas: int = 0


def read(name: str, raw: bytes, layout: Layout) -> Book:
    """The workbook in these bytes: the sheet that `layout` names, or the first with phones.

    Raises ContactsError naming it, its fault and the way out.
    """
    sheets = _sheets(name, raw)
    chosen = _chosen(name, sheets, layout.sheet)
    if chosen is None:
        if any(map(_has_rows, sheets)):
            raise unusable(name, "everything in this workbook is hidden", "show the sheet")
        raise unusable(name, "the workbook is empty", "fill it: a line of column names, then rows")
    sheet, scan = chosen
    first = [(row[0], row[1]) for row in scan.rows if any(cell.strip() for cell in row[1])]
    place = table.place(name, first[: _LOOKED_AT + (layout.header_row or 0)], layout.header_row)
    broken = next((cell for cell in place.header.names if cell_values.is_error(cell)), "")
    uncalculated = next((row[3] for row in scan.rows if row[0] == place.row and row[3]), "")
    if broken or uncalculated:
        what = uncalculated or f"a cell of it shows the error {broken}"
        raise unusable(name, f"row {place.row} holds the column names, and {what}", AGAIN)
    rows = [row for row in scan.rows if row[0] > place.row]
    return Book(place, rows, tuple(_notes(sheets, sheet, scan)))


def _chosen(name: str, sheets: Sequence[Sheet], wanted: str | None) -> tuple[Sheet, _Scan] | None:
    """The sheet to read, and its rows. One that only explains has no phones and is passed over."""
    if wanted is not None:
        return _named(name, sheets, wanted)
    first = None
    for sheet in sheets:
        if sheet.hidden or not (scan := _scan(name, sheet)).rows:
            continue
        first = first or (sheet, scan)
        if any(looks.is_phone(cell) for row in scan.rows[:_LOOKED_AT] for cell in row[1]):
            return sheet, scan
    return first


def _named(name: str, sheets: Sequence[Sheet], wanted: str) -> tuple[Sheet, _Scan]:
    folded = header.folded(wanted)
    for sheet in sheets:
        if header.folded(sheet.name) == folded:
            return sheet, _scan(name, sheet)
    names = ", ".join(f"“{sheet.name}”" for sheet in sheets)
    raise errors.ContactsError(
        f"{name}: there is no sheet “{wanted}”", hint=f"the sheets are {names}", code="no_sheet"
    )


def _sheets(name: str, raw: bytes) -> list[Sheet]:
    """By the libraries of the extra `sheets`."""
    try:
        from bulksend.contacts.reading.workbooks import excel, ods, strict, zip_safety
    except ImportError as missing:
        hint = "pip install 'bulksend[sheets]', or save it as CSV (UTF-8)"
        raise unusable(name, f"to read a workbook, {missing.name} is needed", hint) from None
    with zip_safety.damaged(name):
        parts = zip_safety.looked_over(name, raw)
        other = next((_OTHERS[part] for part in _OTHERS if part in parts), "")
        if strict.MARK in parts.get("xl/workbook.xml", b""):
            raw = strict.transitional(raw)
        if not other and "[Content_Types].xml" in parts:
            every = excel.sheets(raw)
        elif parts.get("mimetype", b"").startswith(_OPEN_DOCUMENT):
            every = ods.sheets(raw)
        else:
            raise unusable(name, f"is {other or _ZIP}", _AS_XLSX)

    def rows(sheet: Sheet, notes: SheetNotes) -> Iterator[SheetRow]:
        """Its rows in order; ContactsError for a part that the archive has damaged."""
        with zip_safety.damaged(name):
            yield from _in_order(name, sheet.rows(notes))

    return [replace(sheet, rows=partial(rows, sheet)) for sheet in every]


def _in_order(name: str, rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    """What is sent is remembered by the numbers of its rows, so they must be good."""
    last = 0
    for row in rows:
        if row.number > ROWS_MAX:
            raise unusable(name, f"has more than {ROWS_MAX:,} rows", AGAIN)
        if row.number <= last:
            raise unusable(name, f"row {row.number} comes after row {last} in its sheet", AGAIN)
        last = row.number
        yield row


def _scan(name: str, sheet: Sheet) -> _Scan:
    scan, notes, size = _Scan(), SheetNotes(), 0
    for row in sheet.rows(notes):
        if row.hidden:
            if any(cell.strip() for cell in row.cells):
                scan.hidden_rows.append(row.number)
            continue
        shown = _without(row, notes.hidden_columns, scan)
        length = sum(map(len, shown.cells))
        size += length + 8 * len(shown.cells)
        if length >= csv_reader.RECORD_MAX_CHARACTERS or size > _SIZE_MAX:
            raise _endless(name, row.number, length)
        fault = shown.faults[0] if shown.faults else None
        if scan.rows or fault or any(cell.strip() for cell in shown.cells):
            scan.rows.append((row.number, shown.cells, fault and fault.code, fault and fault.text))
    scan.merged_areas = notes.merged_areas
    return scan


def _without(row: SheetRow, hidden: set[int], scan: _Scan) -> SheetRow:
    """What a person sees of a row, and no empty cells at its end."""
    cells = row.cells
    if hidden:
        scan.hidden_columns |= {
            column for column in hidden if column < len(cells) and cells[column].strip()
        }
        cells = [column for at, column in enumerate(cells) if at not in hidden]
    while cells and not cells[-1]:
        cells.pop()
    scan.lost_digits += [(row.number, entry) for entry in row.lost_digits if entry not in hidden]
    faults = [entry for entry in row.faults if entry.column not in hidden]
    return row._replace(cells=cells, faults=faults)


def _endless(name: str, row: int, length: int) -> errors.ContactsError:
    many = f"row {row} has {length:,}" if length >= csv_reader.RECORD_MAX_CHARACTERS else "too many"
    return errors.ContactsError(
        f"{name}: {many} characters",
        hint="is it a table of contacts? Keep the columns that the text needs, or save it as CSV",
        code="line_too_long",
    )


def _has_rows(sheet: Sheet) -> bool:
    return any(any(cell.strip() for cell in row.cells) for row in sheet.rows(SheetNotes()))


def _notes(sheets: Sequence[Sheet], chosen: Sheet, scan: _Scan) -> Iterator[str]:
    """What a person should know of how the workbook was read."""
    others = [sheet for sheet in sheets if sheet is not chosen and _has_rows(sheet)]
    if visible := [sheet for sheet in others if not sheet.hidden]:
        yield f"only the sheet “{chosen.name}” is read, not {_quoted(visible)}"
    if hidden := [sheet for sheet in others if sheet.hidden]:
        yield f"hidden and left out: the sheet{'s' * (len(hidden) > 1)} {_quoted(hidden)}"
    if count := len(scan.hidden_rows):
        numbers = ", ".join(map(str, scan.hidden_rows[:_NAMED_MAX])) + ", …" * (count > _NAMED_MAX)
        what = f"{count:,} rows ({numbers})" if count > 1 else f"row {numbers}"
        yield f"hidden or filtered and left out: {what}"
    if scan.hidden_columns:
        names = ", ".join(column_name(column) for column in sorted(scan.hidden_columns))
        yield f"hidden and left out: column{'s' * (len(scan.hidden_columns) > 1)} {names}"
    if areas := scan.merged_areas:
        yield f"{areas:,} merged: of cells made one, only the first holds the text"
    if scan.lost_digits:
        row, column = scan.lost_digits[0]
        yield (
            f"{len(scan.lost_digits):,} numbers have more than 15 digits, and a spreadsheet "
            f"keeps 15: their ends are lost (first in row {row}, column {column_name(column)})"
        )


def _quoted(sheets: Sequence[Sheet]) -> str:
    named = ", ".join(f"“{sheet.name}”" for sheet in sheets[:_NAMED_MAX])
    more = len(sheets) - _NAMED_MAX
    return f"{named} and {more} more" if more > 0 else named
