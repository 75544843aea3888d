"""Journal + contacts -> the results CSV: one line for each row of the contacts file, in its order.

The file is a view: written whole to a temporary file, synced, renamed over the old one. Writing it
twice gives the same bytes, and nothing ever reads it back.
"""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import polars as pl

from bulksend import atomic_file, errors
from bulksend.contacts import own_files
from bulksend.frozen import frozen
from bulksend.results import formulas, selection, workbook_writer
from bulksend.results.csv_style import PLAIN, CsvStyle
from bulksend.results.entries import Beside
from bulksend.setting_names import Setting
from bulksend.sms import rates
from bulksend.sms.message import Status

#: The columns after the original ones, as the contract names them.
RESULTS_COLUMNS = own_files.RESULTS_COLUMNS


@frozen
class Table:
    """What is to be written: original columns, ours behind them, and how the file looks."""

    path: Path
    #: The names of the original columns `c0`..., as they will stand in the file.
    originals: Sequence[str]
    #: Our columns by the names of the frame.
    ours: Sequence[str]
    #: And as they will stand in the file.
    our_names: Sequence[str]
    style: CsvStyle = PLAIN

    @property
    def names(self) -> list[str]:
        """The header."""
        return [*self.originals, *self.our_names]


def write_table(table: Table, frames: Iterable[pl.DataFrame]) -> int:
    """Write frames of original cells `c0`... and our columns; the number of lines written.

    A workbook where the name ends in .xlsx. Raises JournalError when the disk does not take it, or
    UsageError for a workbook that cannot be: the old file then stays as it was.
    """
    with replacing(table.path) as file:
        if table.path.suffix.lower() == ".xlsx":
            texts = (frame.select(*_cells(table), *_texts(table)) for frame in frames)
            return workbook_writer.write(file, table.names, table.ours, texts)
        return _write_csv(file, table, frames)


def _write_csv(file: IO[bytes], table: Table, frames: Iterable[pl.DataFrame]) -> int:
    written = 0
    file.write(table.style.mark + _header_line(table))
    for frame in frames:
        text = [formulas.defuse(column) for column in _cells(table)]
        own = [_own(name) for name in table.ours]
        frame.select(*text, *own).write_csv(
            file, include_header=False, separator=table.style.delimiter
        )
        written += frame.height
    return written


def _cells(table: Table) -> list[pl.Expr]:
    return [pl.col(f"c{index}") for index in range(len(table.originals))]


def _texts(table: Table) -> list[pl.Expr]:
    return [pl.col(name).cast(pl.String) for name in table.ours]


