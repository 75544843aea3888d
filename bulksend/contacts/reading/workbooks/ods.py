"""LibreOffice's workbooks (.ods) by odfdo.

The text that a person sees stands in the file beside the value, so formats need not be followed;
only scientific notation is undone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial

from odfdo import Document, Element, Table

from bulksend.contacts import cell_values
from bulksend.contacts.reading.workbooks import number_formats
from bulksend.contacts.reading.workbooks.sheet import (
    COLUMNS_KEPT,
    ROWS_MAX,
    Sheet,
    SheetNotes,
    SheetRow,
    error_in,
    uncalculated,
)

_CELLS = "table:table-cell|table:covered-table-cell"
_VALUES = [f"office:{kind}-value" for kind in ("string", "date", "time", "boolean")]
_SPANS = ("table:number-columns-spanned", "table:number-rows-spanned")
_UNSEEN = ("office:annotation", "office:annotation-end", "text:note", "text:ruby-text")
_SIGNS = {"text:tab": "\t", "text:line-break": "\n"}
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?E[+-]?\d+|#+", re.IGNORECASE)
_ERROR = re.compile(r"#[A-Z/0]+[!?]?|Err:\d+")


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets in their order. odfdo raises anything for a broken file."""
    document = Document(io.BytesIO(raw))
    return [
        Sheet(element.name or "", _is_hidden_sheet(document, element), partial(_rows, element))
        for element in document.body.get_elements("table:table")
        if isinstance(element, Table)
    ]


def _is_hidden_sheet(document: Document, table: Table) -> bool:
    style = document.get_style("table", table.style) if table.style else None
    properties = style.get_element("style:table-properties") if style else None
    return properties is not None and properties.get_attribute_string("table:display") == "false"


def _rows(table: Table, notes: SheetNotes) -> Iterator[SheetRow]:
    notes.hidden_columns = _hidden_columns(table)
    number = 1
    for element in table.get_elements(".//table:table-row"):
        row = SheetRow(number, _is_hidden(element), [], [], [])
        column = 0
        for cell in element.get_elements(_CELLS):
            count = _repeated(cell, "columns")
            _add_cell(row, cell, range(column, column + count), notes)
            column += count
        count = _repeated(element, "rows")
        if row.cells or row.faults:
            first = number if number + count <= ROWS_MAX + 1 else ROWS_MAX + 1
            for at in range(first, number + count):
                yield row._replace(number=at)
        number += count


def _hidden_columns(table: Table) -> set[int]:
    hidden: set[int] = set()
    column = 0
    for element in table.get_elements(".//table:table-column"):
        count = _repeated(element, "columns")
        if _is_hidden(element):
            hidden.update(range(column, min(column + count, COLUMNS_KEPT)))
        column += count
    return hidden


def _add_cell(row: SheetRow, cell: Element, columns: range, notes: SheetNotes) -> None:
    """Put a cell in its places."""
    if cell.tag != "table:table-cell":
        return
    if cell.get_attribute("table:number-matrix-columns-spanned") is None:
        notes.merged_areas += any(
            cell.get_attribute_string(name) not in (None, "1") for name in _SPANS
        )
    shown = _shown(row, cell, columns.start)
    if shown:
        first = min(columns.start, COLUMNS_KEPT)
        row.cells.extend([""] * (first - len(row.cells)))
        row.cells.extend([shown] * (min(columns.stop, COLUMNS_KEPT + 1) - first))


def _shown(row: SheetRow, cell: Element, column: int) -> str:
    """The text of the cell; a fault where it has none."""
    text = "\n".join(_text(paragraph) for paragraph in cell.get_elements("text:p"))
    kind = cell.get_attribute_string("office:value-type")
    has_formula = cell.get_attribute("table:formula") is not None
    is_error = cell.get_attribute_string("calcext:value-type") == "error"
    if is_error or (has_formula and _ERROR.fullmatch(text)):
        if not cell_values.is_error(text):
            row.faults.append(error_in(column, text))
        return text or "#"
    if has_formula and not kind and not text:
        row.faults.append(uncalculated(column))
    if kind != "float":
        values = (cell.get_attribute_string(value) for value in _VALUES)
        return text or next((value for value in values if value), "")
    value = float(cell.get_attribute_string("office:value") or "0")
    if number_formats.has_lost_digits(value):
        row.lost_digits.append(column)
    return number_formats.plain(value) if not text or _SCIENTIFIC.fullmatch(text) else text


def _text(element: Element) -> str:
    """What one sees of a paragraph: of a link its text, of ruby its base, of a note nothing."""
    shown = element.text or ""
    for child in element.children:
        if child.tag in _UNSEEN:
            pass
        elif child.tag == "text:s":
            shown += " " * int(child.get_attribute_string("text:c") or 1)
        elif child.tag in _SIGNS:
            shown += _SIGNS[child.tag]
        else:
            shown += _text(child)
        shown += child.tail or ""
    return shown


def _repeated(element: Element, what: str) -> int:
    return max(int(element.get_attribute_string(f"table:number-{what}-repeated") or 1), 1)


def _is_hidden(element: Element) -> bool:
    return element.get_attribute_string("table:visibility") in ("collapse", "filter")
