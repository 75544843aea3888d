"""Excel's workbooks by calamine: what openpyxl cannot open, as it may be good in Excel's eyes.

It knows no number formats but those of dates, and not what is hidden: rows and columns that nobody
sees are looked up in the sheet's own XML.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from posixpath import join, normpath
from typing import Any

from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from bulksend.contacts.reading.workbooks import date_formats, number_formats
from bulksend.contacts.reading.workbooks.sheet import COLUMNS_KEPT, Sheet, SheetNotes, SheetRow

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets in their order. calamine raises anything for a broken file."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    parts = _parts(raw)
    return [
        Sheet(
            each.name,
            each.visible is not SheetVisibleEnum.Visible,
            partial(_rows, book, each.name, raw, parts[each.name]),
        )
        for each in book.sheets_metadata
        if each.name in parts
    ]


def _parts(raw: bytes) -> dict[str, str]:
    """Where in the archive each sheet stands."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): str(each.get("Target")) for each in relations}
    book = fromstring(archive.read("xl/workbook.xml"))
    return {
        str(each.get("name")): normpath(join("xl", targets[each.get(_RELATION)])).lstrip("/")
        for each in book.iter()
        if each.tag.endswith("}sheet") and each.get(_RELATION) in targets
    }


def _rows(book: Any, name: str, raw: bytes, part: str, notes: SheetNotes) -> Iterator[SheetRow]:
    hidden_rows = _hidden(raw, part, notes)
    sheet = book.get_sheet_by_name(name)
    first_row, first_column = sheet.start or (0, 0)
    for at, values in enumerate(sheet.to_python(skip_empty_area=True), first_row + 1):
        texts = [_shown(value) for value in values[: COLUMNS_KEPT + 1]]
        cells = [""] * first_column + texts
        yield SheetRow(at, at in hidden_rows, cells, [], [])


def _hidden(raw: bytes, part: str, notes: SheetNotes) -> set[int]:
    """Hidden rows, and hidden columns into the marks."""
    rows: set[int] = set()
    number = 0
    with zipfile.ZipFile(io.BytesIO(raw)).open(part) as stream:
        for _event, element in iterparse(stream, events=("start",), forbid_dtd=True):
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                number = int(element.get("r") or number + 1)
                if _is_hidden(element, "ht"):
                    rows.add(number)
            elif tag == "col" and _is_hidden(element, "width"):
                last = min(int(element.get("max")), COLUMNS_KEPT)
                notes.hidden_columns.update(range(int(element.get("min")) - 1, last))
    return rows


def _is_hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or element.get(size) == "0"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_formats.plain(value)
    if isinstance(value, datetime) and not value.time():
        return date_formats.plain(value, "yyyy-mm-dd")
    if isinstance(value, datetime):
        return date_formats.plain(value, "yyyy-mm-dd h:mm")
    if isinstance(value, date | time | timedelta):
        return date_formats.plain(value, "h:mm" if isinstance(value, time) else "yyyy-mm-dd")
    return str(value)
