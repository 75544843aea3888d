"""Any CSV, workbook or frame as Contacts: a header and chunks. What is broken in a row is data."""

from __future__ import annotations

import hashlib
import os
import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl

from bulksend import errors
from bulksend.contacts import own_files as corrected
from bulksend.contacts.header import Header, make_header, phone_column, text_column
from bulksend.contacts.reading import csv_reader as records
from bulksend.contacts.reading import dialect, source, workbook

__all__ = ["Contacts", "from_frame", "open_contacts", "phone_column", "text_column"]

COLUMNS_MAX = 1000
_SAMPLE_BYTES = 256 << 10
_FRAME_ROWS = 50_000
_DATA_NOT_NAMES = re.compile(r"\+?[0-9][0-9 ()./-]{7,}")


class Contacts:
    """A contacts file, or a frame: a header, and chunks that can be walked any number of times.

    A chunk has `row` (UInt32, as the spreadsheet numbers it: the header is 1), `problem` and
    `problem_text` (null for a good row), and `c0`... with the cells as they are, "" where empty.
    """

    def __init__(
        self,
        name: str,
        header: Header,
        walk: Callable[[], Iterator[pl.DataFrame]],
        *,
        sha256: str,
        size_bytes: int = 0,
        notes: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.header = header
        self.size_bytes = size_bytes
        #: What a person should know of how the file was read.
        self.notes = tuple(notes)
        self._walk = walk
        self._sha256 = sha256

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Frames of bounded size in the file's order. Raises ContactsError."""
        for chunk in self._walk():  # which holds the file open, as long as this does
            if chunk.height:
                yield chunk

    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return self._sha256


def open_contacts(path: Path) -> Contacts:
    """A contacts file on disk. Raises ContactsError naming file, fault and way out."""
    descriptor = source.open_file(path)
    try:
        contacts = _read(path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    weakref.finalize(contacts, os.close, descriptor)
    return contacts


def _read(path: Path, descriptor: int) -> Contacts:
    survey = source.survey(path, descriptor)
    if survey.zipped:
        return _open_workbook(path, descriptor, survey)
    delimiter, sep_line = dialect.find_delimiter(_sample(path, descriptor, survey))

    def blocks() -> Iterator[bytes]:
        """The text without its BOMs and its `sep=` line, which nobody sees."""
        every = source.utf8_blocks(path, descriptor, survey)
        yield next(every)[sep_line:]
        yield from every

    header, header_row = records.read_header(str(path), blocks(), delimiter)
    _check_header(path, header, header_row)
    frames = records.Frames(str(path), header, header_row, delimiter)
    foreign = {"cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
    name = foreign.get(survey.encoding)
    own, walk = corrected.as_it_was(header, lambda: frames.read(blocks()))
    return Contacts(
        path.name,
        own,
        walk,
        sha256=survey.sha256,
        size_bytes=survey.size_bytes,
        notes=[f"{path.name}: read as {name}"] if name else [],
    )


def _open_workbook(path: Path, descriptor: int, survey: source.Survey) -> Contacts:
    """A workbook, known by its bytes and not by its name."""
    book = workbook.read(str(path), source.whole(path, descriptor, survey))
    _check_header(path, book.header, book.header_row)
    rows = records.Frames(str(path), book.header, book.header_row, ",").of_rows(book.rows)
    frames = list(rows)

    def as_read() -> Iterator[pl.DataFrame]:
        """What was read, as long as the file is the same."""
        source.whole(path, descriptor, survey)
        return iter(frames)

    own, walk = corrected.as_it_was(book.header, as_read)
    return Contacts(
        path.name,
        own,
        walk,
        sha256=survey.sha256,
        size_bytes=survey.size_bytes,
        notes=[f"{path.name}: {note}" for note in book.notes],
    )


def from_frame(frame: pl.DataFrame, *, name: str = "frame") -> Contacts:
    """A frame from a notebook: cells as texts, nulls empty; its first row is row 2."""
    header = make_header(frame.columns)
    cells = frame.select(
        pl.int_range(2, frame.height + 2, dtype=pl.UInt32).alias("row"),
        pl.lit(None, dtype=pl.String).alias("problem"),
        pl.lit(None, dtype=pl.String).alias("problem_text"),
        *(
            pl.col(name).cast(pl.String).fill_null("").alias(header.cell(at))
            for at, name in enumerate(frame.columns)
        ),
    )
    sha256 = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    return Contacts(name, header, lambda: cells.iter_slices(_FRAME_ROWS), sha256=sha256)


def _sample(path: Path, descriptor: int, survey: source.Survey) -> str:
    """The beginning, cut at a line end."""
    block = next(source.utf8_blocks(path, descriptor, survey))[:_SAMPLE_BYTES]
    if len(block) == _SAMPLE_BYTES and b"\n" in block:
        block = block[: block.rfind(b"\n") + 1]
    return block.decode(errors="ignore")


def _check_header(path: Path, header: Header, row: int) -> None:
    if len(header.names) > COLUMNS_MAX:
        raise errors.ContactsError(
            f"{path}: {len(header.names)} columns; {COLUMNS_MAX} is the most",
            hint="is this a contacts file?",
        )
    if any(_DATA_NOT_NAMES.fullmatch(name) for name in header.names):
        raise errors.ContactsError(
            f"{path}: row {row} holds a phone number where the column names should be",
            hint="put a line of column names above it, for example: phone,name",
            code="no_header",
        )
