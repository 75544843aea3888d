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

#: Duplicates are looked for in so many portions, so that no table of all hashes is built.
_PORTIONS = 16
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
    repeats = [none()]
    for portion in range(_PORTIONS if fingerprints else 0):
        mine = pl.concat(
            frame.lazy()
            .filter(pl.col("hash") % _PORTIONS == portion)
            .select("row", "hash", "check")
            .collect()
            for frame in fingerprints
        )
        twice = mine.filter(pl.col("hash").is_duplicated())
        repeated = twice.with_columns(first_row=pl.col("row").min().over("hash", "check")).filter(
            pl.col("row") > pl.col("first_row")
        )
        repeats.append(repeated.select("row", "first_row"))
    return pl.concat(repeats).sort("row")


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
