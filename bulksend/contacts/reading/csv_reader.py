"""Bytes -> frames. Two readers give the same frames: polars for blocks without quotes, Python's csv
module for everything that polars would refuse as a whole or change in silence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, islice

import polars as pl

from bulksend import errors
from bulksend.contacts.header import BLANKS, Header
from bulksend.contacts.reading import dialect, plain, quotes, undecodable
from bulksend.contacts.reading.quotes import Row
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

    def read(self, blocks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """With polars as far as there are no quotes; from the first one on with Python's csv."""
        row, rest = 1, b""
        for block in blocks:
            rest += block
            cut = rest.rfind(b"\n") + 1
            if _needs_care(rest, self._form) or (not cut and len(rest) > RECORD_MAX_CHARACTERS):
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
        frame = _by_polars(lines, len(self._cells), self._form.delimiter)
        if frame is None:
            yield from self._carefully(iter((lines,)), row)
            return
        numbered = frame.with_columns(
            pl.int_range(row, row + frame.height, dtype=pl.UInt32).alias("row")
        )
        whole = numbered.with_columns(problem=_NOTHING, problem_text=_NOTHING)
        if plain.is_plain(lines, self._form.delimiter):
            whole = whole.with_columns(pl.lit(value=True).alias(plain.COLUMN))
        yield self._finished(whole)

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
        is_plain = plain.are_plain(frame)
        its_mark = (plain.COLUMN,) if is_plain else ()
        rest = frame.select(*_OWN_SCHEMA, *self._cells, *its_mark)
        if rest.height and rest["row"][0] <= self._header_row:
            rest = rest.filter(pl.col("row") > self._header_row)
        some = _begins_blank(rest, self._cells[0]) if is_plain else None
        blank = self._all(rest, lambda cells, _name: cells.str.strip_chars() == "", some)
        silent = rest["problem"].gather(blank).ne_missing(str(Code.CELL_UNCALCULATED))
        blank = blank.filter(silent)
        if len(blank):
            rest = rest.filter(~pl.int_range(pl.len()).is_in(blank.implode()))
        some = _begins_blank(rest, self._cells[0], self._header.names[0]) if is_plain else None
        repeated = self._all(rest, lambda cells, name: cells.str.strip_chars(BLANKS) == name, some)
        rest = _marked(rest, repeated, Code.REPEATED_HEADER)
        if is_plain:
            return rest
        nul = pl.any_horizontal(pl.col(self._cells).str.contains("\0", literal=True))
        with_nul = rest.select(nul=nul)["nul"].arg_true()
        rest = _marked(rest, with_nul, Code.NUL_CHARACTER)
        return undecodable.marked(rest, self._header, self._undecodable)

    def _all(
        self,
        frame: pl.DataFrame,
        fits: Callable[[pl.Series, str], pl.Series],
        some: pl.Series | None,
    ) -> pl.Series:
        """The rows where every cell fits: of each column only those that did so far are asked.

        `some`: the only ones that can, where they are marks_of.
        """
        rows = pl.int_range(frame.height, dtype=pl.UInt32, eager=True) if some is None else some
        for cell, name in zip(self._cells, self._header.names, strict=True):
            rows = rows.filter(fits(frame[cell].gather(rows), name)) if len(rows) else rows
        return rows


def _begins_blank(frame: pl.DataFrame, cell: str, name: str | None = None) -> pl.Series:
    """The rows whose cell is empty, or begins with a blank or with a name; all else is above."""
    begins = frame[cell] < "!"
    if name is not None:
        begins = begins | frame[cell].str.starts_with(name)
    return begins.arg_true()


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
        or block.count(b"\r") != block.count(b"\r\n")
    )


def _by_polars(lines: bytes, width: int, delimiter: str) -> pl.DataFrame | None:
    """Cells of whole lines; None when a line may be ragged.

    polars fills a row that is too short, which is what is wanted, and refuses the file for one
    that is too long, so it reads one column more.
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
