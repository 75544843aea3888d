"""One line that says how a run goes: what is watched most is dropped last.

`39% ▕███▏ 117/300  USD 4.75  49/s  3:46 left, ends 14:05  (your rate)`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

_FULL = "\N{FULL BLOCK}"
_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR_MAX = 30
_BAR_MIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What there is to say."""

    done: int
    total: int
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    unsent: int = 0
    cost: Mapping[str, Decimal] = field(default_factory=dict)
    #: Rows a second, lately; 0.0 where nothing is known yet.
    per_s: float = 0.0
    limited_by: str = ""
    now: datetime


def line(view: View, width: int, *, blocks: bool = True) -> str:
    """As much as fits: the reason goes first, then money, pace, trouble and the clock."""
    percent, counts = f"{_percent(view):3d}%", f"{view.done:,}/{view.total:,}"
    for dropped in range(len(_DROP) + 1):
        words = "  ".join([counts, *_words(view, frozenset(_DROP[:dropped]))])
        room = width - len(percent) - len(words) - 4  # two ends of the bar, two blanks
        if room >= _BAR_MIN:
            return f"{percent} {_bar(view, min(room, _BAR_MAX), blocks=blocks)} {words}"
    short = "  ".join(word for word in (f"{percent.strip()} {counts}", time_left(view)) if word)
    return short if len(short) <= width else f"{percent.strip()} {time_left(view)}"[:width]


def plain(view: View) -> str:
    """For a log: the clock, percent, counts, money, pace and time left."""
    words = [f"{view.now:%H:%M:%S}", f"{_percent(view)}%", f"{view.done:,}/{view.total:,} rows"]
    return "  ".join([*words, f"{view.accepted:,} accepted", *_words(view)])


#: In this order they give way.
_DROP = ("reason", "cost", "pace", "trouble", "clock")


def _words(view: View, dropped: frozenset[str] = frozenset()) -> list[str]:
    """What is worth a word, in the order it is read."""
    left, ends = time_left(view), "" if "clock" in dropped else _ends(view)
    words = {
        "trouble": _trouble(view),
        "cost": money(view.cost),
        "pace": f"{_rate(view.per_s)}/s" if view.per_s else "",
        "left": f"{left}, ends {ends}" if left and ends else left,
        "reason": f"({view.limited_by})" if view.limited_by and view.done < view.total else "",
    }
    return [word for name, word in words.items() if word and name not in dropped]


def time_left(view: View) -> str:
    """`3:46 left`; "" where nobody can know yet."""
    seconds = _seconds_left(view)
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h left"
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02} left"
    return f"{minutes}:{whole % 60:02} left"


def _seconds_left(view: View) -> float | None:
    if view.done >= view.total:
        return 0.0 if view.total else None
    return (view.total - view.done) / view.per_s if view.per_s > 0 else None


def _ends(view: View) -> str:
    """The clock time of the end, with the day where it is another."""
    seconds = _seconds_left(view)
    if not seconds or seconds > 90 * 86_400:
        return ""
    end = view.now + timedelta(seconds=seconds)
    return f"{end:%H:%M}" if end.date() == view.now.date() else f"{end:%a %H:%M}"


def money(cost: Mapping[str, Decimal]) -> str:
    """To the cent, each currency on its own."""
    cents = {currency: amount.quantize(_CENT, ROUND_HALF_UP) for currency, amount in cost.items()}
    return " + ".join(f"{currency} {amount:,f}" for currency, amount in sorted(cents.items()))


_CENT = Decimal("0.01")


def _trouble(view: View) -> str:
    kinds = {"refused": view.refused, "unknown": view.unknown, "unsent": view.unsent}
    return " ".join(f"{count:,} {name}" for name, count in kinds.items() if count)


def _percent(view: View) -> int:
    """100 only at the end."""
    return 100 * view.done // view.total if view.total else 100


def _rate(per_s: float) -> str:
    return (
        f"{per_s:,.0f}" if per_s >= 9.95 else f"{per_s:.1f}" if per_s >= 0.095 else f"{per_s:.2f}"
    )


def _bar(view: View, width: int, *, blocks: bool) -> str:
    share = view.done / view.total if view.total else 1.0
    if not blocks:
        filled = int(share * width)
        return f"[{'#' * filled}{'.' * (width - filled)}]"
    eighths = int(share * width * 8)
    part = _EIGHTHS[eighths % 8] if eighths // 8 < width else ""
    bar = (_FULL * (eighths // 8) + part.strip()).ljust(width)
    return f"▕{bar}▏"
