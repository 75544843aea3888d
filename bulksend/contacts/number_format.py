"""A number in a workbook -> the text a person sees there, or the nearest to it.

Excel keeps a number and a format code beside it (ECMA-376 part 1, 18.8.31). Masks of digits are
followed, so a phone in the format `+00000000000` has its plus and zeros; dates and times come out
as 2026-06-01 and 10:30, because Excel shows them differently on every computer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

Show = Callable[[str], str]

#: A spreadsheet program keeps so many digits of a number.
DIGITS_KEPT = 15
_LOST_FROM = 1e15
#: Longer numbers are nobody's code or phone.
_WRITTEN_OUT_MAX = Decimal(10) ** 21
_DAYS_MAX = 2_958_465  # 9999-12-31
#: Codes that files name by number alone; the dates and times of 14 to 22 and so on as we show them.
_BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"},
    **{37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0"},
    **{43: "#,##0.00", 44: "#,##0.00"},
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 20, 32), "h:mm"),
    **dict.fromkeys((19, 21, 33), "h:mm:ss"),
    **{22: "yyyy-mm-dd h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss"},
}
#: Literal text, a blank's width, a fill, a bracket, AM/PM, or one character.
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(am/pm|a/p)|(general)|(.)', re.I | re.S)
_Token = tuple[str, str]


def built_in(number: int) -> str:
    """The format code of a number below 164; "" is General."""
    return _BUILT_IN.get(number, "")


def shower(code: str, *, epoch_1904: bool) -> Show:
    """What shows the stored numbers of cells with this format code."""
    sections = _sections(code)
    if any(_is_date(it) for it in sections):
        return lambda raw: _date(raw, sections[0], epoch_1904=epoch_1904)
    if not any(_is_mask(it) for it in sections):
        return general
    return lambda raw: _masked(raw, sections)


def general(raw: str) -> str:
    """A number as it is: no trailing `.0`, no exponent where digits will do."""
    if raw.isdecimal() and raw.isascii() and len(raw) <= DIGITS_KEPT:
        return raw
    try:
        number = float(raw)
    except ValueError:
        return raw
    shown = f"{number:.{DIGITS_KEPT}g}"
    if "e" not in shown or not abs(number) < _WRITTEN_OUT_MAX:
        return shown
    return format(Decimal(shown), "f")


def has_lost_digits(raw: str) -> bool:
    """Whether a whole number is longer than a spreadsheet program can keep."""
    if len(raw) < 4:
        return False
    try:
        return _LOST_FROM <= abs(float(raw)) < float("inf")
    except ValueError:
        return False


def _sections(code: str) -> list[list[_Token]]:
    """Tokens of each section: ("text" | "bracket" | "half" | "code", characters)."""
    found: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(code):
        quoted, escaped, bracket, half, word, one = match.groups()
        if one == ";":
            found.append([])
        elif quoted is not None or escaped is not None:
            found[-1].append(("text", quoted or escaped or ""))
        elif bracket is not None and bracket.startswith("$"):
            found[-1].append(("text", bracket[1:].partition("-")[0]))
        elif bracket is not None:
            found[-1].append(("bracket", bracket.lower()))
        elif half is not None or word is not None:
            found[-1].append(("half" if half else "word", ""))
        elif one is not None:
            found[-1].append(("code", one))
    return found


def _is_date(section: list[_Token]) -> bool:
    return any(
        it in "yYmMdDhHsS" if kind == "code" else kind == "bracket" and it[0] in "hms"
        for kind, it in section
        if it
    )


def _is_mask(section: list[_Token]) -> bool:
    """Digits and text, and nothing that we do not follow: conditions, exponents, fractions."""
    codes = "".join(it for kind, it in section if kind == "code")
    if any(kind == "bracket" and it[:1] in "<>=" for kind, it in section):
        return False
    if any(kind == "word" for kind, _ in section):
        return False
    return bool(re.search("[0#?]", codes)) and not re.search("[eE@]|[?#0] */ *[?#0]", codes)


def _date(raw: str, section: list[_Token], *, epoch_1904: bool) -> str:
    """2026-06-01, 10:30, or both; a duration `[h]:mm` as its hours."""
    try:
        days = Decimal(raw)
        if not 0 <= days < _DAYS_MAX:
            return general(raw)
    except ArithmeticError:
        return raw
    codes = "".join(it.lower() for kind, it in section if kind == "code")
    seconds = int((days * 86400).to_integral_value(ROUND_HALF_UP))
    clock = f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}"
    if "s" in codes or any(it[:1] == "s" for _, it in section):
        clock += f":{seconds % 60:02d}"
    if any(kind == "bracket" and it[:1] == "h" for kind, it in section):
        return f"{seconds // 3600}{clock[2:]}"
    has_clock, has_day = "h" in codes or "s" in codes, bool(re.search("[yd]", codes))
    if not has_day and not ("m" in codes and not has_clock):
        return clock
    day = f"{_epoch(seconds, epoch_1904=epoch_1904) + timedelta(seconds=seconds):%Y-%m-%d}"
    return f"{day} {clock}" if has_clock else day


def _epoch(seconds: int, *, epoch_1904: bool) -> datetime:
    if epoch_1904:
        return datetime(1904, 1, 1)  # noqa: DTZ001 - a calendar day, no moment
    # Excel believes that 1900 had a 29 February.
    return datetime(1899, 12, 31 if seconds < 60 * 86400 else 30)  # noqa: DTZ001


def _masked(raw: str, sections: list[list[_Token]]) -> str:
    """Digits in the places of 0, # and ?, and the text between them."""
    try:
        return _chosen(Decimal(general(raw)), raw, sections)
    except ArithmeticError:  # no number, or one without end
        return general(raw)


