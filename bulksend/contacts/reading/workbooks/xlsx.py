"""Excel's workbooks (.xlsx, .xlsm) by openpyxl, row by row.

openpyxl's read-only mode does not tell what is hidden, and its full mode makes a cell for every
place of a merged area, so that a small file can fill the memory. The parser that both are made of
does better in both, and by the row; it is no promised interface, so the minor version is pinned.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from bulksend.contacts import cell_values
from bulksend.contacts.reading.workbooks import number_formats
from bulksend.contacts.reading.workbooks.sheet import (
    COLUMNS_KEPT,
    Sheet,
    SheetNotes,
    SheetRow,
    error_in,
    uncalculated,
)


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets in their order. openpyxl raises anything for a broken file."""
    with warnings.catch_warnings(action="ignore"):  # of features that are not about cells
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    return [
        Sheet(sheet.title, sheet.sheet_state != "visible", partial(_rows, sheet))
        for sheet in book.worksheets
    ]


class _Parser(WorkSheetParser):
    """Tells a formula without a stored value from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A formula whose stored value is an empty text has the type `str`."""
        cell = super().parse_cell(element)
        if cell["value"] is None and cell["data_type"] == "n":
            cell["data_type"] = "n" if element.find(FORMULA_TAG) is None else "f"
        return cell

    def parse_extensions(self, element: Any) -> None:
        """None of them is about cells."""


def _rows(sheet: Any, notes: SheetNotes) -> Iterator[SheetRow]:
    @cache
    def code_of(style: int) -> str:
        """The number format of a style, looked up once for each."""
        return str(ReadOnlyCell(sheet, 1, 1, None, style_id=style).number_format)

    with sheet._get_source() as part:
        # No formats of dates: the numbers stay numbers, and number_formats shows them.
        parser = _Parser(part, sheet._shared_strings, data_only=True, epoch=sheet.parent.epoch)
        for number, cells in parser.parse():
            if parser.column_dimensions:
                notes.hidden_columns |= _hidden_columns(parser.column_dimensions)
                parser.column_dimensions.clear()
            hidden = _is_hidden(parser.row_dimensions.pop(str(number), {}), "ht")
            row = SheetRow(number, hidden, [], [], [])
            for cell in cells:
                _add_cell(row, cell, code_of, parser.epoch)
            yield row
    notes.merged_areas = len(parser.merged_cells.mergeCell) if parser.merged_cells else 0


def _add_cell(
    row: SheetRow, cell: Mapping[str, Any], code_of: Callable[[int], str], epoch: datetime
) -> None:
    """Put a cell in its place, or say why it has no value."""
    value, kind, column = cell["value"], cell["data_type"], min(cell["column"] - 1, COLUMNS_KEPT)
    if kind == "f":
        row.faults.append(uncalculated(column))
    if value is None:
        return
    if kind == "e" and not cell_values.is_error(str(value)):
        row.faults.append(error_in(column, value))
    elif kind == "n" and number_formats.has_lost_digits(value):
        row.lost_digits.append(column)
    if isinstance(value, str):
        text = value.replace("_x000D_", "")  # how Excel writes a carriage return
    else:
        text = number_formats.shown(value, code_of(cell["style_id"]), epoch)
    row.cells.extend([""] * (column + 1 - len(row.cells)))
    row.cells[column] = text


def _hidden_columns(columns: Mapping[str, Mapping[str, str]]) -> set[int]:
    return {
        at
        for span in columns.values()
        if _is_hidden(span, "width")
        for at in range(int(span["min"]) - 1, min(int(span["max"]), COLUMNS_KEPT))
    }


def _is_hidden(dimension: Mapping[str, str], size: str) -> bool:
    return dimension.get("hidden") in ("1", "true") or dimension.get(size) == "0"
