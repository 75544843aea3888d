"""Workbooks of LibreOffice (.ods): their sheets, row by row (OpenDocument 1.3 part 3, 9 and 19).

The text that a person sees stands in the file beside the value, so formats need not be followed;
only scientific notation is undone. All sheets are one part, which is read to the one wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bulksend.contacts import number_format
from bulksend.contacts.markup import AGAIN, Archive, unusable
from bulksend.contacts.sheet import (
    COLUMNS_KEPT,
    ROWS_MAX,
    Fault,
    Marks,
    Sheet,
    SheetRow,
    error_in,
    uncalculated,
    whole,
)

_CONTENT = "content.xml"
_HIDDEN = ("collapse", "filter")
_VALUES = [f"office:{it}-value" for it in ("string", "date", "time", "boolean")]
_VALUES += ["office:value"]
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?E[+-]?\d+|#+", re.IGNORECASE)
_ERROR = re.compile(r"#[A-Z/0]+[!?]?|Err:\d+")
#: Blanks that stand for themselves are collapsed (6.1.2): these elements are the real ones.
_BLANKS = {"s": " ", "tab": "\t", "line-break": "\n"}
#: What belongs to a cell or a sheet and is not its text: comments and drawings.
_ASIDE = frozenset(
    {"annotation", "shapes", "frame", "control", "custom-shape", "rect", "circle", "ellipse"}
    | {"line", "polyline", "polygon", "path", "g", "connector", "measure", "caption"}
)


def sheets(archive: Archive) -> list[Sheet]:
    """The sheets in their order. Raises ContactsError."""
    manifest = "META-INF/manifest.xml"
    locked = manifest in archive and b"encryption-data" in archive.read_small(manifest)
    if locked or "encrypted-package" in archive:
        raise unusable(archive.name, "is protected by a password", "save it without")
    names = _Names()
    archive.parse_whole(_CONTENT, names)
    return [
        Sheet(name, style in names.hidden_styles, _walker(archive, at))
        for at, (name, style) in enumerate(names.tables)
    ]


class _Names:
    """The names of the sheets, and which styles hide one."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, str]] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep names of tables that are not inside of others."""
        if name == "table":
            if not self._depth:
                names = (attributes.get(f"table:{it}", "") for it in ("name", "style-name"))
                self.tables.append((*names,))  # type: ignore[arg-type]
            self._depth += 1
        elif name == "style":
            self._style = attributes.get("style:name", "")
        elif name == "table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)

    def end(self, name: str) -> None:
        """A table is over."""
        self._depth -= name == "table"

    def text(self, characters: str) -> None:
        """Nothing."""


def _walker(archive: Archive, table: int) -> Callable[[Marks], Iterator[SheetRow]]:
    def rows(marks: Marks) -> Iterator[SheetRow]:
        reader = _Rows(archive.name, table, marks)
        for _ in archive.parse(_CONTENT, reader):
            yield from reader.take()
            if reader.is_over:
                return

    return rows


