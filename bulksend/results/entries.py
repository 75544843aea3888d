"""The journal's entries beside the rows of composed frames, as the results show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import polars as pl

from bulksend import journal

#: Rows looked up at a time: what the journal has of one takes a kilobyte on its way.
_PIECE_ROWS = 10_000


class Beside(NamedTuple):
    """Some composed rows, and the entries of those that were claimed."""

    composed: pl.DataFrame
    #: row, status and everything after it in `csv_writer.RESULTS_COLUMNS` that is the journal's.
    entries: pl.DataFrame


class ReceiptLookup(Protocol):
    """Whoever knows what became of messages."""

    def receipt_columns(self, message_ids: Sequence[bytes]) -> dict[str, Sequence[object]]:
        """By the names of `_RECEIPT_SCHEMA`; a message that nobody asked about has no line."""


class NoReceipts:
    """Nobody asked."""

    def receipt_columns(
        self,
        message_ids: Sequence[bytes],  # noqa: ARG002
    ) -> dict[str, Sequence[object]]:
        """No line."""
        return dict.fromkeys(_RECEIPT_SCHEMA, ())


NO_RECEIPTS = NoReceipts()


def beside(
    frames: Iterable[pl.DataFrame],
    reader: journal.Reader,
    receipts: ReceiptLookup = NO_RECEIPTS,
) -> Iterator[Beside]:
    """Composed frames in pieces, each with its entries. Raises JournalError."""
    for frame in frames:
        for piece in frame.iter_slices(_PIECE_ROWS):
            if piece.height:
                first, last = int(piece["row"][0]), int(piece["row"][-1])
                yield Beside(piece, read(reader, first, last, receipts))


def read(
    reader: journal.Reader,
    first_row: int,
    last_row: int,
    receipts: ReceiptLookup = NO_RECEIPTS,
) -> pl.DataFrame:
    """The entries of a span of rows: `_SCHEMA`, and what receipts say. Raises JournalError."""
    columns = reader.entries(first_row, last_row)
    try:
        rows = {name: columns.get(name, [None] * len(columns["row"])) for name in _SCHEMA}
        frame = pl.DataFrame(rows, schema=_SCHEMA)
        of_receipts = pl.DataFrame(
            receipts.receipt_columns(frame["message_id"].drop_nulls().to_list()),
            schema=_RECEIPT_SCHEMA,
        )
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        raise reader.damaged() from None
    if frame["status"].null_count():
        raise reader.damaged()
    return _joined(frame, of_receipts)


def _joined(frame: pl.DataFrame, of_receipts: pl.DataFrame) -> pl.DataFrame:
    """Each entry with the last word on it: a receipt's where there is one, else the reply's.

    A final cost in another currency than the first takes the column; the first names its own.
    """
    otherwise = pl.col("final_cost").is_not_null() & (
        pl.col("final_currency") != pl.col("currency")
    )
    return (
        frame.join(of_receipts, on="message_id", how="left", suffix="_final", maintain_order="left")
        .with_columns(
            pl.coalesce("delivery_status_final", "delivery_status").alias("delivery_status"),
            pl.coalesce("delivered_at_final", "delivered_at").alias("delivered_at"),
            pl.coalesce("final_rate", "rate").alias("rate"),
            pl.coalesce("final_carrier_fee", "carrier_fee").alias("carrier_fee"),
            pl.coalesce("receipt_carrier", "carrier").alias("carrier"),
            pl.coalesce("receipt_line_type", "line_type").alias("line_type"),
            pl.when(otherwise)
            .then(pl.concat_str("cost", "currency", separator=" "))
            .otherwise("cost")
            .alias("cost"),
            pl.when(otherwise)
            .then("final_currency")
            .otherwise(pl.coalesce("currency", "final_currency"))
            .alias("currency"),
        )
        .with_columns(
            message_id=_dashed(pl.col("message_id").bin.encode("hex")),
            claimed_at=_moment("claimed_at"),
            settled_at=_moment("settled_at"),
            delivered_at=_moment("delivered_at"),
        )
        .select(*_SCHEMA, "final_cost", "receipt_code", "receipt_error")
    )


_SCHEMA: dict[str, type[pl.DataType]] = {
    "row": pl.UInt32,
    "status": pl.String,
    "message_id": pl.Binary,
    "parts": pl.UInt8,
    "encoding": pl.String,
    "cost": pl.String,
    "currency": pl.String,
    "rate": pl.String,
    "carrier_fee": pl.String,
    "wait_seconds": pl.String,
    "attempts": pl.UInt32,
    "error_code": pl.String,
    "error": pl.String,
    "claimed_at": pl.Int64,
    "settled_at": pl.Int64,
    "carrier": pl.String,
    "line_type": pl.String,
    "delivery_status": pl.String,
    "delivered_at": pl.Int64,
}
_RECEIPT_SCHEMA: dict[str, type[pl.DataType]] = {
    "message_id": pl.Binary,
    "delivery_status": pl.String,
    "delivered_at": pl.Int64,
    "final_cost": pl.String,
    "final_currency": pl.String,
    "final_rate": pl.String,
    "final_carrier_fee": pl.String,
    "receipt_carrier": pl.String,
    "receipt_line_type": pl.String,
    "receipt_code": pl.String,
    "receipt_error": pl.String,
}


def _dashed(digits: pl.Expr) -> pl.Expr:
    """A UUID's digits as it is written."""
    pieces = [digits.str.slice(at, length) for at, length in ((0, 8), (8, 4), (12, 4), (16, 4))]
    return pl.concat_str([*pieces, digits.str.slice(20)], separator="-")


def _moment(name: str) -> pl.Expr:
    """ISO 8601 in UTC, to the millisecond."""
    return pl.from_epoch(name, "ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
