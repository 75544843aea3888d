"""Any CSV, workbook or frame as Contacts: a header and chunks. What is broken in a row is data."""

from __future__ import annotations

import functools
import hashlib
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bulksend import errors
from bulksend.contacts import own_files
from bulksend.contacts.header import Header, make_header
from bulksend.contacts.layout import Layout
from bulksend.contacts.reading import code_pages, csv_reader, dialect, source, table
from bulksend.frozen import frozen

COLUMNS_MAX = 1000
_SAMPLE_BYTES = 256 << 10
_FRAME_ROWS = 50_000
#: Records by which header and phone column are recognised.
_SAMPLE_RECORDS = 100
_RECOGNISED = Layout()


@frozen
class Reading:
    """What a person should know of how the file was read."""

    notes: tuple[str, ...] = ()
    #: The text's encoding as Python knows it; "" for a workbook or a frame.
    encoding: str = ""
    #: Why the encoding is a guess that needs the person's word; "" where it is certain.
    why_guessed: str = ""
    #: Whether bulksend wrote it: a list of opt-outs, or rows of some results.
    written_by_bulksend: bool = False
    #: The first rows, by which the column of the phones is recognised.
    sample: tuple[Sequence[str], ...] = ()


class Contacts:
    """A contacts file, or a frame: a header, and chunks that can be passed over any number of
    times.

    A chunk has `row` (UInt32, as the spreadsheet numbers it: the first line is 1), `problem` and
    `problem_text` (null for a good row), and `c0`... with the cells as they are, "" where empty. It
    may have `traits` (UInt8: see `reading.traits`).
    """

    def __init__(
        self,
        name: str,
        header: Header,
        chunks: Callable[[], Iterator[pl.DataFrame]],
        *,
        sha256: Callable[[], str],
        size_bytes: int = 0,
        reading: Reading = Reading(),  # noqa: B008 - it does not change
    ) -> None:
        self.name = name
        self.header = header
        self.size_bytes = size_bytes
        self.reading = reading
        self._chunks = chunks
        self._sha256 = sha256

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the file was read."""
        return self.reading.notes

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Frames of bounded size in the file's order. Raises ContactsError."""
        for chunk in self._chunks():  # which holds the file open, as long as this does
            if chunk.height:
                yield chunk

    def digest(self) -> str:
        """SHA-256 of the bytes, which a dry run has no use for. Raises ContactsError."""
        return self._sha256()


def open_contacts(path: Path, layout: Layout = _RECOGNISED) -> Contacts:
    """A contacts file on disk; what `layout` says is obeyed, the rest is recognised.

    Raises ContactsError naming file, fault and way out.
    """
    descriptor = source.open_file(path)
    try:
        contacts = _read(path, descriptor, layout)
    except BaseException:
        os.close(descriptor)
        raise
    weakref.finalize(contacts, os.close, descriptor)
    return contacts


def _read(path: Path, descriptor: int, layout: Layout) -> Contacts:
    survey = source.survey(path, descriptor, layout.encoding, layout.fallback_encoding)
    if survey.zipped:
        return _open_workbook(path, descriptor, survey, layout)
    form = dialect.find_dialect(_sample(path, descriptor, survey), layout.delimiter)

    def blocks() -> Iterator[bytes]:
        """The text without its BOMs and its `sep=` line, which nobody sees."""
        every = source.utf8_blocks(path, descriptor, survey)
        yield next(every)[form.sep_line :]
        yield from every

    records = csv_reader.first_records(str(path), blocks(), form, _sampled(layout))
    place = table.place(str(path), records, layout.header_row)
    _check_header(path, place.header)
    encoding = survey.encoding
    bad = code_pages.label(encoding.encoding) if encoding.damaged else ""
    frames = csv_reader.Frames(str(path), place.header, place.row, form, undecodable=bad)
    reading = Reading(
        notes=tuple(f"{path.name}: {note}" for note in (*encoding.notes(), *place.notes)),
        encoding=encoding.encoding,
        why_guessed=encoding.why_guessed,
        sample=place.sample,
    )
    made = _Made(place.header, lambda: frames.read(blocks()), reading)
    return _contacts(path, descriptor, survey, made)


def _sampled(layout: Layout) -> int:
    """Records that are looked at before the file is read."""
    return _SAMPLE_RECORDS + (layout.header_row or 0)


def _open_workbook(path: Path, descriptor: int, survey: source.Survey, layout: Layout) -> Contacts:
    """A workbook, known by its bytes and not by its name."""
    from bulksend.contacts.reading.workbooks import workbook

    book = workbook.read(str(path), source.whole(path, descriptor, survey), layout)
    place = book.place
    _check_header(path, place.header)
    frames = list(csv_reader.Frames(str(path), place.header, place.row).of_rows(book.rows))

    def as_read() -> Iterator[pl.DataFrame]:
        """What was read, as long as the file is the same."""
        source.whole(path, descriptor, survey)
        return iter(frames)

    notes = tuple(f"{path.name}: {note}" for note in (*book.notes, *place.notes))
    reading = Reading(notes=notes, sample=place.sample)
    return _contacts(path, descriptor, survey, _Made(place.header, as_read, reading))


@frozen(kw_only=False)
class _Made:
    """What was made of a file."""

    header: Header
    as_read: Callable[[], Iterator[pl.DataFrame]]
    reading: Reading


def _contacts(path: Path, descriptor: int, survey: source.Survey, made: _Made) -> Contacts:
    """What was read; of a file of ours, as the file was that it came from."""
    own, chunks = own_files.as_it_was(made.header, made.as_read)
    ours = own is not made.header or made.header.names == own_files.OPT_OUT_COLUMNS
    return Contacts(
        path.name,
        own,
        chunks,
        sha256=functools.cache(lambda: source.sha256(path, descriptor, survey)),
        size_bytes=survey.size_bytes,
        reading=replace(made.reading, written_by_bulksend=ours),
    )


def from_frame(frame: pl.DataFrame, *, name: str = "frame") -> Contacts:
    """A frame from a notebook: cells as texts, nulls empty; its first row is row 2."""
    header = make_header(frame.columns, name)
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
    first = cells.head(_SAMPLE_RECORDS).drop("row", "problem", "problem_text")
    return Contacts(
        name,
        header,
        lambda: cells.iter_slices(_FRAME_ROWS),
        sha256=lambda: sha256,
        reading=Reading(sample=tuple(first.iter_rows())),
    )


def _sample(path: Path, descriptor: int, survey: source.Survey) -> str:
    """The beginning, cut at a line end."""
    block = next(source.utf8_blocks(path, descriptor, survey))[:_SAMPLE_BYTES]
    if len(block) == _SAMPLE_BYTES and b"\n" in block:
        block = block[: block.rfind(b"\n") + 1]
    return block.decode(errors="ignore")


def _check_header(path: Path, header: Header) -> None:
    if len(header.names) > COLUMNS_MAX:
        raise errors.ContactsError(
            f"{path}: {len(header.names)} columns; {COLUMNS_MAX} is the most",
            hint="keep the columns that the text needs, the phones among them",
            code="too_many_columns",
        )
