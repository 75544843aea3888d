"""Numbers that no plan has, sorted out in columns: whose plan says no, and how.

libphonenumber takes a redundant national prefix off before it judges a number; one that could begin
with such a prefix is left to it. Every other number that does not fit its plan is invalid, and
the sentence why depends on nothing but its calling code and its length.
"""

from __future__ import annotations

import functools

import phonenumbers
import polars as pl
from phonenumbers.phonemetadata import PhoneMetadata

from bulksend.errors import Code
from bulksend.sms.phone import calling_codes, former, parse

_NSN_MIN = 3


def mark(decided: pl.DataFrame, rest: pl.Series, abroad: pl.Series) -> pl.DataFrame:
    """problem and problem_text for those of the rows `rest` that are certain.

    `abroad` has the digits with their calling code, null where the cell does not say its country.
    """
    international = abroad.is_not_null()
    rows, digits = rest.filter(international), abroad.filter(international)
    if rows.is_empty():
        return decided
    text = _reasons(digits)
    certain = text.is_not_null()
    rows, text = rows.filter(certain), text.filter(certain)
    code = pl.Series([str(Code.PHONE_INVALID)]).new_from_index(0, len(rows))
    return decided.with_columns(
        decided["problem"].scatter(rows, code), decided["problem_text"].scatter(rows, text)
    )


def _reasons(digits: pl.Series) -> pl.Series:
    """The sentence for each number; null where libphonenumber must be asked."""
    frame = pl.DataFrame({"digits": digits}).select(
        code=pl.col("digits")
        .str.head(calling_codes.START)
        .replace_strict(calling_codes.by_start(), default=None, return_dtype=pl.String),
        length=pl.col("digits").str.len_bytes(),
        certain=~pl.col("digits").str.contains(_uncertain(calling_codes.met(digits))),
    )
    kinds = frame.unique()
    text = [
        _sentence(int(code), length - len(code)) if code and certain else None
        for code, length, certain in kinds.iter_rows()
    ]
    sentences = kinds.with_columns(text=pl.Series(text, dtype=pl.String))
    return frame.join(
        sentences, on=frame.columns, how="left", nulls_equal=True, maintain_order="left"
    ).get_column("text")


@functools.cache
def _uncertain(codes: frozenset[int]) -> str:
    """Numbers that may carry a national prefix, zeros that are part of them, and former ones."""
    each = "".join(f"|{code}(?:0|{_prefix(code)})" for code in sorted(codes))
    return f"^(?:{former.pattern()}${each})".replace(r"\d", "[0-9]")


@functools.cache
def _prefix(code: int) -> str:
    region = phonenumbers.region_code_for_country_code(code)
    plan = (
        PhoneMetadata.metadata_for_nongeo_region(code)
        if region == "001"
        else PhoneMetadata.metadata_for_region(region)
    )
    return (plan.national_prefix_for_parsing if plan is not None else None) or "0"


@functools.cache
def _sentence(code: int, length: int) -> str | None:
    if length < _NSN_MIN:
        return None
    return parse.why_not(phonenumbers.PhoneNumber(code, int("9" * length)))
