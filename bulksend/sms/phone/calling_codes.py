"""The calling codes of the world, and those that a column has.

The plans of all countries take a fifth of a second to load and to put together; a contacts file has
the numbers of a few.
"""

from __future__ import annotations

import functools

import phonenumbers
import polars as pl

#: Digits that no calling code is longer than.
START = 3
#: Codes of the columns so far.
_met: set[int] = set()


@functools.cache
def by_start() -> dict[str, str]:
    """The first three digits -> the calling code."""
    codes: dict[str, str] = {}
    for number in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        code = str(number)
        for rest in range(10 ** (START - len(code))):
            codes[code + str(rest).zfill(START - len(code)) if len(code) < START else code] = code
    return codes


def met(digits: pl.Series) -> frozenset[int]:
    """The calling codes of these numbers (digits with their code), and of all columns before.

    What grows seldom is seldom put together anew.
    """
    codes = by_start()
    starts = digits.str.head(START).unique()
    _met.update(int(codes[start]) for start in starts if start in codes)
    return frozenset(_met)
