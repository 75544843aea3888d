"""A cell -> an E.164 phone, or the damage that a spreadsheet did to it, by name.

A number is taken when it says its country, or when the person said it with --default-region. Only
one thing is repaired that was lost: the plus of a number that is whole with its country, and then
`lost_plus` says so. `parse_phone` is the rule for one cell, `parse_column` the same for a million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
import polars as pl

from bulksend.errors import TEXT_FOR, Code
from bulksend.sms import numbering

#: ISO countries that have a numbering plan.
REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be texted, as far as its plan tells."""

    e164: str
    #: ISO alpha-2, "" where the plan has none.
    country: str
    #: The plan gives it to fixed lines alone: a text will hardly arrive.
    landline: bool = False
    #: It was written with its country but without the plus.
    lost_plus: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a cell is no phone."""

    code: Code
    text: str


#: What people and programs put between and around digits; all of it means nothing.
_NOISE = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff()\\[\\]./·\\-‐‑‒–—−]+")
_QUOTES = "'’‘`\"“”"
_LABEL = re.compile(r"(tel|phone|mobile|mob|cell)[.:\s]+", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\+?\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)
#: How a spreadsheet writes a whole number that it took for a fraction.
_FLOAT = re.compile(r"(\+?\d{6,})[.,]0+")
_NUMBER = r"\+?\(?\d[\d ().-]{5,}\d"
_TWO = re.compile(
    rf"{_NUMBER}\s*([/;,|&]|\b(or|and|oder|und|ou|et|o|y)\b|\s(?=\+))\s*{_NUMBER}",
    re.IGNORECASE,
)
#: E.164: at most so many digits, though some plans of libphonenumber have longer numbers.
_DIGITS_MAX = 15
_SHORT_CODE_MAX = 6


def parse_phone(cell: str, region: str | None) -> Phone | Damage:
    """One cell; `region` is the ISO country of numbers written nationally."""
    text = "".join(str(int(it)) if it.isdecimal() else it for it in cell).replace("＋", "+")
    text = _LABEL.sub("", _trim(text), count=1) if _LABEL.match(_trim(text)) else _trim(text)
    if not any(it.isalnum() or it == "+" for it in text):
        return _damage(Code.PHONE_MISSING)
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        return _damage(Code.PHONE_SCIENTIFIC)
    if _TWO.match(text):
        return _damage(Code.PHONE_TWO_NUMBERS)
    whole = _FLOAT.fullmatch(text)
    number = _NOISE.sub("", whole[1] if whole else text)
    if any(it.isalpha() for it in number):
        zero = " (a letter O where a zero should be?)" if re.search("[oO]", number) else ""
        return Damage(Code.PHONE_LETTERS, TEXT_FOR[Code.PHONE_LETTERS] + zero)
    if not re.fullmatch(r"\+?[0-9]+", number):
        return _damage(Code.PHONE_INVALID)
    return _parse_number(number, region)


def _trim(text: str) -> str:
    """Without noise and quotes around it; brackets and the like are left to the number."""
    return re.sub(
        rf"^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff{_QUOTES}]+", "", text
    ).rstrip(f" \t\r\n\u00a0\u200b\u200e\u200f\u202c\u2069\ufeff{_QUOTES}")


def _parse_number(number: str, region: str | None) -> Phone | Damage:
    """Digits, perhaps with a plus before them."""
    if number.startswith("+"):
        # "+44 (0)7700..." keeps its zero; libphonenumber takes it away.
        return _judge(number, None)
    if len(number) > _DIGITS_MAX + 2:
        return _damage(Code.PHONE_TWO_NUMBERS)
    if number.startswith("00"):
        return _judge(f"+{number[2:]}", None)
    national = _judge(number, region) if region else _damage(Code.PHONE_NATIONAL)
    if len(number) >= numbering.LOST_PLUS_MIN and number[0] != "0":
        return _without_plus(number, region, national)
    if len(number) <= _SHORT_CODE_MAX and isinstance(national, Damage):
        return _damage(Code.PHONE_INVALID if number[0] == "0" else Code.PHONE_SHORT_CODE)
    return national


def _without_plus(number: str, region: str | None, national: Phone | Damage) -> Phone | Damage:
    """Digits that may be a national number, or one whose plus a spreadsheet took away."""
    international = _judge(f"+{number}", None)
    if isinstance(international, Damage):
        return national
    lost = Phone(international.e164, international.country, international.landline, lost_plus=True)
    if isinstance(national, Damage):
        return lost
    if region and numbering.is_national_form(number, region):
        return national
    if national.e164 == lost.e164 or (national.landline and not lost.landline):
        return lost  # nobody texts a landline that lacks its zero when a mobile can be meant
    return Damage(
        Code.PHONE_NATIONAL,
        f"could be a number of {national.country} without its leading zero, or of "
        f"{lost.country or 'another country'} without its plus; write it with + and its country",
    )


def _judge(number: str, region: str | None) -> Phone | Damage:
    """What the numbering plans say."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return _damage(Code.PHONE_INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(e164) > 1 + _DIGITS_MAX:
        return Damage(Code.PHONE_INVALID, f"the number has more than {_DIGITS_MAX} digits")
    if phonenumbers.is_valid_number(parsed) or re.fullmatch(rf"\+{numbering.FICTIONAL}", e164):
        landline = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
        return Phone(e164, numbering.country_of(parsed), landline)
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


