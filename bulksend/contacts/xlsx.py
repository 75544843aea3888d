"""Excel's workbooks (.xlsx, .xlsm): their sheets, row by row (ECMA-376 part 1, 18.3).

Parts are found by their relations, as the standard says. Rows and columns that are hidden, by hand
or by a filter, carry a mark; a number's format tells the text that a person sees.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from bulksend.contacts import number_format
from bulksend.contacts.markup import AGAIN, Archive, attribute, unusable
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

_TRUE = ("1", "true")
#: A character by its number; half of a surrogate pair is none.
_ESCAPED = re.compile("_x(?![dD][89a-fA-F])([0-9A-Fa-f]{4})_")


def sheets(archive: Archive) -> list[Sheet]:
    """The sheets in their order. Raises ContactsError."""
    place = next(
        (it for kind, it in _relations(archive, "").values() if kind == "officeDocument"), ""
    )
    if place not in archive:
        raise unusable(archive.name, "is a zip archive and no workbook", "save it as CSV (UTF-8)")
    if place.endswith(".bin"):
        raise unusable(archive.name, "is a binary workbook (.xlsb)", "save it as .xlsx")
    book = _Book()
    archive.parse_whole(place, book)
    if not book.is_one:
        raise unusable(archive.name, "is a document and no workbook", "save it as CSV (UTF-8)")
    relations = _relations(archive, place)
    parts = {kind: it for kind, it in relations.values() if kind in ("sharedStrings", "styles")}
    content = _Content(archive, parts, epoch_1904=book.epoch_1904)
    found = []
    for name, hidden, relation in book.sheets:
        kind, part = relations.get(relation, ("", ""))
        if kind == "worksheet" and part in archive:
            found.append(Sheet(name, hidden, _walker(content, part)))
    return found


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """id -> (kind, part) of what a part points to."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    reader = _Relations(folder)
    if place in archive:
        archive.parse_whole(place, reader)
    return reader.found


class _Silent:
    """A reader of attributes alone."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """Nothing."""

    def text(self, characters: str) -> None:
        """Nothing."""


class _Relations(_Silent):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep what a relation points to."""
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(
                posixpath.join("/", self._folder, attributes.get("Target", ""))
            )
            self.found[attributes.get("Id", "")] = (kind, target.lstrip("/"))


