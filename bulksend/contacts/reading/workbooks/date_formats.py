"""A day or a time in a workbook -> as its format spells it out: `d mmmm yyyy` is 15 March 2023.

Formats that every computer shows in its own way (Excel's short date, marked system dates), and
those of a language or a calendar that is not known here, come out as 2023-03-15 and 14:30, which
nobody reads wrongly.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from openpyxl.styles.numbers import is_datetime

from bulksend.contacts.reading.workbooks import month_names

#: Number 14 of Excel, shown as the computer is set, and its kin with a time.
_AS_SET = ("mm-dd-yy", "m/d/yy h:mm", "m/d/yyyy", "m/d/yyyy h:mm", "general")
#: System dates and times; their bracket begins so.
_SYSTEM = ("[$-f800]", "[$-f400]", "[$-x-sysdate]", "[$-x-systime]")
#: Eras and years of other calendars, outside of literal text and brackets.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', re.DOTALL)
_OTHER_CALENDAR = re.compile("[gerb]")
_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<one>.)|_.|\*.|(?P<elapsed>\[[hms]+\])|\[[^\]]*\]'
    r"|(?P<half>am/pm|a/p)|(?P<part>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


def shown(value: date | time | timedelta, code: str) -> str:
    """The moment in its format, or in the one that is read everywhere."""
    if isinstance(value, timedelta) or not _is_spelled_out(code):
        return plain(value, code.lower())
    moment = value
    if isinstance(value, time):
        moment = datetime.combine(date(1900, 1, 1), value)
    elif not isinstance(value, datetime):
        moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (a day has no zone)
    section = code.partition(";")[0]
    assert isinstance(moment, datetime)  # noqa: S101 (for the type checker)
    return "".join(_parts(moment, section)).strip()


def plain(value: date | time | timedelta, code: str) -> str:
    """2026-06-01, 10:30, or both; a duration as its hours."""
    with_seconds = "s" in code
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        clock = f"{minutes // 60}:{minutes % 60:02d}"
        return clock + f":{seconds:02d}" * with_seconds
    clock = "%H:%M:%S" if with_seconds else "%H:%M"
    if isinstance(value, time) or is_datetime(code) == "time":
        return value.strftime(clock)
    return value.strftime(f"%Y-%m-%d {clock}" if is_datetime(code) == "datetime" else "%Y-%m-%d")


def _is_spelled_out(code: str) -> bool:
    lower = code.lower()
    if lower.partition(";")[0] in _AS_SET or lower.startswith(_SYSTEM):
        return False
    bare = _LITERAL.sub("", lower)
    if _OTHER_CALENDAR.search(bare):
        return False
    return month_names.of_format(lower) is not None or not re.search("mmm|ddd", bare)


def _parts(moment: datetime, section: str) -> list[str]:
    names = month_names.of_format(section) or month_names.ENGLISH
    tokens = list(_TOKEN.finditer(section))
    if any(token["part"] and token["part"].lower() in ("d", "dd") for token in tokens):
        names = replace(names, months=names.months_of_day)
    kinds = [(token["part"] or "").lower() for token in tokens]
    half = any(token["half"] for token in tokens)
    texts = []
    for at, token in enumerate(tokens):
        if token["part"]:
            is_minute = kinds[at] in ("m", "mm") and _beside_clock(kinds, at)
            texts.append(_part(moment, kinds[at], names, half=half, is_minute=is_minute))
        elif token["half"]:
            texts.append(_half(moment, token["half"]))
        else:
            texts.append(token["text"] or token["one"] or token["other"] or "")
    return texts


def _beside_clock(kinds: list[str], at: int) -> bool:
    """`m` behind hours or before seconds is minutes."""
    before = next((kind for kind in reversed(kinds[:at]) if kind), "")
    behind = next((kind for kind in kinds[at + 1 :] if kind), "")
    return before.startswith("h") or behind.startswith("s")


def _half(moment: datetime, mark: str) -> str:
    text = "AM" if moment.hour < 12 else "PM"
    return text[0] if len(mark) == 3 else text


def _part(
    moment: datetime, kind: str, names: month_names.Names, *, half: bool, is_minute: bool
) -> str:
    size = len(kind)
    letter = kind[0]
    if letter == "y":
        return f"{moment.year % 100:02d}" if size <= 2 else str(moment.year)
    if letter == "d" and size > 2:
        return (names.short_days if size == 3 else names.days)[moment.weekday()]
    if letter == "m" and size > 2 and not is_minute:
        month = (names.short_months if size == 3 else names.months)[moment.month - 1]
        return month[0] if size == 5 else month
    hour = (moment.hour - 1) % 12 + 1 if half else moment.hour
    number = {"d": moment.day, "h": hour, "s": moment.second}.get(letter)
    if number is None:
        number = moment.minute if is_minute else moment.month
    return f"{number:02d}" if size >= 2 else str(number)
