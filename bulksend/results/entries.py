"""The journal's entries beside the rows of composed frames, as the results show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import polars as pl

from bulksend import journal

#: Rows looked up at a time: what the journal has of one takes a kilobyte on its way.
_PIECE_ROWS = 10_000


class Beside(NamedTuple):
    """Some composed rows, and the entries of those that were claimed."""

    composed: pl.DataFrame
    #: row, status and everything after it in `writer.RESULTS_COLUMNS` that is the journal's.
    entries: pl.DataFrame


def beside(frames: Iterable[pl.DataFrame], reader: journal.Reader) -> Iterator[Beside]:
    """Composed frames in pieces, each with its entries. Raises JournalError."""
    for frame in frames:
        for piece in frame.iter_slices(_PIECE_ROWS):
            if piece.height:
                yield Beside(piece, read(reader, int(piece["row"][0]), int(piece["row"][-1])))


def read(reader: journal.Reader, first_row: int, last_row: int) -> pl.DataFrame:
    """The entries of a span of rows. Raises JournalError."""
    columns = reader.entries(first_row, last_row)
    try:
        frame = pl.DataFrame(columns, schema=_SCHEMA)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        raise reader.damaged() from None
    if frame["status"].null_count():
        raise reader.damaged()
    return frame.with_columns(
        message_id=_dashed(pl.col("message_id").bin.encode("hex")),
        claimed_at=_moment("claimed_at"),
        settled_at=_moment("settled_at"),
        delivered_at=_moment("delivered_at"),
    )


_SCHEMA: dict[str, type[pl.DataType]] = {
    "row": pl.UInt32,
    "status": pl.String,
    "message_id": pl.Binary,
    "parts": pl.UInt8,
    "encoding": pl.String,
    "cost": pl.String,
    "currency": pl.String,
    "wait_seconds": pl.String,
    "attempts": pl.UInt32,
    "error_code": pl.String,
    "error": pl.String,
    "claimed_at": pl.Int64,
    "settled_at": pl.Int64,
    "delivery_status": pl.String,
    "delivered_at": pl.Int64,
}


def _dashed(digits: pl.Expr) -> pl.Expr:
    """A UUID's digits as it is written."""
    pieces = [digits.str.slice(at, length) for at, length in ((0, 8), (8, 4), (12, 4), (16, 4))]
    return pl.concat_str([*pieces, digits.str.slice(20)], separator="-")


def _moment(name: str) -> pl.Expr:
    """ISO 8601 in UTC, to the millisecond."""
    return pl.from_epoch(name, "ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
