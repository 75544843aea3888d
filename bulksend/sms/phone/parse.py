"""A cell -> an E.164 phone, or what is wrong with it, by name.

A number is read when it says its country, or when the person said it with `default_region`. What
was done to it and can be undone without guessing is undone, and `fixes` says what; what could be
two people's is refused. `parse_phone` is the rule for one cell; `columns` has the same for a
million.
"""

from __future__ import annotations

import re
from dataclasses import replace

import phonenumbers

from bulksend.errors import Code
from bulksend.frozen import frozen
from bulksend.sms import countries
from bulksend.sms.phone import abroad, former, kinds, plans, signs, two
from bulksend.sms.phone.kinds import LineKind
from bulksend.sms.phone.wrapping import NO_FIX, PhoneError, PhoneFix, Written, error, unwrap

__all__ = ["REGIONS", "Phone", "PhoneError", "PhoneFix", "parse_phone", "why_not"]

#: ISO countries that have a numbering plan.
REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
#: E.164: at most so many digits, though some plans of libphonenumber have longer numbers.
_DIGITS_MAX = 15
_SHORT_CODE_MAX = 6
#: From here on a number may be two at home that happen to be one, too.
LONG_MIN = 14
#: How North Americans write a number, and nobody else.
_AMERICAN = re.compile(r"\(?[2-9]\d\d\)?[ .-]{1,2}[2-9]\d\d[ .-]\d{4}")


@frozen(kw_only=False)
class Phone:
    """A number that can be texted, as far as its plan tells."""

    e164: str
    #: ISO alpha-2, "" where the plan has none.
    country: str
    #: A `LineKind` where no phone that takes texts has such a number, else "".
    line_kind: str = kinds.TEXTED
    fixes: PhoneFix = NO_FIX


def parse_phone(cell: str, region: str | None) -> Phone | PhoneError:
    """One cell; `region` is the ISO country of numbers written nationally."""
    written = unwrap(cell)
    if isinstance(written, PhoneError):
        return written
    if two.between_words(written.text):
        return error(Code.PHONE_TWO_NUMBERS)
    number = signs.NOISE.sub("", written.text)
    if not re.fullmatch(r"\+?[0-9]+", number):
        return _not_digits(written.text, number, region)
    parsed = _parse_number(number, region)
    if _may_be_two(parsed, number, region) and two.are_two(written.text, _Whole(region)):
        return error(Code.PHONE_TWO_NUMBERS)
    return _with_fixes(_guarded(parsed, written), written.fixes)


def _not_digits(text: str, number: str, region: str | None) -> Phone | PhoneError:
    """Something besides digits is left of the number."""
    if any(character.isalpha() for character in number):
        zero = re.fullmatch(r"\+?[0-9oO]{6,}", number) and re.search("[0-9]", number)
        return error(Code.PHONE_LETTER_O if zero else Code.PHONE_LETTERS)
    if two.are_two(text, _Whole(region)):
        return error(Code.PHONE_TWO_NUMBERS)
    if dialled := re.fullmatch(r"0{2}(?:11)?\+([0-9]+)|011\+([0-9]+)", number):
        return _from_abroad(_judge(f"+{dialled[1] or dialled[2]}", None))
    if re.fullmatch(r"\+?[0-9+]+", number):
        return error(Code.PHONE_INVALID, "a plus that does not stand at the start of the number")
    strange = sorted(set(re.sub(r"[0-9+]", "", number)))
    shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in strange[:3])
    return error(Code.PHONE_INVALID, f"a sign in the number that no number has: {shown}")


@frozen(kw_only=False)
class _Whole:
    """Whether a piece of a cell is a number by itself, at home or with its plus."""

    region: str | None

    def __call__(self, number: str) -> bool:
        if not re.fullmatch(r"\+?[0-9]+", number):
            return False
        parsed = _parse_number(number, self.region)
        if isinstance(parsed, PhoneError):
            return parsed.code == Code.PHONE_NATIONAL and len(number) > LONG_MIN // 2
        return PhoneFix.LOST_PLUS not in parsed.fixes


def _may_be_two(parsed: Phone | PhoneError, number: str, region: str | None) -> bool:
    """No number of one piece, one of another country that lost its plus, or a very long one."""
    if isinstance(parsed, PhoneError) or len(number) >= LONG_MIN:
        return True
    if PhoneFix.LOST_PLUS not in parsed.fixes or region is None:
        return False
    return not number.startswith(str(phonenumbers.country_code_for_region(region)))


def _guarded(parsed: Phone | PhoneError, written: Written) -> Phone | PhoneError:
    """A zero is not put before an American number; what was left of a fraction is said."""
    if isinstance(parsed, PhoneError):
        if PhoneFix.POINT_ZERO in written.fixes:
            return replace(parsed, text=f"{parsed.text} (read without the .0 at its end)")
        return parsed
    american = parsed.line_kind and _AMERICAN.fullmatch(written.text)
    if american and PhoneFix.LOST_ZERO in parsed.fixes:
        return error(
            Code.PHONE_NATIONAL,
            f"written as in North America; with a zero before it, it would be "
            f"{kinds.WORDS[LineKind(parsed.line_kind)]} of {parsed.country}; write + and its "
            f"country",
        )
    return parsed


def _with_fixes(parsed: Phone | PhoneError, fixes: PhoneFix) -> Phone | PhoneError:
    if isinstance(parsed, PhoneError):
        return parsed
    return replace(parsed, fixes=parsed.fixes | fixes)