class _Rows:
    """The rows of one sheet as they are read."""

    def __init__(self, name: str, table: int, marks: Marks) -> None:
        self._name, self._wanted, self._marks = name, table, marks
        self._table, self._depth = -1, 0
        self.is_over = False
        #: Rows, and how often each is repeated.
        self._ready: list[tuple[SheetRow, int]] = []
        self._row, self._column, self._columns = 0, 0, 0
        self._attributes: dict[str, str] = {}
        self._row_attributes: dict[str, str] = {}
        self._cells: list[str] = []
        self._faults: list[Fault] = []
        self._paragraphs: list[list[str]] = []
        #: Depth inside of what stands aside.
        self._aside = 0
        self._in_paragraph = 0

    def take(self) -> Iterator[SheetRow]:
        """The rows that are complete, each as often as it is repeated."""
        ready, self._ready = self._ready, []
        for row, times in ready:
            if not row.cells and not row.faults:
                continue
            if row.number + times - 1 > ROWS_MAX:
                raise unusable(self._name, f"has more than {ROWS_MAX:,} rows", AGAIN)
            for number in range(row.number, row.number + times):
                yield row._replace(number=number)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; only those of the wanted table are looked at."""
        if name == "table":
            self._depth += 1
            self._table += self._depth == 1
        if self._table != self._wanted or self._depth != 1:
            return
        if self._aside or name in _ASIDE:
            self._aside += 1
        elif name == "p":
            self._in_paragraph += 1
            self._paragraphs.append([])
        elif name in _BLANKS and self._in_paragraph:
            count = whole(attributes.get("text:c"), 1)
            self._paragraphs[-1].append(_BLANKS[name] * min(count, 1000))
        elif name == "table-cell" or name == "covered-table-cell":
            self._attributes, self._paragraphs = attributes, []
            if name == "table-cell" and "table:number-matrix-columns-spanned" not in attributes:
                spans = ("table:number-columns-spanned", "table:number-rows-spanned")
                self._marks.merged_areas += any(attributes.get(it, "1") != "1" for it in spans)
        elif name == "table-row":
            self._row_attributes = attributes
            self._cells, self._faults, self._column = [], [], 0
        elif name == "table-column":
            self._take_column(attributes)

    def _take_column(self, attributes: dict[str, str]) -> None:
        count = max(whole(attributes.get("table:number-columns-repeated"), 1), 1)
        if attributes.get("table:visibility") in _HIDDEN:
            last = min(self._columns + count, COLUMNS_KEPT)
            self._marks.hidden_columns.update(range(self._columns, last))
        self._columns += count

    def end(self, name: str) -> None:
        """An element is over."""
        if name == "table":
            self.is_over = self.is_over or (self._depth == 1 and self._table == self._wanted)
            self._depth -= 1
            return
        if self._table != self._wanted or self._depth != 1:
            return
        if self._aside:
            self._aside -= 1
        elif name == "p":
            self._in_paragraph -= 1
        elif name == "table-cell" or name == "covered-table-cell":
            self._end_cell(covered=name != "table-cell")
        elif name == "table-row":
            self._end_row()

    def _end_cell(self, *, covered: bool) -> None:
        count = max(whole(self._attributes.get("table:number-columns-repeated"), 1), 1)
        shown = "" if covered else self._shown()
        if shown:
            end = min(self._column + count, COLUMNS_KEPT + 1)
            self._cells.extend([""] * (min(self._column, COLUMNS_KEPT) - len(self._cells)))
            self._cells.extend([shown] * (end - len(self._cells)))
        self._column += count

    def _shown(self) -> str:
        """The text of the cell; a fault where it has none."""
        text = "\n".join("".join(it) for it in self._paragraphs)
        given = self._attributes
        kind, has_formula = given.get("office:value-type", ""), "table:formula" in given
        if given.get("calcext:value-type") == "error" or (has_formula and _ERROR.fullmatch(text)):
            self._faults.append(error_in(self._column, text))
            return text or "#"
        if has_formula and not kind and not text:
            self._faults.append(uncalculated(self._column))
            return ""
        if kind != "float":
            return text or next((given[it] for it in _VALUES if it in given), "")
        value = given.get("office:value", "")
        hidden = self._row_attributes.get("table:visibility") in _HIDDEN
        if number_format.has_lost_digits(value) and not hidden:
            self._marks.lost(self._row + 1, self._column)
        return number_format.general(value) if not text or _SCIENTIFIC.fullmatch(text) else text

    def _end_row(self) -> None:
        count = max(whole(self._row_attributes.get("table:number-rows-repeated"), 1), 1)
        hidden = self._row_attributes.get("table:visibility") in _HIDDEN
        row = SheetRow(self._row + 1, hidden, self._cells, tuple(self._faults))
        self._ready.append((row, count))
        self._row += count

    def text(self, characters: str) -> None:
        """A piece of a paragraph."""
        if self._in_paragraph and not self._aside:
            self._paragraphs[-1].append(characters)