#: Cells that columns can read: digits and the noise of everyday. A dot may be a fraction's.
_CLEAN = r"^\+[1-9][0-9]{6,14}$"
_INTERNATIONAL = r"^\+[1-9][0-9 ()\-\x{A0}]{5,24}$"
_NATIONAL = r"^\(?[0-9][0-9 ()\-\x{A0}]{5,24}$"
_NOT_DIGITS = r"[^0-9]"


def parse_column(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """`parse_phone` of every cell.

    to_e164, country, problem, problem_text (String, null), landline, lost_plus (Boolean, null where
    there is a problem). What the columns cannot decide goes through `parse_phone`, each cell once.
    """
    frame = _read(cells, region).with_columns(
        pl.when(pl.col("digits").str.len_bytes() <= _DIGITS_MAX).then("digits")
    )
    country = numbering.countries(frame["digits"])
    decided = frame.select(
        to_e164=pl.when(pl.lit(country.is_not_null())).then(pl.concat_str(pl.lit("+"), "digits")),
        country=pl.lit(country),
        landline=pl.lit(numbering.landlines(frame["digits"], country)),
        lost_plus=pl.when(pl.lit(country.is_not_null())).then("lost_plus"),
        problem=pl.lit(None, dtype=pl.String),
        problem_text=pl.lit(None, dtype=pl.String),
    )
    rest = country.is_null()
    return _one_by_one(decided, cells.filter(rest), rest.arg_true(), region)


def _read(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """digits: the number with its calling code, where the cell is written plainly; lost_plus."""
    clean = cells.str.contains(_CLEAN)
    digits, lost_plus = cells.str.slice(1), clean & False
    others = (~clean).arg_true()
    if len(others):
        read = _read_noisy(cells.gather(others), region)
        digits = digits.scatter(others, read["digits"])
        lost_plus = lost_plus.scatter(others, read["lost_plus"])
    return pl.DataFrame({"digits": digits, "lost_plus": lost_plus})


def _read_noisy(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """The same for cells that have more than a plus and digits in them, or less."""
    cell, written = pl.col("cell"), pl.col("written")
    plus = cell.str.starts_with("+")
    read = pl.DataFrame({"cell": cells}).with_columns(
        written=pl.when(cell.str.contains(f"{_INTERNATIONAL}|{_NATIONAL}")).then(
            cell.str.replace_all(_NOT_DIGITS, "")
        )
    )
    abroad = written.str.starts_with("00")
    long = (written.str.len_bytes() >= numbering.LOST_PLUS_MIN) & ~written.str.starts_with("0")
    home = numbering.home_plan(region) if region else None
    if home is None:
        national, lost = pl.lit(None, dtype=pl.String), long & (region is None)
    else:
        national, lost = home.digits(written), home.lost_plus(written)
    digits = pl.when(plus | lost).then(written).when(abroad).then(written.str.slice(2))
    return read.select(
        digits=digits.otherwise(national), lost_plus=(~plus & ~abroad & lost).fill_null(value=False)
    )


def _one_by_one(
    decided: pl.DataFrame, cells: pl.Series, at: pl.Series, region: str | None
) -> pl.DataFrame:
    """The cells that the columns did not decide, each different one once."""
    if cells.is_empty():
        return decided
    different = cells.unique()
    parsed = pl.DataFrame(
        [(cell, *_values(parse_phone(cell, region))) for cell in different],
        schema={"cell": pl.String, **decided.schema},
        orient="row",
    )
    values = pl.DataFrame({"cell": cells}).join(
        parsed, on="cell", how="left", maintain_order="left"
    )
    return decided.with_columns(decided[name].scatter(at, values[name]) for name in decided.columns)


def _values(parsed: Phone | Damage) -> tuple[str | bool | None, ...]:
    """In the order of the columns."""
    if isinstance(parsed, Phone):
        return (parsed.e164, parsed.country, parsed.landline, parsed.lost_plus, None, None)
    return (None, None, None, None, str(parsed.code), parsed.text)