def _guessed(parsed: Phone | PhoneError, fix: PhoneFix) -> Phone | PhoneError:
    """A number that was completed: never one of a service, which nobody wrote down to text it."""
    if isinstance(parsed, PhoneError):
        return parsed
    if parsed.line_kind not in (kinds.TEXTED, LineKind.LANDLINE):
        put = "a zero" if fix is PhoneFix.LOST_ZERO else "a plus"
        return error(
            Code.PHONE_NATIONAL,
            f"with {put} before it, it would be {kinds.WORDS[LineKind(parsed.line_kind)]} of "
            f"{parsed.country or 'no country'}, which no phone has; write + and its country",
        )
    return replace(parsed, fixes=parsed.fixes | fix)


def _parse_number(number: str, region: str | None) -> Phone | PhoneError:
    """Digits, perhaps with a plus before them."""
    if number.startswith("+"):
        return _with_plus(number)
    if number.startswith("00"):
        return _dialled(number, region)
    if len(number) > _DIGITS_MAX + 2:
        return error(Code.PHONE_TWO_NUMBERS)
    national = _national(number, region) if region else error(Code.PHONE_NATIONAL)
    if len(number) >= plans.LOST_PLUS_MIN and number[0] != "0":
        return _without_plus(number, region, national)
    if isinstance(national, Phone):
        return national
    if len(number) <= _SHORT_CODE_MAX:
        return error(Code.PHONE_INVALID if number[0] == "0" else Code.PHONE_SHORT_CODE)
    return _dialled_elsewhere(number, region, national)


def _with_plus(number: str) -> Phone | PhoneError:
    """A plus, and behind it perhaps what one dials to go abroad."""
    if number.startswith("+00"):
        return _from_abroad(_judge(f"+{number[3:]}", None), "a plus and 00 before the country")
    # "+44 (0)7700..." keeps its zero; libphonenumber takes it away.
    if number.startswith("+0"):
        return error(Code.PHONE_INVALID, "a plus before a zero; the country code is missing")
    return _judge(number, None)


def _from_abroad(parsed: Phone | PhoneError, why: str = "") -> Phone | PhoneError:
    if isinstance(parsed, PhoneError):
        return replace(parsed, text=f"{why}; {parsed.text}") if why else parsed
    return replace(parsed, fixes=parsed.fixes | PhoneFix.EXIT_CODE)


def _dialled(number: str, region: str | None) -> Phone | PhoneError:
    """A number that begins with 00: what one dials to go abroad, most likely."""
    first: Phone | PhoneError | None = None
    for code, rest in abroad.rests(number, region):
        parsed = _judge(f"+{rest}", None)
        if isinstance(parsed, Phone):
            return parsed if code == abroad.DOUBLE_ZERO else _from_abroad(parsed)
        first = first or parsed
    if len(number) > _DIGITS_MAX + 2:
        return error(Code.PHONE_TWO_NUMBERS)
    return first or error(Code.PHONE_INVALID)


def _dialled_elsewhere(number: str, region: str | None, national: PhoneError) -> Phone | PhoneError:
    """No number at home: perhaps one with what is dialled elsewhere to go abroad (011)."""
    for code, rest in abroad.rests(number, region):
        parsed = _judge(f"+{rest}", None)
        if isinstance(parsed, Phone):
            if region:
                return _from_abroad(parsed)
            return error(
                Code.PHONE_NATIONAL,
                f"a number without its country, or one with {code}, the prefix that is dialled to "
                "go abroad; write + and the country code",
            )
    return national


def _national(number: str, region: str) -> Phone | PhoneError:
    """Digits as they are written at home, perhaps without the zero at their start."""
    parsed = _judge(number, region)
    if not plans.begins_with_zero(region) or number.startswith("0"):
        return parsed
    if isinstance(parsed, Phone) and parsed.line_kind and plans.is_national_form(number, region):
        return parsed  # Australia's 1300 and 1800 never had a zero
    return _guessed(parsed, PhoneFix.LOST_ZERO)


def _without_plus(
    number: str, region: str | None, national: Phone | PhoneError
) -> Phone | PhoneError:
    """Digits that may be a national number, or one whose plus a spreadsheet took away."""
    lost = _guessed(_judge(f"+{number}", None), PhoneFix.LOST_PLUS)
    if isinstance(lost, PhoneError):
        changed = former.changed(number)
        if isinstance(national, PhoneError) and changed:
            return error(Code.PHONE_INVALID, changed)
        return national
    if isinstance(national, PhoneError):
        return lost
    if region and plans.is_national_form(number, region):
        return national
    if national.e164 == lost.e164 or (national.line_kind and not lost.line_kind):
        return lost  # nobody texts a landline that lacks its zero when a mobile can be meant
    if lost.country in countries.refused() and not national.line_kind:
        return national  # no text goes there anyway, and the region was given
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
        return error(Code.PHONE_INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(e164) > 1 + _DIGITS_MAX:
        return PhoneError(Code.PHONE_INVALID, f"the number has more than {_DIGITS_MAX} digits")
    if phonenumbers.is_valid_number(parsed) or re.fullmatch(
        rf"\+{plans.FICTIONAL_CODE}{plans.FICTIONAL}", e164
    ):
        return Phone(e164, plans.country_of(parsed), kinds.kind_of(parsed))
    changed = former.changed(e164[1:])
    return PhoneError(Code.PHONE_INVALID, changed or why_not(parsed))


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
