"""Which of sixteen million buckets a phone falls into: keyed, and quick enough for every row.

What this computer remembers is found by a slow keyed hash. Of a million rows only those are looked
up whose bucket holds anything: the same rule for one number and for a column of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import polars as pl

from bulksend.frozen import frozen

BITS = 24
_MASK = (1 << 64) - 1
_TYPE = pl.UInt64


@frozen(kw_only=False)
class Buckets:
    """The rule of one secret: four numbers of 64 bits, of which the last three are odd."""

    keys: tuple[int, int, int, int]

    def of_phone(self, phone: str) -> int:
        """Of one E.164 phone, with its plus."""
        first, *others = self.keys
        mixed = int(phone[1:]) ^ first
        for key, shift in zip(others, (32, 29, 0), strict=True):
            mixed = mixed * key & _MASK
            mixed ^= (mixed >> shift) if shift else 0
        return mixed >> (64 - BITS)

    def of_phones(self, phones: Sequence[str]) -> list[int]:
        """Of many of them."""
        return self._of_numbers(pl.Series(list(map(int, phones)), dtype=_TYPE)).to_list()

    def of_column(self, to_e164: pl.Series) -> pl.Series:
        """UInt64, of a column of E.164 phones. Series by series: as one expression it is slow."""
        return self._of_numbers(to_e164.str.slice(1).cast(_TYPE))

    def _of_numbers(self, numbers: pl.Series) -> pl.Series:
        first, *others = self.keys
        mixed = numbers ^ pl.Series([first], dtype=_TYPE)
        for key, shift in zip(others, (32, 29, 0), strict=True):
            mixed = mixed * pl.Series([key], dtype=_TYPE)
            mixed = mixed ^ (mixed // (1 << shift)) if shift else mixed
        return mixed // (1 << (64 - BITS))


class Occupied:
    """The buckets that hold anything, as a column is held against them."""

    def __init__(self, buckets: Buckets, bits: bytes) -> None:
        self._buckets = buckets
        self._words = pl.Series("words", array("Q", bits).tolist(), dtype=_TYPE)
        self._powers = pl.Series("powers", [1 << at for at in range(64)], dtype=_TYPE)

    def holds(self, to_e164: pl.Series) -> pl.Series:
        """Boolean: whether anything can be known of each phone."""
        at = self._buckets.of_column(to_e164)
        return (self._words.gather(at // 64) & self._powers.gather(at % 64)) != 0