class _Book(_Silent):
    def __init__(self) -> None:
        self.is_one = self.epoch_1904 = False
        #: Name, hidden, relation.
        self.sheets: list[tuple[str, bool, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the names."""
        if name == "workbook":
            self.is_one = True
        elif name == "workbookPr":
            self.epoch_1904 = attributes.get("date1904") in _TRUE
        elif name == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            shown = attributes.get("name", "")
            self.sheets.append((shown, hidden, attribute(attributes, "id")))


class _Formats(_Silent):
    """The format code of each style."""

    def __init__(self) -> None:
        self._own: dict[str, str] = {}
        self._in_cells = False
        self.codes: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the codes."""
        if name == "numFmt":
            self._own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            number = attributes.get("numFmtId", "0")
            built_in = number_format.built_in(whole(number, 0))
            self.codes.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        """The cells' styles are one list of several."""
        if name == "cellXfs":
            self._in_cells = False


class _Strings:
    """The texts that cells point to, without the reading aids of Japanese."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._listens = self._in_aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Listen inside of `t`."""
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._in_aid = True
        self._listens = name == "t" and not self._in_aid

    def end(self, name: str) -> None:
        """A text is complete."""
        self._listens = False
        if name == "rPh":
            self._in_aid = False
        elif name == "si":
            self.found.append(unescaped("".join(self._pieces)))

    def text(self, characters: str) -> None:
        """A piece of a text."""
        if self._listens:
            self._pieces.append(characters)


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written `_x000D_`."""
    return _ESCAPED.sub(lambda it: chr(int(it[1], 16)), text) if "_x" in text else text


class _Content:
    """What all sheets share: texts and formats, read when the first sheet is."""

    def __init__(self, archive: Archive, parts: dict[str, str], *, epoch_1904: bool) -> None:
        self.archive = archive
        self._parts, self._epoch_1904 = parts, epoch_1904
        self._loaded: tuple[list[str], list[number_format.Show]] | None = None

    def load(self) -> tuple[list[str], list[number_format.Show]]:
        """The shared texts, and what shows the numbers of each style."""
        if self._loaded is None:
            strings, formats = _Strings(), _Formats()
            for kind, reader in (("sharedStrings", strings), ("styles", formats)):
                if self._parts.get(kind, "") in self.archive:
                    self.archive.parse_whole(self._parts[kind], reader)
            self._loaded = (
                strings.found,
                [number_format.shower(it, epoch_1904=self._epoch_1904) for it in formats.codes],
            )
        return self._loaded


def _walker(content: _Content, part: str) -> Callable[[Marks], Iterator[SheetRow]]:
    def rows(marks: Marks) -> Iterator[SheetRow]:
        reader = _Rows(content.archive.name, *content.load(), marks)
        for _ in content.archive.parse(part, reader):
            yield from reader.take()

    return rows


class _Rows:
    """The rows of a sheet as they are read."""

    def __init__(
        self, name: str, strings: list[str], shows: list[number_format.Show], marks: Marks
    ) -> None:
        self._name, self._strings, self._shows, self._marks = name, strings, shows, marks
        self._ready: list[SheetRow] = []
        self._row = 0
        self._hidden = False
        self._cells: list[str] = []
        self._faults: list[Fault] = []
        self._column = -1
        self._kind = self._style = ""
        self._value: list[str] = []
        self._listens = self._has_formula = self._in_aid = False

    def take(self) -> list[SheetRow]:
        """The rows that are complete."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or its value begins."""
        if name == "c":
            reference = attributes.get("r")
            self._column = _column_of(reference) if reference else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value, self._has_formula = [], False
        elif name == "v" or name == "t":
            self._listens = not self._in_aid
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._in_aid = True
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = whole(attributes.get("min"), 0), whole(attributes.get("max"), 0)
            self._marks.hidden_columns.update(range(first - 1, min(last, COLUMNS_KEPT)))
        elif name == "mergeCell":
            self._marks.merged_areas += 1

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = whole(attributes.get("r"), self._row + 1)
        if not self._row < number <= ROWS_MAX:
            raise unusable(
                self._name, f"row {number} comes after row {self._row} in its sheet", AGAIN
            )
        self._row, self._hidden = number, _is_hidden(attributes, "ht")
        self._cells, self._faults, self._column = [], [], -1

    def end(self, name: str) -> None:
        """A cell or a row is complete."""
        if name == "c":
            if self._value or self._has_formula:
                self._end_cell()
        elif name == "v" or name == "t":
            self._listens = False
        elif name == "rPh":
            self._in_aid = False
        elif name == "row":
            self._ready.append(SheetRow(self._row, self._hidden, self._cells, tuple(self._faults)))

    def _end_cell(self) -> None:
        column = min(self._column, COLUMNS_KEPT)
        shown = self._shown("".join(self._value))
        cells = self._cells
        if len(cells) <= column:
            cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = shown

    def _shown(self, value: str) -> str:
        """The text of a cell by its kind; a fault where it has none."""
        kind = self._kind
        if kind == "s":
            at = whole(value, len(self._strings))
            return self._strings[at] if at < len(self._strings) else ""
        if kind in ("str", "inlineStr"):
            return unescaped(value)
        if kind == "e":
            self._faults.append(error_in(self._column, value))
            return value
        if not value:
            self._faults.append(uncalculated(self._column))
            return ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return value if kind == "d" else self._number(value)

    def _number(self, value: str) -> str:
        if number_format.has_lost_digits(value) and not self._hidden:
            self._marks.lost(self._row, self._column)
        at = whole(self._style, 0)
        show = self._shows[at] if at < len(self._shows) else number_format.general
        return show(value)

    def text(self, characters: str) -> None:
        """A piece of a value."""
        if self._listens:
            self._value.append(characters)


def _column_of(reference: str) -> int:
    column = 0
    for letter in reference:
        if letter.isdecimal():
            break
        column = column * 26 + (ord(letter) & 31)
    return max(column - 1, 0)


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden") in _TRUE or attributes.get(size) == "0"
