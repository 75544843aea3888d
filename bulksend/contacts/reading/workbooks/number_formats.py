"""A number in a workbook -> the text a person sees there, or the nearest to it.

Excel keeps a number and a format code beside it (ECMA-376 part 1, 18.8.31). Digits fill the places
of a mask, so a phone in the format `+00000000000` has its plus and zeros; dates and times are
written as their format spells them out (`date_formats`); what else a format does (conditions,
sections by sign, fractions, exponents) is not followed. No library for this is
both kept up and without a dozen others behind it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

from bulksend.contacts.reading.workbooks import date_formats

#: A spreadsheet program keeps 15 digits of a number.
_LOST_FROM = 10**15
#: Longer numbers are nobody's code or phone.
_WRITTEN_OUT_MAX = 10**21
#: Literal text, a character, a currency; a blank's width, a fill, a colour; or one character.
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^-\]]*)[^\]]*\]|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)
#: Conditions, exponents, fractions.
_NO_MASK = re.compile(r"\[[<>=]|[eE][+-]|[0#?] */ *[0#?]")


def has_lost_digits(number: float) -> bool:
    """Whether a number has more digits than a spreadsheet program can keep."""
    return _LOST_FROM <= abs(number) < float("inf")


def plain(number: float) -> str:
    """No trailing `.0`, no exponent where digits will do."""
    shown = str(number) if isinstance(number, int) else f"{number:.15g}"
    if "e" in shown.lower() and abs(number) < _WRITTEN_OUT_MAX:
        return format(Decimal(shown), "f")
    return shown


def shown(value: object, code: str, epoch: datetime) -> str:
    """The stored value of a cell with this format code."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if code == "General":
            return plain(value)
        if not is_date_format(code):
            return _masked(value, code) or plain(value)
        number = value
        try:
            value = from_excel(number, epoch, timedelta=is_timedelta_format(code))
        except (OverflowError, ValueError):  # no day of the calendar
            return plain(number)
    if isinstance(value, date | time | timedelta):
        return date_formats.shown(value, code)
    return str(value)


def _masked(number: float, code: str) -> str:
    """Digits in the places of 0, # and ?, and the text between them; "" without such places.

    They are filled from right to left, and the leftmost place takes all that is left.
    """
    section, grouped = code.partition(";")[0].replace("#,##0", "0"), "#,##0" in code
    tokens = [
        (one in "0#?." and one, text or escaped or currency or one.replace(",", ""))
        for text, escaped, currency, one in _TOKEN.findall(section)
    ]
    places = [at for at, (kind, _) in enumerate(tokens) if kind and kind != "."]
    point = next((at for at, (kind, _) in enumerate(tokens) if kind == "."), len(tokens))
    decimals = sum(at > point for at in places)
    if not places or decimals > 9 or _NO_MASK.search(section) or has_lost_digits(number):
        return ""
    exact = Decimal(plain(abs(number))).scaleb(decimals + 2 * section.count("%"))
    left, shown = str(exact.quantize(Decimal(1), ROUND_HALF_UP)), ""
    for at in reversed(range(len(tokens))):
        text = tokens[at][1]
        if at == places[0]:
            text = f"{int(left or 0):,}" if grouped else left or text.strip("#?")
        elif at in places:
            text, left = left[-1:] or text.strip("#?"), left[:-1]
            if at > point and tokens[at][1] != "0" and text == "0" and not shown.strip("%)"):
                text = ""  # a place that shows nothing where there is nothing
        elif at == point and not shown[:1].isdigit():
            text = ""
        shown = text + shown
    return "-" * (number < 0) + shown
