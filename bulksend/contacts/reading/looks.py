"""What a cell looks like, before anything is known of its column: a phone, or a date. Pure."""

from __future__ import annotations

import re

#: Quotes, an apostrophe or `=` that programs put around a number to guard it.
_GUARDS = " \t\u00a0'’‘\"=`"
_LABEL = re.compile(r"^(?:tel|phone|mobile|sms|whatsapp)[.:]\s*", re.IGNORECASE)
_PHONE = re.compile(r"(?:00|\+)?[ ]?\(?\+?[0-9][0-9 ()./\u00a0‐‑–\-]{5,}[0-9]\)?")
_SCIENTIFIC = re.compile(r"\+?[1-9][.,][0-9]+E\+?1[0-4]", re.IGNORECASE)
_FRACTION = re.compile(r"[0-9]{1,7}[.,][0-9]+")
_DATES = re.compile(
    r"(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:[ T]\d.*)?"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)?\d\d(?:[ T]\d.*)?"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?"
    r"|(?:19|20)\d\d ?[-/–] ?(?:19|20)\d\d"
)
_DIGITS_MIN, _DIGITS_MAX = 7, 17
#: A longer cell is a text.
_LENGTH_MAX = 60


def is_date(cell: str) -> bool:
    """A day as people and programs write it, or two years."""
    return len(cell) <= _LENGTH_MAX and _DATES.fullmatch(cell.strip(_GUARDS)) is not None


def is_phone(cell: str) -> bool:
    """Digits and what people put between them, as many as a phone has; no date, no fraction."""
    if len(cell) > _LENGTH_MAX:
        return False
    text = _LABEL.sub("", cell.strip(_GUARDS))
    if _SCIENTIFIC.fullmatch(text):
        return True
    digits = sum(character.isdecimal() for character in text)
    if not _DIGITS_MIN <= digits <= _DIGITS_MAX or not _PHONE.fullmatch(text):
        return False
    return not _DATES.fullmatch(text) and not _FRACTION.fullmatch(text)


def is_foreign_or_trunk(cell: str) -> bool:
    """A phone that cannot be another number: it begins with a plus, a bracket or a zero."""
    text = _LABEL.sub("", cell.strip(_GUARDS))
    return is_phone(text) and text[0] in "+(0"
