"""Quiet hours and days: when a text may arrive. Pure: `now` is always given.

A phone may be in several time zones; then all of them must be open. Where none is known, the
computer's own zone counts. Hours are those of the clock on the wall: on days when clocks change an
hour that comes twice is quiet twice, and one that does not come is not waited for.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bulksend.frozen import frozen

#: Beyond this nothing is looked for: hours and days that leave no moment to text in.
HORIZON = timedelta(days=21)
#: On the way to the phone beside Telnyx's queue: the claim, the request, the network.
MARGIN = timedelta(seconds=30)
#: So densely the way through a long queue is looked at.
_STEP = timedelta(minutes=15)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@frozen(kw_only=False)
class Quiet:
    """When nothing may arrive, in the recipient's own time."""

    #: From and to, over midnight where `to` is the earlier; None: at no hour.
    hours: tuple[time, time] | None = None
    #: Of mon to sun, and `holidays`.
    days: frozenset[str] = frozenset()

    def is_quiet(self, moment: datetime, zone: str, country: str) -> bool:
        """Whether an aware moment is quiet in a zone ("": the computer's own)."""
        return self._ends(moment, zone, country) is not None

    def opens_at(self, arrival: datetime, zones: Sequence[str], country: str) -> datetime:
        """The first moment from `arrival` on at which every zone is open; UTC.

        `arrival` plus HORIZON where there is none before it.
        """
        moment = arrival.astimezone(UTC)
        end = moment + HORIZON
        names = zones or ("",)
        while moment < end:
            closed = [self._ends(moment, zone, country) for zone in names]
            latest = max((until for until in closed if until is not None), default=None)
            if latest is None:
                return moment
            # Where clocks go back an end may lie behind us; elsewhere it is the opening, exactly.
            moment = latest if latest > moment else moment + timedelta(minutes=1)
        return end

    def closes_at(self, moment: datetime, zones: Sequence[str], country: str) -> datetime:
        """The first moment after an open one at which some zone is quiet; UTC.

        `moment` plus HORIZON where there is none before it.
        """
        start = moment.astimezone(UTC)
        closing = [
            begins
            for zone in zones or ("",)
            for begins in self._beginnings(start, zone)
            if begins > start and self.is_quiet(begins, zone, country)
        ]
        return min([start + HORIZON, *closing])

    def _beginnings(self, start: datetime, zone: str) -> Iterator[datetime]:
        """When quiet may begin: at the first of the hours, and with a day."""
        first = start.astimezone(zone_of(zone)).date()
        for clock in (time(0), *(self.hours[:1] if self.hours is not None else ())):
            for day in range(HORIZON.days + 1):
                yield _at(first + timedelta(days=day), clock, zone)

    def sends_at(
        self, now: datetime, wait_s: float, zones: Sequence[str], country: str
    ) -> datetime:
        """The first moment from `now` on at which a text may be sent: open then, and all the way
        until it arrives, `wait_s` of Telnyx's queue later; UTC.
        """
        moment = now.astimezone(UTC)
        way = timedelta(seconds=min(wait_s, 86_400.0)) + MARGIN
        end = moment + HORIZON
        while moment < end:
            opens = self._opens_for_good(moment, way, zones, country)
            if opens == moment:
                return moment
            moment = opens
        return end

    def _opens_for_good(
        self, moment: datetime, way: timedelta, zones: Sequence[str], country: str
    ) -> datetime:
        """`moment` where the whole way is open; else where the first closed stretch of it ends."""
        steps = int(way / _STEP)
        looks = [moment + number * _STEP for number in range(steps + 1)]
        for look in (*looks, moment + way):
            opens = self.opens_at(look, zones, country)
            if opens != look:
                return opens
        return moment

    def _ends(self, moment: datetime, zone: str, country: str) -> datetime | None:
        """When the quiet stretch around a moment ends; None where the moment is open."""
        local = moment.astimezone(zone_of(zone))
        if self._is_quiet_day(local.date(), country):
            return _at(local.date() + timedelta(days=1), time(0), zone)
        if self.hours is None:
            return None
        starts, ends = self.hours
        clock = local.time().replace(tzinfo=None)
        if starts <= ends:
            inside, day = starts <= clock < ends, local.date()
        else:
            inside = clock >= starts or clock < ends
            day = local.date() + timedelta(days=1 if clock >= starts else 0)
        return _at(day, ends, zone) if inside else None

    def _is_quiet_day(self, day: date, country: str) -> bool:
        if _DAYS[day.weekday()] in self.days:
            return True
        return "holidays" in self.days and day in _holidays(country)


def has_holidays(country: str) -> bool:
    """Whether the holidays of a country are known."""
    import holidays

    return country in holidays.list_supported_countries()


@functools.lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo | None:
    """A zone by its IANA name; None is the computer's own zone, with its changes of the clock."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


@functools.lru_cache(maxsize=300)
def _holidays(country: str) -> _Days:
    import holidays  # it is slow to import, and few want it

    try:
        days: _Days = holidays.country_holidays(country)
    except NotImplementedError:
        return frozenset()
    return days


def _at(day: date, clock: time, zone: str) -> datetime:
    """The moment at which a zone's clocks show a time of a day; UTC."""
    return datetime.combine(day, clock, tzinfo=zone_of(zone)).astimezone(UTC)


_Days = Container[date]
