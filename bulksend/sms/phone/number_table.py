"""Which numbers are phones, where, and of what kind: a table of ranges over whole numbers.

A number is its digits with the calling code, read as one integer. The table has the plans of the
calling codes and lengths that were met so far; to load and put together those of all the world
takes two seconds, and a contacts file has the numbers of a few.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from itertools import pairwise

import polars as pl

from bulksend.frozen import frozen
from bulksend.sms.phone import calling_codes, kinds, plans, ranges
from bulksend.sms.phone.ranges import Ranges

#: Calling code, and digits behind it.
_Form = tuple[int, int]
_met: set[_Form] = set()
#: Digits that an integer of eight bytes has room for; E.164 has fifteen.
_LONGEST = 18


@frozen(kw_only=False)
class _Piece:
    """Numbers of one country and kind, from the first to before the end."""

    first: int
    end: int
    country: str
    kind: str


@frozen(kw_only=False)
class _Table:
    """What holds from each start on; null before the first, and where no phone is."""

    starts: pl.Series
    countries: pl.Series
    kinds: pl.Series


def countries_and_kinds(digits: pl.Series) -> pl.DataFrame:
    """country, line_kind (String: `kinds.kind_of`) of numbers, which are digits with their calling
    code; both null where not valid. The country is "" where a number belongs to none.
    """
    numbers = digits.cast(pl.UInt64, strict=False).fill_null(0)
    zeros = digits.str.starts_with("0")
    return of_numbers(numbers.set(zeros, 0) if zeros.any() else numbers)


def of_numbers(numbers: pl.Series) -> pl.DataFrame:
    """The same of a column of integers (UInt64, no nulls); 0 is no number."""
    result = _looked_up(numbers)
    missing = result["country"].is_null().arg_true()
    if len(missing) and _meet(numbers.gather(missing)):
        return _looked_up(numbers)
    return result


def _looked_up(numbers: pl.Series) -> pl.DataFrame:
    table = _table(frozenset(_met))
    at = table.starts.search_sorted(numbers, side="right")
    return pl.DataFrame([table.countries.gather(at), table.kinds.gather(at)])


def _meet(numbers: pl.Series) -> bool:
    """Whether there are forms among these that were never met."""
    digits = numbers.cast(pl.String)
    forms = pl.select(
        start=digits.str.head(calling_codes.START), length=digits.str.len_bytes()
    ).unique()
    codes = calling_codes.by_start()
    new = {
        (int(codes[start]), length - len(codes[start]))
        for start, length in forms.iter_rows()
        if start in codes and length <= _LONGEST
    } - _met
    _met.update(new)
    return bool(new)


@functools.lru_cache(maxsize=4)
def _table(forms: frozenset[_Form]) -> _Table:
    pieces = sorted(
        (piece for form in forms for piece in _pieces(*form)), key=lambda piece: piece.first
    )
    starts: list[int] = []
    rows: list[tuple[str | None, str | None]] = [(None, None)]
    end = 0
    for piece in pieces:
        if starts and piece.first != end:
            starts.append(end)
            rows.append((None, None))
        if (piece.country, piece.kind) != rows[-1]:
            starts.append(piece.first)
            rows.append((piece.country, piece.kind))
        end = piece.end
    if starts:
        starts.append(end)
        rows.append((None, None))
    countries, line_kinds = zip(*rows, strict=True)
    return _Table(
        pl.Series(starts, dtype=pl.UInt64),
        pl.Series("country", countries, pl.String),
        pl.Series("line_kind", line_kinds, pl.String),
    )


@functools.cache
def _pieces(code: int, length: int) -> tuple[_Piece, ...]:
    """The numbers of a calling code with so many digits behind it, in order."""
    general = _any_of(plans.general_patterns(code, length), length)
    by_kind = [
        (kind, ranges.ranges_of(each, length)) for kind, each in kinds.patterns(code, length)
    ]
    by_country = _countries(code, length)
    every = (general, *(some for _name, some in (*by_kind, *by_country)))
    edges = sorted({edge for some in every for pair in some for edge in pair})
    base = code * 10**length
    return tuple(
        _Piece(base + first, base + end, _first_with(by_country, first) or "", kind)
        for first, end in pairwise(edges)
        if ranges.holds(general, first) and (kind := _first_with(by_kind, first)) is not None
    )


def _first_with(named: list[tuple[str, Ranges]], number: int) -> str | None:
    return next((name for name, some in named if ranges.holds(some, number)), None)


def _countries(code: int, length: int) -> list[tuple[str, Ranges]]:
    """The countries of a calling code, in the order in which they are asked."""
    return [
        (
            country,
            ranges.beginning_with(expression, length)
            if begins
            else ranges.ranges_of(expression, length),
        )
        for country, expression, begins in plans.countries_of(code)
    ]


def _any_of(expressions: Iterable[str], length: int) -> Ranges:
    return ranges.joined(
        pair for expression in expressions for pair in ranges.ranges_of(expression, length)
    )
