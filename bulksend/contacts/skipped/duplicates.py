"""The same text to the same phone again: found across the whole file in bounded memory.

A row is kept as a few bytes: its number and 80 bits of hash (that two of ten million differ and
agree has a chance of one in twenty thousand million).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.errors import Code
from bulksend.sms.message import OnDuplicate, Status

#: Duplicates are looked for in portions of about so many rows, so that no list of all hashes is
#: sorted.
_PORTION_ROWS = 2_000_000
_SCHEMA = {"row": pl.UInt32, "first_row": pl.UInt32}


def fingerprint(sendable: pl.DataFrame) -> pl.DataFrame:
    """row, hash, check of each row."""
    both = pl.struct("to_e164", "text")
    return sendable.select(
        "row",
        hash=both.hash(seed=1),
        check=(both.hash(seed=2) // (1 << 48)).cast(pl.UInt16),
    )


def none() -> pl.DataFrame:
    """No row repeats another."""
    return pl.DataFrame(schema=_SCHEMA)


def find(fingerprints: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """row, first_row of every row whose phone and text an earlier row has; in row order."""
    portions = sum(frame.height for frame in fingerprints) // _PORTION_ROWS + 1
    repeated_hashes = pl.concat(
        [
            pl.Series(dtype=pl.UInt64),
            *(_repeated(_hashes(fingerprints, portion, portions)) for portion in range(portions)),
        ]
    )
    if repeated_hashes.is_empty():
        return none()
    twice = pl.concat(
        frame.select("row", "hash", "check").filter(frame["hash"].is_in(repeated_hashes.implode()))
        for frame in fingerprints
    )
    repeated = twice.with_columns(first_row=pl.col("row").min().over("hash", "check")).filter(
        pl.col("row") > pl.col("first_row")
    )
    return repeated.select("row", "first_row").sort("row")


def _hashes(fingerprints: Sequence[pl.DataFrame], portion: int, portions: int) -> pl.Series:
    """All hashes of a portion."""
    columns = [frame["hash"] for frame in fingerprints]
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
