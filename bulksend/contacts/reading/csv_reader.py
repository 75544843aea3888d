"""Bytes -> frames. Two readers give the same frames: polars for blocks without quotes, Python's csv
module for everything that polars would refuse as a whole or change in silence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain, count, islice

import polars as pl

from bulksend import errors
from bulksend.contacts.header import BLANKS, Header
from bulksend.contacts.reading import dialect, quotes, traits, undecodable
from bulksend.contacts.reading.quotes import Row
from bulksend.contacts.reading.traits import Trait
from bulksend.errors import TEXT_FOR, Code

RECORD_MAX_CHARACTERS = 1 << 20
_CHUNK_ROWS = 25_000
#: Fed after the last line: a quote that is still open swallows it.
_SENTINEL = "\x00the end\x00"
_GUARDED = r'\A="(?s:(.*))"\z'
_OWN_SCHEMA = {"row": pl.UInt32, "problem": pl.String, "problem_text": pl.String}


def first_records(
    name: str, blocks: Iterable[bytes], form: dialect.Dialect, count: int
) -> list[tuple[int, list[str]]]:
    """(row, cells) of the first records that are not blank. Raises ContactsError."""
    records = (
        (row, cells)
        for row, cells, _problem, _text in _Records(name, blocks, form)
        if any(cell.strip() for cell in cells)
    )
    return list(islice(records, count))


class Frames:
    """The frames of one file: `row`, `problem`, `problem_text`, `c0`..."""

    def __init__(
        self,
        name: str,
        header: Header,
        header_row: int,
        form: dialect.Dialect = dialect.Dialect(),  # noqa: B008 (frozen)
        *,
        undecodable: str = "",
    ) -> None:
        """`undecodable` names the encoding where the file has bytes that mean nothing in it."""
        self._name, self._header, self._form = name, header, form
        self._header_row, self._undecodable = header_row, undecodable
        self._cells = [header.cell(at) for at in range(len(header.names))]
        #: A line as wide as the header, by which polars knows how many columns there are.
        self._widest = form.delimiter.encode() * len(self._cells) + b"\n"

    def read(self, blocks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """With polars as far as there are no quotes; from the first one on with Python's csv."""
        row, rest = 1, b""
        for block in blocks:
            cut = block.rfind(b"\n") + 1
            if not cut and len(rest) + len(block) <= RECORD_MAX_CHARACTERS:
                rest += block
                continue
            lines = b"".join((self._widest, rest, memoryview(block)[:cut]))
            if not cut or _needs_care(lines, self._form):
                yield from self._carefully(chain((rest + block,), blocks), row)
                return
            row = yield from self._fast(lines, row)
            rest = block[cut:]
        if _needs_care(rest, self._form):
            yield from self._carefully(iter((rest,)), row)
        elif rest:
            yield from self._fast(self._widest + rest, row)

    def _fast(self, lines: bytes, row: int) -> Generator[pl.DataFrame, None, int]:
        """Whole lines without quotes, below the widest, by polars; by csv when one is ragged.

        Returns the row below them.
        """
        frame = _by_polars(lines, len(self._cells), self._form.delimiter)
        if frame is None:
            own = lines[len(self._widest) :]
            yield from self._carefully(iter((own,)), row)
            return row + own.count(b"\n")
        marks = int(traits.of_lines(lines, self._form.delimiter))
        end = row + frame.height
        yield self._finished(
            frame.with_columns(
                pl.int_range(row, end, dtype=pl.UInt32).alias("row"),
                pl.lit(marks, pl.UInt8).alias(traits.COLUMN),
                problem=_NOTHING,
                problem_text=_NOTHING,
            )
        )
        return end

    def _carefully(self, blocks: Iterator[bytes], row: int) -> Iterator[pl.DataFrame]:
        records = iter(_Records(self._name, blocks, self._form, row, len(self._cells)))
        while piece := list(islice(records, _CHUNK_ROWS)):
            yield self._finished(self._framed(piece))

    def of_rows(self, rows: Sequence[Row]) -> Iterator[pl.DataFrame]:
        """Rows of a workbook, which know their own troubles."""
        for start in range(0, len(rows), _CHUNK_ROWS):
            piece = rows[start : start + _CHUNK_ROWS]
            yield self._finished(self._framed(piece))

    def _framed(self, rows: Sequence[Row]) -> pl.DataFrame:
        width = len(self._cells)
        regular = [self._regular(row, width) for row in rows]
        schema = _OWN_SCHEMA | dict.fromkeys(self._cells, pl.String)
        return _read_through(pl.DataFrame(regular, schema=schema, orient="row"), self._cells)

    def _regular(self, row: Row, width: int) -> tuple[int | str | None, ...]:
        """A record as wide as the header: what is missing at its end is empty, and surplus fields
        stay readable in the last cell.
        """
        number, record, problem, text = row
        count = len(record)
        if count <= width:
            return (number, problem, text, *record, *[""] * (width - count))
        if not any(record[width:]):
            return (number, problem, text, *record[:width])
        if problem is None:
            problem = Code.RAGGED_ROW
            text = f"the row has {count} fields, the header has {width}"
        surplus = self._form.delimiter.join(record[width - 1 :])
        return (number, problem, text, *record[: width - 1], surplus)

    def _finished(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Without the header and blank rows; problems that both readers find alike."""
        its_mark = (traits.COLUMN,) if traits.COLUMN in frame.columns else ()
        rest = frame.select(*_OWN_SCHEMA, *self._cells, *its_mark)
        if rest.height and rest["row"][0] <= self._header_row:
            rest = rest.filter(pl.col("row") > self._header_row)
        first = rest[self._cells[0]]
        blank = self._all(
            rest, _begins_blank(first), lambda cells, _name: cells.str.strip_chars() == ""
        )
        silent = rest["problem"].gather(blank).ne_missing(str(Code.CELL_UNCALCULATED))
        blank = blank.filter(silent)
        if len(blank):
            rest = rest.filter(~pl.int_range(pl.len()).is_in(blank.implode()))
            first = rest[self._cells[0]]
        some = _begins_blank(first) | first.str.starts_with(self._header.names[0])
        repeated = self._all(rest, some, lambda cells, name: cells.str.strip_chars(BLANKS) == name)
        rest = _marked(rest, repeated, Code.REPEATED_HEADER)
        if not traits.have(rest, Trait.NO_NUL):
            nul = pl.any_horizontal(pl.col(self._cells).str.contains("\0", literal=True))
            rest = _marked(rest, rest.select(nul=nul)["nul"].arg_true(), Code.NUL_CHARACTER)
        if traits.have(rest, Trait.PLAIN):
            return rest
        return undecodable.marked(rest, self._header, self._undecodable)

    def _all(
        self, frame: pl.DataFrame, some: pl.Series, fits: Callable[[pl.Series, str], pl.Series]
    ) -> pl.Series:
        """The rows where every cell fits: of each column only those that did so far are asked.

        `some`: the only ones that can.
        """
        rows = some.arg_true()
        for cell, name in zip(self._cells, self._header.names, strict=True):
            rows = rows.filter(fits(frame[cell].gather(rows), name)) if len(rows) else rows
        return rows


def _begins_blank(cells: pl.Series) -> pl.Series:
    """Empty, or with a blank at its beginning, or with a character beyond ASCII: one may be blank.

    All others begin above the one and below the other.
    """
    return (cells < "!") | (cells >= "\x80")


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


def _read_through(frame: pl.DataFrame, cells: Sequence[str]) -> pl.DataFrame:
    """What programs write as ="+44…", so that a spreadsheet leaves it alone, without that guard."""
    guarded = [cell for cell in cells if frame[cell].str.starts_with('="').any()]
    return frame.with_columns(pl.col(guarded).str.replace(_GUARDED, "$1")) if guarded else frame


def _needs_care(block: bytes, form: dialect.Dialect) -> bool:
    """Quotes, and CRs that end a line by themselves: polars sees both differently."""
    return (
        form.quote.encode() in block
        or (form.quote != '"' and b'"' in block)
        or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n"))
    )


def _by_polars(lines: bytes, width: int, delimiter: str) -> pl.DataFrame | None:
    """Cells of whole lines, of which the first has a delimiter more and is left out; None when
    a line may be ragged.

    polars fills a row that is too short, which is what is wanted, and refuses the file for one
    that is too long, so it reads one column more.
    """
    names = [f"c{at}" for at in range(width)]
    try:
        frame = pl.read_csv(
            lines,
            has_header=False,
            infer_schema=False,
            schema=dict.fromkeys([*names, "surplus"], pl.String),
            separator=delimiter,
            quote_char=None,
            empty_string_is_null=False,
        ).slice(1)
    except pl.exceptions.PolarsError:
        return None
    surplus = frame["surplus"]
    if surplus.null_count() < len(surplus) and (surplus != "").any():
        return None
    cells = frame.drop("surplus")
    short = any(cells[name].null_count() for name in names)
    return cells.fill_null("") if short else cells


class _Records:
    """(row, cells, problem, sentence) of every record, blank ones too; one with line ends in
    quotes is one row.

    Raises ContactsError naming the row where a quote opens that swallows the rows below it.
    """

    def __init__(
        self,
        name: str,
        blocks: Iterable[bytes],
        form: dialect.Dialect,
        row: int = 1,
        width: int = 0,
    ) -> None:
        """`width` is the number of columns, 0 where it is not marks_of yet."""
        self._name, self._row, self._form, self._width = name, row, form, width
        self._lines = _lines(name, blocks, row)
        #: The lines of the record at hand.
        self._own_lines: list[str] = []

    def __iter__(self) -> Iterator[Row]:
        csv.field_size_limit(RECORD_MAX_CHARACTERS)
        records = quotes.reader(self._noted(chain(self._lines, (_SENTINEL,))), self._form)
        own_lines = self._own_lines
        for row in count(self._row):
            own_lines.clear()
            try:
                record = next(records)
            except csv.Error:
                yield self._damaged(row)
                continue
            except StopIteration:
                return
            if record == [_SENTINEL]:
                return
            if len(own_lines) > 1 and self._width:
                yield quotes.looked_over(row, record, self._form.delimiter, self._width)
            else:
                yield row, record, None, None

    def _noted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self._own_lines.append(line)
            yield line

    def _damaged(self, row: int) -> Row:
        """A record that is no CSV, read as it was meant or with its problem."""
        lines = self._own_lines
        if lines[-1] == _SENTINEL:
            raise self._open_quote(row, "is never closed")
        if len(lines) > 1:
            below = f"rows {row + 1} to {row + len(lines) - 1}"
            raise self._open_quote(row, f"swallows the lines below it, as far as {below} go")
        return quotes.damaged(row, lines[0], self._form)

    def _open_quote(self, row: int, what: str) -> errors.ContactsError:
        return errors.ContactsError(
            f"{self._name}: a quote ({self._form.quote}) that opens in row {row} {what}",
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
                    hint="is it a table? Save it again as CSV (UTF-8), one line a row",
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
