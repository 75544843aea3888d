"""What kind of line a number is, where no phone that takes texts stands at its end.

Premium, toll-free, shared-cost, company, pager and voicemail numbers, and fixed lines: a text there
is money gone. A number that its plan gives to mobiles too is a mobile.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from enum import StrEnum

import phonenumbers
import polars as pl

from bulksend.sms.phone import calling_codes, plans


class LineKind(StrEnum):
    """Lines that no text reaches."""

    PREMIUM_RATE = "premium_rate"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PAGER = "pager"
    COMPANY = "company_number"
    VOICEMAIL = "voicemail"
    LANDLINE = "landline"


#: What texts reach, or may reach.
TEXTED = ""
#: Digits are never empty.
_NO_NUMBER = "^$"
#: As people say it, for sentences.
WORDS: dict[LineKind, str] = {
    LineKind.PREMIUM_RATE: "a premium-rate number",
    LineKind.TOLL_FREE: "a toll-free number",
    LineKind.SHARED_COST: "a shared-cost service number",
    LineKind.PAGER: "a pager",
    LineKind.COMPANY: "a company-wide service number",
    LineKind.VOICEMAIL: "a voicemail service number",
    LineKind.LANDLINE: "a fixed line",
}
#: libphonenumber's names, in the order in which it asks.
_DESCS: tuple[tuple[LineKind, str], ...] = (
    (LineKind.PREMIUM_RATE, "premium_rate"),
    (LineKind.TOLL_FREE, "toll_free"),
    (LineKind.SHARED_COST, "shared_cost"),
    (LineKind.PAGER, "pager"),
    (LineKind.COMPANY, "uan"),
    (LineKind.VOICEMAIL, "voicemail"),
    (LineKind.LANDLINE, "fixed_line"),
)
_TEXTED_DESCS = ("mobile", "voip", "personal_number")


def kind_of(number: phonenumbers.PhoneNumber) -> str:
    """The kind of a valid number's line, `TEXTED` where a text may arrive."""
    code, national = number.country_code or 0, phonenumbers.national_significant_number(number)
    for kind, alternatives in _patterns(code, len(national)):
        if re.fullmatch(alternatives, national):
            return kind
    return TEXTED


def countries_and_kinds(digits: pl.Series) -> pl.DataFrame:
    """country, line_kind (String: `kind_of`) of numbers, which are digits with their calling code;
    both null where not valid. The country is "" where a number belongs to none.
    """
    kind = pl.Series("line_kind", [None], dtype=pl.String).new_from_index(0, len(digits))
    codes = calling_codes.met(digits)
    lengths = digits.str.len_bytes()
    for length in lengths.unique().drop_nulls():
        at = (lengths == length).arg_true()
        at = at.filter(digits.gather(at).str.contains(_general(length, codes)))
        for name, alternatives in _together(length, codes):
            if at.is_empty():
                break
            matching = digits.gather(at).str.contains(alternatives)
            kind = kind.scatter(at.filter(matching), str(name))
            at = at.filter(~matching)
    valid = kind.is_not_null().arg_true()
    country = pl.Series("country", [None], dtype=pl.String).new_from_index(0, len(digits))
    return pl.DataFrame([country.scatter(valid, plans.countries(digits.gather(valid))), kind])


@functools.cache
def _general(length: int, codes: frozenset[int]) -> str:
    """The general patterns of calling codes, for numbers of so many digits with their code."""
    each = (
        (str(code), sorted(plans.general_patterns(code, length - len(str(code)))))
        for code in sorted(codes)
    )
    alternatives = [f"{code}(?:{'|'.join(patterns)})" for code, patterns in each if patterns]
    return f"^(?:{'|'.join(alternatives)})$" if alternatives else _NO_NUMBER


@functools.cache
def _patterns(code: int, length: int) -> tuple[tuple[str, str], ...]:
    """(kind, pattern of national numbers of that length) in the order to ask."""
    patterns: dict[str, set[str]] = defaultdict(set)
    if code == plans.FICTIONAL_CODE and length == plans.FICTIONAL_LENGTH:
        patterns[TEXTED].add(plans.FICTIONAL)
    for plan in plans.plans_of(code):
        if not plans.has_length(plan.general_desc, length):
            continue
        texted = [*_TEXTED_DESCS]
        if plan.same_mobile_and_fixed_line_pattern:
            texted.append("fixed_line")
        for kind, name in (*((TEXTED, name) for name in texted), *_DESCS):
            desc = getattr(plan, name)
            if plans.has_length(desc, length):
                patterns[kind].add(plans.pattern(desc))
    ordered = (TEXTED, *(kind for kind, _name in _DESCS))
    return tuple((kind, "|".join(sorted(patterns[kind]))) for kind in ordered if kind in patterns)


@functools.cache
def _together(length: int, codes: frozenset[int]) -> tuple[tuple[str, str], ...]:
    """The same of these calling codes, for numbers of so many digits with their code."""
    alternatives: dict[str, list[str]] = defaultdict(list)
    for code in sorted(codes):
        for kind, pattern in _patterns(code, length - len(str(code))):
            alternatives[kind].append(f"{code}(?:{pattern})")
    ordered = (TEXTED, *(kind for kind, _name in _DESCS))
    return tuple(
        (kind, f"^(?:{'|'.join(alternatives[kind])})$") for kind in ordered if kind in alternatives
    )
