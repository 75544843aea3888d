"""What months and days are called in the language that a date format names (CLDR, by babel).

A format names it as Windows numbers it (`[$-407]` is German, `[$-FC19]` Russian) or by its tag
(`[$-de-DE]`). English needs no library.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from locale import windows_locale
from typing import Any

from bulksend.frozen import frozen

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TAG = re.compile(r"\[\$[^\]-]*-([^\]]+)\]")
_NUMBER = re.compile(r"(?=.*[0-9])[0-9a-f]{1,8}", re.IGNORECASE)
#: Behind a language's number: the calendar and the digits, of which 1 is what everybody has.
_CALENDAR_BITS = 16
#: The low bits of such a number are the language, those above it the country.
_LANGUAGE_BITS, _ANY_COUNTRY = 0x3FF, 0x400
#: Their years are often counted otherwise, and the format does not say.
_OTHER_YEARS = ("ar", "fa", "ps", "th")


@frozen
class Names:
    """In the order of the calendar; a week begins on Monday."""

    #: Beside the number of a day (`15 марта`), and by itself (`март`).
    months_of_day: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]


ENGLISH = Names(
    months_of_day=_MONTHS,
    months=_MONTHS,
    short_months=tuple(name[:3] for name in _MONTHS),
    days=_DAYS,
    short_days=tuple(name[:3] for name in _DAYS),
)


def of_format(code: str) -> Names | None:
    """The names in the language of a format; None: it is not known here, or counts other years."""
    tag = _TAG.search(code)
    return _of_tag(tag[1].lower()) if tag else ENGLISH


@functools.cache
def _of_tag(tag: str) -> Names | None:
    language = _language(tag)
    if language.partition("_")[0] == "en":
        return ENGLISH
    if not language or language.startswith(_OTHER_YEARS):
        return None
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        return None
    for name in (language, language.partition("_")[0]):
        try:
            return _of_locale(Locale.parse(name))
        except (UnknownLocaleError, ValueError):  # of which the second is no name of a language
            continue
    return None


def _language(tag: str) -> str:
    """`de_DE` of `407`, `1010407`, `fc07` and `de-de`; "" where it is none, or not to be read."""
    if not _NUMBER.fullmatch(tag):
        language, *rest = tag.partition(",")[0].partition("-x-")[0].split("-")
        return "_".join((language, *(part.upper() for part in rest[:1])))
    number = int(tag, 16)
    if number >> _CALENDAR_BITS & 0xFF > 1 or number >> _CALENDAR_BITS + 8 > 1:
        return ""
    number &= (1 << _CALENDAR_BITS) - 1
    in_any_country = _ANY_COUNTRY | number & _LANGUAGE_BITS
    return windows_locale.get(number) or windows_locale.get(in_any_country, "")


def _of_locale(locale: Any) -> Names:
    months, days = locale.months, locale.days
    return Names(
        months_of_day=_in_order(months["format"]["wide"]),
        months=_in_order(months["stand-alone"]["wide"]),
        short_months=_in_order(months["format"]["abbreviated"]),
        days=_in_order(days["stand-alone"]["wide"]),
        short_days=_in_order(days["format"]["abbreviated"]),
    )


def _in_order(names: Mapping[int, str]) -> tuple[str, ...]:
    """`Okt.` is `Okt` in a cell."""
    return tuple(names[at].removesuffix(".") for at in sorted(names))