def _chosen(number: Decimal, raw: str, sections: list[list[_Token]]) -> str:
    """By the section for a number like this one: positive; negative; zero."""
    section, sign = sections[0], "-" if number < 0 else ""
    if number < 0 and len(sections) > 1 and sections[1]:
        section, sign = sections[1], ""
    if number == 0 and len(sections) > 2:
        section = sections[2]
    if not section:
        return ""
    if not _is_mask(section):
        own = [it for kind, it in section if kind == "text"]
        codes = "".join(it for kind, it in section if kind == "code")
        return general(raw) if re.search("[0#?@]", codes) or not own else "".join(own)
    return sign + _filled(abs(number), section)


def _filled(number: Decimal, section: list[_Token]) -> str:
    codes = "".join(it for kind, it in section if kind == "code" and it in "0#?.,%")
    number *= 100 ** codes.count("%")
    number /= 1000 ** sum(map(len, re.findall(r",+(?=\.|$)", codes)))
    before, _, after = codes.replace("%", "").partition(".")
    least = Decimal(1).scaleb(-sum(it in "0#?" for it in after))
    whole, _, fraction = f"{number.quantize(least, ROUND_HALF_UP):f}".partition(".")
    grouped = "," in before.rstrip(",")
    point = next((at for at, it in enumerate(section) if it == ("code", ".")), len(section))
    return _whole(whole, section[:point], grouped=grouped) + _fraction(fraction, section[point:])


def _whole(digits: str, tokens: list[_Token], *, grouped: bool) -> str:
    """From right to left; the leftmost place takes all that is left."""
    places = [at for at, (kind, it) in enumerate(tokens) if kind == "code" and it in "0#?"]
    left, shown = digits.lstrip("0"), []
    if grouped and places:
        padded = sum(tokens[at][1] == "0" for at in places)
        filled = dict.fromkeys(places, "")
        filled[places[-1]] = f"{int(left or 0):,}" if left or padded else ""
    else:
        filled = {}
        for at in reversed(places):
            digit = left if at == places[0] else left[-1:]
            left = left[: -len(digit)] if digit else left
            filled[at] = digit or {"0": "0", "?": " "}.get(tokens[at][1], "")
    for at, (kind, it) in enumerate(tokens):
        if at in filled:
            shown.append(filled[at])
        elif kind == "text" or (kind == "code" and it != ","):
            shown.append(it)
    return "".join(shown)


def _fraction(digits: str, tokens: list[_Token]) -> str:
    """The point and what follows; # shows no zero at the end."""
    left, shown = digits, []
    wanted = "".join(it for kind, it in tokens if kind == "code" and it in "0#?")
    kept = digits[: wanted.rfind("0") + 1] + digits[wanted.rfind("0") + 1 :].rstrip("0")
    for kind, it in tokens:
        if kind == "code" and it in "0#?":
            at = len(digits) - len(left)
            shown.append(left[:1] if at < len(kept) else "")
            left = left[1:]
        elif kind == "code" and it == ".":
            shown.append("." if kept or "0" in wanted else "")
        elif kind == "text" or (kind == "code" and it != ","):
            shown.append(it)
    return "".join(shown)
