"""How many texts will not arrive today because of quiet hours, and what rate would do. Pure.

A row makes it today when its turn comes within a stretch of open hours that begins today, by the
recipient's own calendar. Rows of all zones are taken to stand mixed in the file, so those that are
open share the rate by their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bulksend.frozen import frozen
from bulksend.sending import hours
from bulksend.sms.phone.zones import ZoneGroup

#: Less than half a row is none.
_NONE = 0.5
#: Nobody sends faster.
_RATE_MAX_PER_S = 100_000.0
_HALVINGS = 60


@frozen
class Arrivals:
    """What quiet hours do to a batch that is sent from now on."""

    rows: int
    #: Rows that will not arrive today.
    late: int
    #: Of them, those to whom nothing may go today any more, however fast.
    closed: int
    #: Rows for whom no moment is open, and one country of theirs.
    never: int
    never_country: str
    #: At which all but the closed would arrive today; None: no rate would do.
    enough_per_s: float | None
    #: When the first of the late may be texted; None where nobody is late.
    opens_at: datetime | None


@frozen(kw_only=False)
class _Open:
    """A group and the stretches of today in which it may be texted, in seconds from now."""

    group: ZoneGroup
    stretches: tuple[tuple[float, float], ...]
    #: When it may be texted again after them; None: never.
    opens_at: datetime | None


def foresee(
    groups: Sequence[ZoneGroup],
    quiet: hours.Quiet,
    now: datetime,
    per_s: float,
    wait_s: float = 0.0,
) -> Arrivals:
    """Of texts sent at that rate from an aware moment on, each `wait_s` in Telnyx's queue."""
    looked = [_today(group, quiet, now, wait_s) for group in groups]
    never = [each for each in looked if each.opens_at is None and not each.stretches]
    others = [each for each in looked if each not in never]
    closed = sum(each.group.rows for each in others if not each.stretches)
    late = _late(others, per_s)
    enough = _enough(others, per_s, closed) if late - closed > _NONE else per_s
    again = [each.opens_at for each in others if each.opens_at is not None]
    return Arrivals(
        rows=round(sum(group.rows for group in groups)),
        late=round(late),
        closed=round(closed),
        never=round(sum(each.group.rows for each in never)),
        never_country=never[0].group.country if never else "",
        enough_per_s=enough,
        opens_at=min(again, default=None) if round(late) else None,
    )


def _today(group: ZoneGroup, quiet: hours.Quiet, now: datetime, wait_s: float) -> _Open:
    zone = hours.zone_of(group.zones[0] if group.zones else "")
    today, way = now.astimezone(zone).date(), timedelta(seconds=wait_s) + hours.MARGIN
    stretches: list[tuple[float, float]] = []
    opens = quiet.opens_at(now, group.zones, group.country)
    while opens < now + hours.HORIZON and opens.astimezone(zone).date() <= today:
        closes = quiet.closes_at(opens, group.zones, group.country)
        start_s, end_s = (opens - now).total_seconds(), (closes - way - now).total_seconds()
        if end_s > start_s:
            stretches.append((start_s, end_s))
        opens = quiet.opens_at(closes, group.zones, group.country)
    has_end = opens < now + 2 * hours.HORIZON and opens - now < hours.HORIZON
    return _Open(group, tuple(stretches), opens if has_end else None)


def _late(groups: Sequence[_Open], per_s: float) -> float:
    """Rows that are left when the last stretch of today is over."""
    moments = sorted({moment for each in groups for span in each.stretches for moment in span})
    left = [each.group.rows for each in groups]
    for start_s, end_s in pairwise(moments):
        open_now = [
            at
            for at, each in enumerate(groups)
            if any(start_s >= begins and end_s <= ends for begins, ends in each.stretches)
        ]
        waiting = sum(left[at] for at in open_now)
        sent = min(per_s * (end_s - start_s), waiting)
        for at in open_now:
            left[at] -= left[at] * sent / waiting if waiting else 0.0
    return sum(left)


def _enough(groups: Sequence[_Open], per_s: float, closed: float) -> float | None:
    """The least rate at which only the closed are late."""
    low, high = per_s, _RATE_MAX_PER_S
    if _late(groups, high) - closed > _NONE:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _late(groups, middle) - closed > _NONE:
            low = middle
        else:
            high = middle
    return high
