"""One line that says how a run goes: what is watched most is dropped last.

`39% ▕███▏ 117/300  USD 4.75  49/s  3:46 left, ends 14:05  (your rate)`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bulksend.frozen import frozen

_FULL = "\N{FULL BLOCK}"
_EIGHTHS = " ▏▎▍▌▋▊▉"
BAR_MAX = 30
BAR_MIN = 5


@frozen
class ProgressState:
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
    #: Until when nothing may go, for quiet hours.
    waits_until: datetime | None = None
    now: datetime


def line(state: ProgressState, width: int, *, blocks: bool = True) -> str:
    """As much as fits: the reason goes first, then money, pace, trouble and the clock."""
    share, counts = f"{_percent(state):3d}%", f"{state.done:,}/{state.total:,}"
    for dropped in range(len(_DROP) + 1):
        words = "  ".join([counts, *_words(state, frozenset(_DROP[:dropped]))])
        room = width - len(share) - len(words) - 4  # two ends of the bar, two blanks
        if room >= BAR_MIN:
            drawn = bar(state.done, state.total, min(room, BAR_MAX), blocks=blocks)
            return f"{share} {drawn} {words}"
    short = "  ".join(word for word in (f"{share.strip()} {counts}", time_left(state)) if word)
    return short if len(short) <= width else f"{share.strip()} {time_left(state)}"[:width]


def plain(state: ProgressState) -> str:
    """For a log: the clock, percent, counts, money, pace and time left."""
    words = [f"{state.now:%H:%M:%S}", f"{_percent(state)}%", f"{state.done:,}/{state.total:,} rows"]
    return "  ".join([*words, f"{state.accepted:,} accepted", *_words(state)])


#: In this order they give way.
_DROP = ("reason", "cost", "pace", "trouble", "clock")


def _words(state: ProgressState, dropped: frozenset[str] = frozenset()) -> list[str]:
    """What is worth a word, in the order it is read."""
    left, ends = time_left(state), "" if "clock" in dropped else _ends(state)
    words = {
        "trouble": _trouble(state),
        "cost": money(state.cost),
        "pace": f"{_rate(state.per_s)}/s" if state.per_s else "",
        "left": f"{left}, ends {ends}" if left and ends else left,
        "reason": _reason(state) if state.limited_by and state.done < state.total else "",
    }
    return [word for name, word in words.items() if word and name not in dropped]


def time_left(state: ProgressState) -> str:
    """`3:46 left`; "" where nobody can know yet, and at the end."""
    seconds = _seconds_left(state)
    return "" if seconds is None else left_in_words(seconds)


def left_in_words(seconds: float) -> str:
    """`3:46 left`."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h left"
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02} left"
    return f"{minutes}:{whole % 60:02} left"


def _seconds_left(state: ProgressState) -> float | None:
    if state.done >= state.total:
        return None
    return (state.total - state.done) / state.per_s if state.per_s > 0 else None


def _ends(state: ProgressState) -> str:
    """The clock time of the end, with the day where it is another."""
    seconds = _seconds_left(state)
    if not seconds or seconds > 90 * 86_400:
        return ""
    end = state.now + timedelta(seconds=seconds)
    return _clock(end, state.now)


def _reason(state: ProgressState) -> str:
    if state.waits_until is None:
        return f"({state.limited_by})"
    return f"({state.limited_by} until {_clock(state.waits_until, state.now)})"


def _clock(moment: datetime, now: datetime) -> str:
    """By the clock on this wall."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %H:%M}"


def money(cost: Mapping[str, Decimal]) -> str:
    """To the cent, each currency on its own."""
    cents = {currency: amount.quantize(_CENT, ROUND_HALF_UP) for currency, amount in cost.items()}
    return " + ".join(f"{currency} {amount:,f}" for currency, amount in sorted(cents.items()))


_CENT = Decimal("0.01")


def _trouble(state: ProgressState) -> str:
    kinds = {"refused": state.refused, "unknown": state.unknown, "unsent": state.unsent}
    return " ".join(f"{count:,} {name}" for name, count in kinds.items() if count)


def _percent(state: ProgressState) -> int:
    return percent(state.done, state.total)


def percent(done: int, total: int) -> int:
    """100 only at the end."""
    return 100 * done // total if total else 100


def _rate(per_s: float) -> str:
    return (
        f"{per_s:,.0f}" if per_s >= 9.95 else f"{per_s:.1f}" if per_s >= 0.095 else f"{per_s:.2f}"
    )


def bar(done: int, total: int, width: int, *, blocks: bool) -> str:
    """`▕███▏`, with two ends beside its width; `[###]` where the screen has no blocks."""
    share = done / total if total else 1.0
    if not blocks:
        filled = int(share * width)
        return f"[{'#' * filled}{'.' * (width - filled)}]"
    eighths = int(share * width * 8)
    part = _EIGHTHS[eighths % 8] if eighths // 8 < width else ""
    filling = (_FULL * (eighths // 8) + part.strip()).ljust(width)
    return f"▕{filling}▏"
