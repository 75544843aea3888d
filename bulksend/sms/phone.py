"""A cell -> an E.164 phone, or the damage that a spreadsheet did to it, by name.

Nothing is guessed: a number is taken when it says its country, or when the person said it with
--default-region. `parse_phone` is the rule for one cell, `parse_column` the same for a million.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
import polars as pl

from bulksend.errors import TEXT_FOR, Code
from bulksend.sms import numbering


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be texted."""

    e164: str
    #: ISO alpha-2, "" where the plan has none.
    country: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a cell is no phone."""

    code: Code
    text: str


#: What people and programs put between and around digits; all of it means nothing.
_NOISE = re.compile("[\\s\u00a0\u00ad\u2000-\u200f\u202a-\u202f\u2060-\u2064\ufeff()./\\-‐‑‒–—−]+")
_SCIENTIFIC = re.compile(r"\+?\d+([.,]\d+)?[eE]\+?\d+")
_FLOAT = re.compile(r"(\+?\d{6,})[.,]0+")
_TWO = re.compile(
    r"(\D|^)\+?\d[\d ().-]{5,}\d\s*([/;,|&\n]|\bor\b|\band\b|\boder\b)\s*\+?\d[\d ().-]{5,}"
)
#: Clean but for noise that polars can take away by itself.
_PLAIN = r"^\+[1-9][0-9 ().\-\x{A0}]{5,24}$"
_PLAIN_NOISE = r"[ ().\-\x{A0}]"


def parse_phone(cell: str, region: str | None) -> Phone | Damage:
    """One cell; `region` is the ISO country of numbers written nationally."""
    text = unicodedata.normalize("NFKC", cell).strip(" \t\r\n'\u200b\u200e\u200f\u202a\u202c\ufeff")
    text = re.sub(r"^(tel|phone|mobile)\s*:\s*", "", text, flags=re.IGNORECASE)
    if not text:
        return _damage(Code.PHONE_MISSING)
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        return _damage(Code.PHONE_SCIENTIFIC)
    if _TWO.match(text):
        return _damage(Code.PHONE_TWO_NUMBERS)
    whole = _FLOAT.fullmatch(text)
    return _parse_digits(_NOISE.sub("", whole[1] if whole else text), region)


def _parse_digits(digits: str, region: str | None) -> Phone | Damage:
    """What is left when the noise is gone: digits, perhaps with a plus."""
    if any(it.isalpha() for it in digits):
        zero = " (a letter O where a zero should be?)" if re.search("[oO]", digits) else ""
        return Damage(Code.PHONE_LETTERS, TEXT_FOR[Code.PHONE_LETTERS] + zero)
    plus = digits.startswith("+")
    number = "".join(str(unicodedata.decimal(it, "?")) for it in digits.lstrip("+"))
    if "?" in number or digits.count("+") > 1 or not number:
        return _damage(Code.PHONE_INVALID)
    if not plus and len(number) <= 6:
        return _damage(Code.PHONE_SHORT_CODE if number[0] != "0" else Code.PHONE_INVALID)
    if not plus and number.startswith("00"):
        plus, number = True, number[2:]
    if plus:
        # "+44 (0)7700..." keeps its zero in brackets; libphonenumber takes it away.
        return _valid(f"+{number}", None)
    if region is None:
        return _damage(Code.PHONE_NATIONAL)
    return _valid(number, region)


def _valid(number: str, region: str | None) -> Phone | Damage:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return _damage(Code.PHONE_INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(parsed) or re.fullmatch(rf"\+{numbering.FICTIONAL}", e164):
        return Phone(e164, numbering.country_of(parsed))
    return Damage(Code.PHONE_INVALID, _why_not(parsed))


def _why_not(parsed: phonenumbers.PhoneNumber) -> str:
    """Which country's plan says no, and how."""
    code = parsed.country_code or 0
    country = phonenumbers.region_code_for_country_code(code)
    where = f"+{code}" if country in ("ZZ", "001") else f"+{code} ({country})"
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    how = {
        phonenumbers.ValidationResult.TOO_SHORT: "too short for",
        phonenumbers.ValidationResult.TOO_LONG: "too long for",
        phonenumbers.ValidationResult.INVALID_LENGTH: "of a wrong length for",
    }.get(reason, "not in the numbering plan of")
    return f"the number is {how} {where}"


def _damage(code: Code) -> Damage:
    return Damage(code, TEXT_FOR[code])


def parse_column(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """`parse_phone` of every cell: to_e164, country, problem, problem_text (String, null)."""
    frame = pl.DataFrame({"cell": cells}).with_columns(
        digits=pl.when(pl.col("cell").str.contains(_PLAIN)).then(
            pl.col("cell").str.slice(1).str.replace_all(_PLAIN_NOISE, "")
        )
    )
    country = numbering.countries(frame["digits"])
    decided = frame.select(
        to_e164=pl.when(pl.lit(country.is_not_null())).then(pl.concat_str(pl.lit("+"), "digits")),
        country=pl.lit(country),
        problem=pl.lit(None, dtype=pl.String),
        problem_text=pl.lit(None, dtype=pl.String),
    )
    rest = country.is_null()
    return _one_by_one(decided, frame.filter(rest)["cell"], rest.arg_true(), region)


def _one_by_one(
    decided: pl.DataFrame, cells: pl.Series, at: pl.Series, region: str | None
) -> pl.DataFrame:
    """The cells that the columns did not decide, each different one once."""
    if cells.is_empty():
        return decided
    different = cells.unique()
    parsed = pl.DataFrame(
        [(cell, *_values(parse_phone(cell, region))) for cell in different],
        schema=dict.fromkeys(["cell", *decided.columns], pl.String),
        orient="row",
    )
    values = pl.DataFrame({"cell": cells}).join(
        parsed, on="cell", how="left", maintain_order="left"
    )
    return decided.with_columns(decided[name].scatter(at, values[name]) for name in decided.columns)


def _values(parsed: Phone | Damage) -> tuple[str | None, ...]:
    if isinstance(parsed, Phone):
        return (parsed.e164, parsed.country, None, None)
    return (None, None, str(parsed.code), parsed.text)


#: ISO countries that have a numbering plan.
REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