def _own(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    return text if name in _OURS_ALONE else formulas.defuse(text)


#: Columns that hold nothing but our own words, digits and dashes, or an E.164 number.
_OURS_ALONE = {
    *("row", "status", "to_e164", "message_id", "parts", "encoding", "attempts"),
    *("claimed_at", "settled_at", "delivered_at"),
}


def check_writable(path: Path) -> None:
    """Raises JournalError where the file could not be written later: better before sending."""
    if path.is_dir():
        raise errors.JournalError(
            f"{path} is a folder", hint=f"give {Setting.RESULTS} the name of a file"
        )
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as failure:
        raise errors.JournalError(
            f"cannot write {path}: {failure.strerror or failure}; nothing was sent",
            hint=f"free space, make its folder writable, or give {Setting.RESULTS} another place",
            code="results_unwritable",
        ) from None


def write_results(
    path: Path, header: Sequence[str], pieces: Iterable[Beside], style: CsvStyle = PLAIN
) -> int:
    """The results out of composed rows and their entries; the number of lines written."""
    table = _renaming_originals(path, header, RESULTS_COLUMNS, style)
    return write_table(table, (join(*piece) for piece in pieces))


def write_selected(
    path: Path,
    header: Sequence[str],
    pieces: Iterable[Beside],
    words: Sequence[str],
    style: CsvStyle = PLAIN,
) -> int:
    """Of the results the rows that the words mean, and why, as a file that can be run."""
    table = _renaming_ours(path, header, own_files.SELECTED_COLUMNS, style)
    return write_table(table, selection.select((join(*piece) for piece in pieces), words))


def write_estimate(
    path: Path, header: Sequence[str], verdicts: Iterable[pl.DataFrame], style: CsvStyle = PLAIN
) -> int:
    """The estimate CSV: the verdict on each row; the number of lines written."""
    table = _renaming_originals(path, header, own_files.VERDICT_COLUMNS, style)
    return write_table(table, verdicts)


def write_problems(
    path: Path, header: Sequence[str], verdicts: Iterable[pl.DataFrame], style: CsvStyle = PLAIN
) -> int:
    """Of the estimate CSV the rows that cannot be sent, as a contacts file to be corrected."""
    table = _renaming_ours(path, header, own_files.VERDICT_COLUMNS, style)
    return write_table(
        table, (frame.filter(pl.col("status") == str(Status.INVALID)) for frame in verdicts)
    )


def _renaming_originals(
    path: Path, header: Sequence[str], ours: Sequence[str], style: CsvStyle
) -> Table:
    """Original names, those that ours would hide renamed `input_<name>`."""
    originals = [f"input_{name}" if name.strip().lower() in ours else name for name in header]
    return Table(path=path, originals=originals, ours=ours, our_names=ours, style=style)


def _renaming_ours(
    path: Path, header: Sequence[str], ours: Sequence[str], style: CsvStyle
) -> Table:
    """The original columns keep their names, as the file is read again; ours give way."""
    names = own_files.beside(header, ours)
    return Table(path=path, originals=header, ours=ours, our_names=names, style=style)


def verdicts(composed: pl.DataFrame, rate_card: rates.RateCard) -> pl.DataFrame:
    """The frame with `status`, error and price as text: sendable, invalid or skipped rows."""
    sendable = pl.col("status") == str(Status.UNSENT)
    different = composed.filter(sendable).select("country", "parts").unique()
    priced = [
        (country, parts, format(price.amount, "f"), price.currency)
        for country, parts in different.iter_rows()
        if (price := rate_card.price(country or "", parts)) is not None
    ]
    schema = {"country": pl.String, "parts": pl.UInt32, "price": pl.String, "currency": pl.String}
    prices = pl.DataFrame(priced, schema=schema, orient="row")
    return composed.join(
        prices, on=["country", "parts"], how="left", maintain_order="left"
    ).with_columns(
        *(
            pl.when(sendable).then(pl.col(name))
            for name in ("encoding", "parts", "price", "currency")
        ),
        status=pl.when(sendable).then(pl.lit("sendable")).otherwise("status"),
        error_code="problem",
        error="problem_text",
    )


def join(composed: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Composed rows beside their entries; the journal's word comes first."""
    joined = composed.join(entries, on="row", how="left", suffix="_entry", maintain_order="left")
    settled = pl.col("status_entry").is_not_null()
    own_code, own_error = pl.col("problem"), pl.col("problem_text")
    return joined.with_columns(
        status=pl.coalesce("status_entry", "status"),
        parts=pl.when(settled).then(pl.col("parts_entry")),
        encoding=pl.when(settled).then(pl.col("encoding_entry")),
        error_code=pl.when(settled).then(pl.col("error_code")).otherwise(own_code),
        error=pl.when(settled).then(pl.col("error")).otherwise(own_error),
    )


def _header_line(table: Table) -> bytes:
    line = io.StringIO()
    frame = pl.DataFrame({"name": table.names}, schema={"name": pl.String})
    safe = frame.select(formulas.defuse(pl.col("name")).fill_null(""))["name"]
    csv.writer(line, delimiter=table.style.delimiter, lineterminator="\n").writerow(safe.to_list())
    return line.getvalue().encode()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """`atomic_file.replacing`, its trouble said as the journal's. Raises JournalError."""
    try:
        with atomic_file.replacing(path) as file:
            yield file
    except OSError as failure:
        raise unwritable(path, failure) from None


def unwritable(path: Path, failure: OSError) -> errors.JournalError:
    """What is said where a file cannot be written."""
    return errors.JournalError(
        f"cannot write {path}: {failure.strerror or failure}",
        hint="free space or fix the folder's permissions, then write it again",
        next_command="results",
        code="results_unwritable",
    )
