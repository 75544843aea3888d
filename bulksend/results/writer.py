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
from bulksend.results import formulas
from bulksend.results.entries import Beside
from bulksend.sms import rates
from bulksend.sms.message import Status

#: The columns after the original ones, as the contract names them.
RESULTS_COLUMNS = (
    *("row", "status", "to_e164", "message_id", "parts", "encoding", "cost", "currency"),
    *("rate", "carrier_fee", "wait_seconds", "attempts", "error_code", "error"),
    *("claimed_at", "settled_at", "carrier", "line_type"),
    *("delivery_status", "delivered_at", "final_cost", "receipt_code", "receipt_error"),
)


def write_rows(
    path: Path, header: Sequence[str], ours: Sequence[str], frames: Iterable[pl.DataFrame]
) -> int:
    """Write frames of original cells `c0...` and our columns; the number of lines written.

    Raises JournalError when the disk does not take it: the old file then stays as it was.
    """
    originals = [pl.col(f"c{index}") for index in range(len(header))]
    written = 0
    with replacing(path) as file:
        file.write(_header_line([*_unclashed(header, ours), *ours]))
        for frame in frames:
            text = [formulas.defuse(column) for column in originals]
            own = [_own(name) for name in ours]
            frame.select(*text, *own).write_csv(file, include_header=False)
            written += frame.height
    return written


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
        raise errors.JournalError(f"{path} is a folder", hint="give --results the name of a file")
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as failure:
        raise _unwritable(path, failure) from None


def write_results(path: Path, header: Sequence[str], pieces: Iterable[Beside]) -> int:
    """The results CSV out of composed rows and their entries; the number of lines written."""
    return write_rows(path, header, RESULTS_COLUMNS, (_join(*piece) for piece in pieces))


def write_estimate(
    path: Path, header: Sequence[str], frames: Iterable[pl.DataFrame], rate_card: rates.RateCard
) -> int:
    """The estimate CSV: the verdict on each row; the number of lines written."""
    return write_rows(
        path, header, own_files.VERDICT_COLUMNS, (_verdicts(frame, rate_card) for frame in frames)
    )


def write_problems(
    path: Path, header: Sequence[str], frames: Iterable[pl.DataFrame], rate_card: rates.RateCard
) -> int:
    """Of the estimate CSV the rows that cannot be sent, as a contacts file to be own_files.

    The original columns keep their names; ours give way where they clash.
    """
    ours = own_files.verdict_columns(header)
    renamed = dict(zip(own_files.VERDICT_COLUMNS, ours, strict=True))
    troubled = (frame.filter(pl.col("status") == str(Status.INVALID)) for frame in frames)
    verdicts = (_verdicts(frame, rate_card).rename(renamed) for frame in troubled)
    return write_rows(path, header, ours, verdicts)


def _verdicts(composed: pl.DataFrame, rate_card: rates.RateCard) -> pl.DataFrame:
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


def _join(composed: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
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


def _unclashed(header: Sequence[str], ours: Sequence[str]) -> list[str]:
    """Original names, those that ours would hide renamed `input_<name>`."""
    return [f"input_{name}" if name.strip().lower() in ours else name for name in header]


def _header_line(names: Sequence[str]) -> bytes:
    line = io.StringIO()
    frame = pl.DataFrame({"name": list(names)}, schema={"name": pl.String})
    safe = frame.select(formulas.defuse(pl.col("name")).fill_null(""))["name"]
    csv.writer(line, lineterminator="\n").writerow(safe.to_list())
    return line.getvalue().encode()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """`atomic_file.replacing`, its trouble said as the journal's. Raises JournalError."""
    try:
        with atomic_file.replacing(path) as file:
            yield file
    except OSError as failure:
        raise _unwritable(path, failure) from None


def _unwritable(path: Path, failure: OSError) -> errors.JournalError:
    return errors.JournalError(
        f"cannot write {path}: {failure.strerror or failure}",
        hint="free space or mend the folder's permissions, then write it again",
        next_command="results",
        code="results_unwritable",
    )
