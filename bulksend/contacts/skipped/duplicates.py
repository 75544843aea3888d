"""The same text to the same phone again: found across the whole file in bounded memory.

A row is kept as a few bytes: 80 bits made of its phone, as a number, and a hash of its text. One
text to two phones never agrees; that any two others of ten million do has a chance of one in twenty
thousand million. Row numbers that follow each other, as in a clean file, are not kept one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.errors import Code
from bulksend.frozen import frozen
from bulksend.sms.message import OnDuplicate, Status

#: Duplicates are looked for in portions of about so many rows, so that no list of all hashes is
#: sorted.
_PORTION_ROWS = 2_000_000
#: An odd number: no two phones become one by it.
_ODD = 0x9E3779B97F4A7C15
_SCHEMA = {"row": pl.UInt32, "first_row": pl.UInt32}


@frozen(kw_only=False)
class Fingerprints:
    """The rows of one slice."""

    first_row: int
    #: How far each row is from the first; None: they follow each other.
    offsets: pl.Series | None
    #: hash UInt64, check UInt16, and what else is kept of each row.
    columns: pl.DataFrame

    @property
    def rows(self) -> pl.Series:
        """UInt32."""
        if self.offsets is not None:
            return self.offsets.cast(pl.UInt32) + self.first_row
        end = self.first_row + self.columns.height
        return pl.int_range(self.first_row, end, dtype=pl.UInt32, eager=True)

    def frame(self) -> pl.DataFrame:
        """row, and the columns."""
        return pl.DataFrame([self.rows.alias("row"), *self.columns.get_columns()])


def fingerprints(sendable: pl.DataFrame, *others: pl.Series) -> Fingerprints:
    """Of rows with `row`, `to_e164` and `text`; `others` are kept beside them."""
    phone = sendable["to_e164"].cast(pl.UInt64)
    spread = phone * pl.Series([_ODD], dtype=pl.UInt64)
    columns = pl.DataFrame(
        [
            (spread ^ sendable["text"].hash(seed=1)).alias("hash"),
            (phone % (1 << 16)).cast(pl.UInt16).alias("check"),
            *others,
        ]
    )
    rows = sendable["row"]
    first_row, span = int(rows[0]), int(rows[-1]) - int(rows[0])
    if span + 1 == len(rows):
        return Fingerprints(first_row, None, columns)
    offsets = (rows - first_row).cast(pl.UInt16 if span < 1 << 16 else pl.UInt32)
    return Fingerprints(first_row, offsets, columns)


def none() -> pl.DataFrame:
    """No row repeats another."""
    return pl.DataFrame(schema=_SCHEMA)


def find(fingerprints: Sequence[Fingerprints]) -> pl.DataFrame:
    """row, first_row of every row whose phone and text an earlier row has; in row order."""
    portions = sum(each.columns.height for each in fingerprints) // _PORTION_ROWS + 1
    repeated_hashes = pl.concat(
        [
            pl.Series(dtype=pl.UInt64),
            *(_repeated(_hashes(fingerprints, portion, portions)) for portion in range(portions)),
        ]
    )
    if repeated_hashes.is_empty():
        return none()
    twice = pl.concat(
        each.frame()
        .select("row", "hash", "check")
        .filter(each.columns["hash"].is_in(repeated_hashes.implode()))
        for each in fingerprints
    )
    repeated = twice.with_columns(first_row=pl.col("row").min().over("hash", "check")).filter(
        pl.col("row") > pl.col("first_row")
    )
    return repeated.select("row", "first_row").sort("row")


def _hashes(fingerprints: Sequence[Fingerprints], portion: int, portions: int) -> pl.Series:
    """All hashes of a portion."""
    columns = [each.columns["hash"] for each in fingerprints]
    if portions > 1:
        columns = [column.filter(column % portions == portion) for column in columns]
    return pl.concat([pl.Series(dtype=pl.UInt64), *columns])


def _repeated(hashes: pl.Series) -> pl.Series:
    """Those that are there twice or more; to sort them is much cheaper than to count each."""
    hashes = hashes.sort()
    return hashes.filter((hashes == hashes.shift(1)).fill_null(value=False)).unique()


def mark(
    composed: pl.DataFrame, duplicates: pl.DataFrame, on_duplicate: OnDuplicate
) -> pl.DataFrame:
    """Rows that repeat an earlier one become skipped, or invalid."""
    status = Status.SKIPPED if on_duplicate is OnDuplicate.SKIP else Status.INVALID
    named = left_out.within(composed, duplicates).select(
        "row",
        code=pl.lit(str(Code.DUPLICATE)),
        sentence=pl.format("the same text to the same phone as row {}", "first_row"),
    )
    return left_out.mark(composed, named, status)
