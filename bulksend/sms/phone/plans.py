"""The numbering plans of the world as regular expressions over columns.

`phonenumbers` carries libphonenumber's metadata; its rule for a valid number is that the national
number fits the country's general pattern and the pattern of one of its types, each for certain
lengths. Put together for the calling codes of a column (in `kinds`) that is one expression for each
length: about 400 times cheaper than asking for every row, and a property test holds the two
together.
"""

from __future__ import annotations

import functools
import re

import phonenumbers
import polars as pl
from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

from bulksend.frozen import frozen

_TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)
#: Ofcom keeps +44 7700 900000 to 900999 for drama; the block around it is given to nobody. No
#: person can be reached there, which makes it right for samples and tests.
FICTIONAL_CODE = 44
FICTIONAL = "77009[0-9]{5}"
FICTIONAL_LENGTH = 10
#: Shorter than this, digits with their calling code cannot be told from national ones.
LOST_PLUS_MIN = 11


def country_of(number: phonenumbers.PhoneNumber) -> str:
    """ISO alpha-2, "" where the number belongs to no country."""
    if is_fictional(number):
        return "GB"
    region = phonenumbers.region_code_for_number(number)
    return region if region and region != "001" else ""


def is_fictional(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it is one of those for drama."""
    national = phonenumbers.national_significant_number(number)
    return number.country_code == FICTIONAL_CODE and bool(re.fullmatch(FICTIONAL, national))


@frozen(kw_only=False)
class HomePlan:
    """How a country's own numbers are written at home, where that is simple enough for columns."""

    code: str
    #: Put before a number dialled inside the country, "" where there is none.
    prefix: str
    #: What a national number without its prefix looks like.
    general: str
    #: What leads abroad; such numbers are left to libphonenumber.
    abroad: str
    #: Its own numbers begin with a zero.
    zero: bool
    #: Digits of its longest number, without code and prefix.
    longest: int

    def digits(self, written: pl.Expr, lost: pl.Expr) -> pl.Expr:
        """The number with its calling code; null for what is not plainly a national number.

        `lost`: where it is `lost_plus` or `foreign`.

        Without its prefix a long number could be one of another country that lost its plus.
        """
        bare = written.str.strip_prefix(self.prefix) if self.prefix else written
        plain = (
            (written.str.starts_with(self.prefix) & (written != bare))
            | (written.str.len_bytes() < LOST_PLUS_MIN)
            if self.prefix
            else pl.lit(value=True)
        )
        usable = plain & bare.str.contains(self.general) & ~written.str.contains(self.abroad)
        return pl.when(usable).then(pl.concat_str(pl.lit(self.code), bare)).when(lost).then(written)

    def lost_plus(self, written: pl.Expr) -> pl.Expr:
        """Whether it is one of its own numbers with the calling code, and nothing else."""
        return (
            written.str.starts_with(self.code)
            & (written.str.len_bytes() >= LOST_PLUS_MIN)
            & written.str.strip_prefix(self.code).str.contains(self.general)
            & ~written.str.contains(self.general)
            & ~written.str.contains(self.abroad)
            & (~written.str.starts_with(self.prefix) if self.prefix else pl.lit(value=True))
        )

    def foreign(self, written: pl.Expr) -> pl.Expr:
        """Whether it is too long for home: a number of another country that lost its plus."""
        return (
            (written.str.len_bytes() >= max(LOST_PLUS_MIN, self.longest + 1))
            & ~written.str.contains(f"^(?:0|{self.code}|{self.prefix or '0'})")
            & ~written.str.contains(self.abroad)
        )

    def lost_zero(self, written: pl.Expr) -> pl.Expr:
        """Whether the zero is missing that its own numbers begin with."""
        return pl.lit(self.zero) & ~written.str.starts_with("0")


@functools.cache
def begins_with_zero(region: str) -> bool:
    """Whether a country's mobile numbers are written with a zero, which spreadsheets take away."""
    mobile = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if mobile is None:
        return False
    written = phonenumbers.format_number(mobile, phonenumbers.PhoneNumberFormat.NATIONAL)
    return bool(written.startswith("0"))


@functools.cache
def home_plan(region: str) -> HomePlan | None:
    """The plan of a country whose prefix is a plain one; None: ask libphonenumber each time."""
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_transform_rule or not plan.general_desc:
        return None
    prefix, parsing = plan.national_prefix or "", plan.national_prefix_for_parsing or ""
    if "(" in parsing or parsing.split("|")[0] != prefix or not f"0{prefix}".isdecimal():
        return None
    return HomePlan(
        code=str(plan.country_code),
        prefix=prefix,
        general=f"^{pattern(plan.general_desc)}$",
        abroad=f"^(?:{plan.international_prefix or '00'}|00)".replace(r"\d", "[0-9]"),
        zero=begins_with_zero(region),
        longest=max(plan.general_desc.possible_length),
    )


def is_national_form(number: str, region: str) -> bool:
    """Whether the digits are written as at home: with the prefix, or as a plan without one."""
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is not None and plan.national_prefix and number.startswith(plan.national_prefix):
        return True
    parsed = phonenumbers.parse(number, region)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.normalize_digits_only(national) == number


def plans_of(code: int) -> list[PhoneMetadata]:
    """The plans of all countries that share a calling code, in libphonenumber's order."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    return [plan for region in regions if (plan := _metadata(code, region)) is not None]


def _metadata(code: int, region: str) -> PhoneMetadata | None:
    if region == "001":
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


@functools.cache
def general_patterns(code: int, length: int) -> frozenset[str]:
    """What national numbers of so many digits look like, of all plans of a calling code that have
    any kind of them.
    """
    patterns = {
        pattern(plan.general_desc)
        for plan in plans_of(code)
        if has_length(plan.general_desc, length)
        and any(has_length(getattr(plan, name), length) for name in _TYPES)
    }
    if code == FICTIONAL_CODE and length == FICTIONAL_LENGTH:
        patterns.add(FICTIONAL)
    return frozenset(patterns)


@functools.cache
def countries_of(code: int) -> list[tuple[str, str, bool]]:
    """(country, expression, whether it means first digits alone) of a calling code, in the order in
    which libphonenumber asks them of a valid national number. "" is no country (satellites and the
    like).
    """
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    if len(regions) == 1:
        return [("" if regions[0] == "001" else regions[0], "[0-9]", True)]
    result = [("GB", FICTIONAL, False)] if code == FICTIONAL_CODE else []
    for plan in plans_of(code):
        if plan.leading_digits:
            result.append((plan.id, plan.leading_digits, True))
            continue
        # Their lengths were looked at before, when the number was found valid.
        patterns = {pattern(getattr(plan, name)) for name in _TYPES} - {""}
        result.append((plan.id, "|".join(sorted(patterns)), False))
    return result


def has_length(desc: PhoneNumberDesc | None, length: int) -> bool:
    """Whether a kind of number exists in national numbers of so many digits."""
    if desc is None or not desc.national_number_pattern:
        return False
    return not desc.possible_length or length in desc.possible_length


def pattern(desc: PhoneNumberDesc | None) -> str:
    """A kind's expression; Rust's \\d is every script's, a hundred times the size of 0 to 9."""
    expression = desc.national_number_pattern if desc is not None else ""
    return f"(?:{expression})".replace(r"\d", "[0-9]") if expression else ""
