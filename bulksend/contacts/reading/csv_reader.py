"""Bytes -> frames. Two readers give the same frames: polars for blocks without quotes, Python's csv
module for everything that polars would refuse as a whole or change in silence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

import polars as pl

from bulksend import errors
from bulksend.contacts.header import BLANKS, Header, make_header
from bulksend.errors import TEXT_FOR, Code

RECORD_MAX_CHARACTERS = 1 << 20
_CHUNK_ROWS = 25_000
#: Fed after the last line: a quote that is still open swallows it.
_SENTINEL = "\x00the end\x00"
#: Number, cells, problem and its sentence.
Row = tuple[int, list[str], str | None, str | None]
_OWN_SCHEMA = {"row": pl.UInt32, "problem": pl.String, "problem_text": pl.String}


def read_header(name: str, blocks: Iterable[bytes], delimiter: str) -> tuple[Header, int]:
    """The first record that is not blank, and its row. Raises ContactsError."""
    for row, record in _Records(name, blocks, delimiter):
        if any(cell.strip() for cell in record):
            return make_header(record), row
    raise errors.ContactsError(
        f"{name}: the file is empty", hint="fill it: a line of column names, then rows"
    )


class Frames:
    """The frames of one file: `row`, `problem`, `problem_text`, `c0`..."""

    def __init__(self, name: str, header: Header, header_row: int, delimiter: str) -> None:
        self._name, self._header, self._delimiter = name, header, delimiter
        self._header_row = header_row
        self._cells = [header.cell(at) for at in range(len(header.names))]

    def read(self, blocks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """With polars as far as there are no quotes; from the first one on with Python's csv."""
        row, rest = 1, b""
        for block in blocks:
            rest += block
            cut = rest.rfind(b"\n") + 1
            if _needs_care(rest) or (not cut and len(rest) > RECORD_MAX_CHARACTERS):
                yield from self._carefully(chain((rest,), blocks), row)
                return
            yield from self._fast(rest[:cut], row)
            row += rest.count(b"\n", 0, cut)
            rest = rest[cut:]
        yield from self._fast(rest, row)

    def _fast(self, lines: bytes, row: int) -> Iterator[pl.DataFrame]:
        """Whole lines without quotes, by polars; by csv when one of them is ragged."""
        if not lines:
            return
        frame = _by_polars(lines, len(self._cells), self._delimiter)
        if frame is None:
            yield from self._carefully(iter((lines,)), row)
            return
        numbered = frame.with_columns(
            pl.int_range(row, row + frame.height, dtype=pl.UInt32).alias("row")
        )
        yield self._finished(numbered.with_columns(problem=_NOTHING, problem_text=_NOTHING))

    def _carefully(self, blocks: Iterator[bytes], row: int) -> Iterator[pl.DataFrame]:
        records = iter(_Records(self._name, blocks, self._delimiter, row))
        while piece := list(islice(records, _CHUNK_ROWS)):
            yield self._finished(self._frame_of(piece))

    def of_rows(self, rows: Sequence[Row]) -> Iterator[pl.DataFrame]:
        """Rows of a workbook, which know their own troubles."""
        width = len(self._cells)
        for start in range(0, len(rows), _CHUNK_ROWS):
            piece: list[tuple[int | str | None, ...]] = []
            for row, record, problem, text in rows[start : start + _CHUNK_ROWS]:
                short = [""] * (width - len(record))
                regular = self._regular(row, record + short, width)
                piece.append(regular if problem is None else (row, problem, text, *regular[3:]))
            yield self._finished(self._framed(piece))

    def _frame_of(self, records: Sequence[tuple[int, list[str]]]) -> pl.DataFrame:
        width = len(self._cells)
        return self._framed([self._regular(row, record, width) for row, record in records])

    def _framed(self, regular: Sequence[tuple[int | str | None, ...]]) -> pl.DataFrame:
        schema = _OWN_SCHEMA | dict.fromkeys(self._cells, pl.String)
        return pl.DataFrame(regular, schema=schema, orient="row")

    def _regular(self, row: int, record: list[str], width: int) -> tuple[int | str | None, ...]:
        """A record as wide as the header; surplus fields stay readable in the last cell."""
        count = len(record)
        if not any(record):
            return (row, None, None, *[""] * width)
        if count == width:
            return (row, None, None, *record)
        if count > width and not any(record[width:]):
            return (row, None, None, *record[:width])
        text = f"the row has {count} fields, the header has {width}"
        cells = [*record[: width - 1], self._delimiter.join(record[width - 1 :])]
        return (row, Code.RAGGED_ROW, text, *cells, *[""] * (width - len(cells)))

    def _finished(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Without the header and blank rows; problems that both readers find alike."""
        rest = frame.select(*_OWN_SCHEMA, *self._cells)
        if rest.height and rest["row"][0] <= self._header_row:
            rest = rest.filter(pl.col("row") > self._header_row)
        blank = self._all(rest, lambda cells, _name: cells.str.strip_chars() == "")
        silent = rest["problem"].gather(blank).ne_missing(str(Code.CELL_UNCALCULATED))
        blank = blank.filter(silent)
        if len(blank):
            rest = rest.filter(~pl.int_range(pl.len()).is_in(blank.implode()))
        repeated = self._all(rest, lambda cells, name: cells.str.strip_chars(BLANKS) == name)
        nul = pl.any_horizontal(pl.col(self._cells).str.contains("\0", literal=True))
        with_nul = rest.select(nul=nul)["nul"].arg_true()
        rest = _marked(rest, repeated, Code.REPEATED_HEADER)
        return _marked(rest, with_nul, Code.NUL_CHARACTER)

    def _all(self, frame: pl.DataFrame, fits: Callable[[pl.Series, str], pl.Series]) -> pl.Series:
        """The rows where every cell fits: of each column only those that did so far are asked."""
        rows = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
        for cell, name in zip(self._cells, self._header.names, strict=True):
            rows = rows.filter(fits(frame[cell].gather(rows), name)) if len(rows) else rows
        return rows


def _marked(frame: pl.DataFrame, rows: pl.Series, code: Code) -> pl.DataFrame:
    """The problem of some rows, where they have none before."""
    rows = rows.filter(frame["problem"].gather(rows).is_null())
    if rows.is_empty():
        return frame
    marks = {"problem": str(code), "problem_text": TEXT_FOR[code]}
    return frame.with_columns(
        frame[name].clone().scatter(rows, pl.Series([mark]).new_from_index(0, len(rows)))
        for name, mark in marks.items()
    )


_NOTHING = pl.lit(None, dtype=pl.String)


def _needs_care(block: bytes) -> bool:
    """Quotes, and CRs that end a line by themselves: polars sees both differently."""
    return b'"' in block or block.count(b"\r") != block.count(b"\r\n")


def _by_polars(lines: bytes, width: int, delimiter: str) -> pl.DataFrame | None:
    """Cells of whole lines; None when a line may be ragged.

    polars fills a row that is too short in silence and refuses the file for one that is too long,
    so it reads one column more, and short rows are looked for among those that end empty.
    """
    names = [f"c{at}" for at in range(width)]
    mark = delimiter.encode()
    try:
        frame = pl.read_csv(
            mark * width + b"\n" + lines,
            has_header=False,
            infer_schema=False,
            schema=dict.fromkeys([*names, "surplus"], pl.String),
            separator=delimiter,
            quote_char=None,
            empty_string_is_null=False,
        ).slice(1)
    except pl.exceptions.PolarsError:
        return None
    ragged = (frame["surplus"] != "").any()
    if not ragged and width > 1 and (frame[names[-1]] == "").any():
        ragged = _has_short_line(lines, width, delimiter)
    return None if ragged else frame.drop("surplus")


def _has_short_line(lines: bytes, width: int, delimiter: str) -> bool:
    counted = pl.DataFrame({"line": lines.decode().split("\n")}).select(
        marks=pl.col("line").str.count_matches(delimiter, literal=True),
        blank=pl.col("line").str.strip_chars() == "",
    )
    return bool(((counted["marks"] < width - 1) & ~counted["blank"]).any())


class _Records:
    """(row, cells) of every record, blank ones too; one with line ends in quotes is one row.

    Raises ContactsError naming the row where a quote opens that is never closed.
    """

    def __init__(self, name: str, blocks: Iterable[bytes], delimiter: str, row: int = 1) -> None:
        self._name, self._row = name, row
        self._lines = _lines(name, blocks, row)
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(RECORD_MAX_CHARACTERS)
        lines = chain(self._lines, (_SENTINEL,))
        row = self._row
        try:
            for row, record in enumerate(csv.reader(lines, delimiter=self._delimiter), self._row):
                if record == [_SENTINEL]:
                    return
                if record and record[-1].endswith(_SENTINEL):
                    raise self._open_quote(row)
                yield row, record
        except csv.Error:
            raise self._open_quote(row + 1) from None

    def _open_quote(self, row: int) -> errors.ContactsError:
        return errors.ContactsError(
            f'{self._name}: a quote (") that opens in row {row} is never closed',
            hint='close it, or write "" for a quote that belongs to the text',
            code="open_quote",
        )


def _lines(name: str, blocks: Iterable[bytes], number: int) -> Iterator[str]:
    """Lines with their ends, counted from `number`; a lone CR ends one as well."""
    raw = io.BufferedReader(_BlockReader(iter(blocks)), 1 << 20)
    with io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
        while line := text.readline(RECORD_MAX_CHARACTERS):
            if len(line) == RECORD_MAX_CHARACTERS:
                raise errors.ContactsError(
                    f"{name}: line {number} has more than {RECORD_MAX_CHARACTERS:,} characters",
                    hint="is this a contacts file?",
                    code="line_too_long",
                )
            yield line
            number += 1


class _BlockReader(io.RawIOBase):
    """Blocks as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from the block at hand."""
        into = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(into), len(self._rest))
        into[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
