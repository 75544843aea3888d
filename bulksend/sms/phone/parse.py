"""A cell -> an E.164 phone, or what is wrong with it, by name.

A number is read when it says its country, or when the person said it with --default-region. What
a spreadsheet did to it and can be undone without guessing is undone, and `fixes` says what.
`parse_phone` is the rule for one cell; `columns` has the same for a million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntFlag

import phonenumbers

from bulksend.errors import TEXT_FOR, Code
from bulksend.sms.phone import plans as numbering

#: ISO countries that have a numbering plan.
REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)


class PhoneFix(IntFlag):
    """What was undone in reading a cell."""

    #: It was written with its country but without the plus.
    LOST_PLUS = 1
    #: A national number without the zero it begins with.
    LOST_ZERO = 2
    #: A spreadsheet took it for a fraction: 447700900123.0
    POINT_ZERO = 4
    #: Blanks that are none and characters of no width, as they come from web pages and chats.
    HIDDEN = 8
    #: Digits of another script, or full-width ones.
    FOREIGN_DIGITS = 16


_NO_FIX = PhoneFix(0)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be texted, as far as its plan tells."""

    e164: str
    #: ISO alpha-2, "" where the plan has none.
    country: str
    #: The plan gives it to fixed lines alone: a text will hardly arrive.
    landline: bool = False
    fixes: PhoneFix = _NO_FIX


@dataclass(frozen=True, slots=True)
class PhoneError:
    """Why a cell is no phone."""

    code: Code
    text: str


#: Nobody sees them: blanks that are not the space bar's, soft hyphens, characters of no width.
HIDDEN = "\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\u00ad\ufeff"
_HIDDEN = re.compile(f"[{HIDDEN}]")
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


def parse_phone(cell: str, region: str | None) -> Phone | PhoneError:
    """One cell; `region` is the ISO country of numbers written nationally."""
    text = "".join(
        str(int(character)) if character.isdecimal() else character for character in cell
    ).replace("＋", "+")
    fixes = PhoneFix.FOREIGN_DIGITS if text != cell else _NO_FIX
    if _HIDDEN.search(cell):
        fixes |= PhoneFix.HIDDEN
    text = _LABEL.sub("", _trim(text), count=1) if _LABEL.match(_trim(text)) else _trim(text)
    if not any(character.isalnum() or character == "+" for character in text):
        return _error(Code.PHONE_MISSING)
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        return _error(Code.PHONE_SCIENTIFIC)
    if _TWO.match(text):
        return _error(Code.PHONE_TWO_NUMBERS)
    whole = _FLOAT.fullmatch(text)
    if whole:
        fixes |= PhoneFix.POINT_ZERO
    number = _NOISE.sub("", whole[1] if whole else text)
    if any(character.isalpha() for character in number):
        zero = re.fullmatch(r"\+?[0-9oO]{6,}", number) and re.search("[0-9]", number)
        return _error(Code.PHONE_LETTER_O if zero else Code.PHONE_LETTERS)
    if not re.fullmatch(r"\+?[0-9]+", number):
        return _error(Code.PHONE_INVALID)
    return _with_fixes(_parse_number(number, region), fixes)


def _with_fixes(read: Phone | PhoneError, fixes: PhoneFix) -> Phone | PhoneError:
    return replace(read, fixes=read.fixes | fixes) if isinstance(read, Phone) else read


def _trim(text: str) -> str:
    """Without noise and quotes around it; brackets and the like are left to the number."""
    return re.sub(
        rf"^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff{_QUOTES}]+", "", text
    ).rstrip(f" \t\r\n\u00a0\u200b\u200e\u200f\u202c\u2069\ufeff{_QUOTES}")


def _parse_number(number: str, region: str | None) -> Phone | PhoneError:
    """Digits, perhaps with a plus before them."""
    if number.startswith("+"):
        # "+44 (0)7700..." keeps its zero; libphonenumber takes it away.
        return _judge(number, None)
    if len(number) > _DIGITS_MAX + 2:
        return _error(Code.PHONE_TWO_NUMBERS)
    if number.startswith("00"):
        return _judge(f"+{number[2:]}", None)
    national = _national(number, region) if region else _error(Code.PHONE_NATIONAL)
    if len(number) >= numbering.LOST_PLUS_MIN and number[0] != "0":
        return _without_plus(number, region, national)
    if len(number) <= _SHORT_CODE_MAX and isinstance(national, PhoneError):
        return _error(Code.PHONE_INVALID if number[0] == "0" else Code.PHONE_SHORT_CODE)
    return national


def _national(number: str, region: str) -> Phone | PhoneError:
    """Digits as they are written at home, perhaps without the zero at their start."""
    zero = numbering.begins_with_zero(region) and not number.startswith("0")
    return _with_fixes(_judge(number, region), PhoneFix.LOST_ZERO if zero else _NO_FIX)


def _without_plus(
    number: str, region: str | None, national: Phone | PhoneError
) -> Phone | PhoneError:
    """Digits that may be a national number, or one whose plus a spreadsheet took away."""
    international = _judge(f"+{number}", None)
    if isinstance(international, PhoneError):
        return national
    lost = replace(international, fixes=PhoneFix.LOST_PLUS)
    if isinstance(national, PhoneError):
        return lost
    if region and numbering.is_national_form(number, region):
        return national
    if national.e164 == lost.e164 or (national.landline and not lost.landline):
        return lost  # nobody texts a landline that lacks its zero when a mobile can be meant
    return PhoneError(
        Code.PHONE_NATIONAL,
        f"could be a number of {national.country} without its leading zero, or of "
        f"{lost.country or 'another country'} without its plus; write it with + and its country",
    )


def _judge(number: str, region: str | None) -> Phone | PhoneError:
    """What the numbering plans say."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return _error(Code.PHONE_INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(e164) > 1 + _DIGITS_MAX:
        return PhoneError(Code.PHONE_INVALID, f"the number has more than {_DIGITS_MAX} digits")
    if phonenumbers.is_valid_number(parsed) or re.fullmatch(rf"\+{numbering.FICTIONAL}", e164):
        landline = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
        return Phone(e164, numbering.country_of(parsed), landline)
    return PhoneError(Code.PHONE_INVALID, why_not(parsed))


def why_not(parsed: phonenumbers.PhoneNumber) -> str:
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


def _error(code: Code) -> PhoneError:
    return PhoneError(code, TEXT_FOR[code])
