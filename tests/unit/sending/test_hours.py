"""Quiet hours: nothing arrives inside them, whatever clocks do; and nobody waits without need."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bulksend.sending import hours

NIGHT = (time(21), time(8))
#: With and without summer time, in quarter and half hours, on both sides of the date line, where
#: clocks change at midnight, by half an hour, or in the southern summer.
ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Bogota",
    "America/Caracas",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Lima",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Colombo",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Gaza",
    "Asia/Hong_Kong",
    "Asia/Jakarta",
    "Asia/Jerusalem",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Seoul",
    "Asia/Singapore",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Asia/Yangon",
    "Atlantic/Azores",
    "Atlantic/Reykjavik",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Darwin",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
]
YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def offset(moment: datetime, info: ZoneInfo) -> timedelta | None:
    return moment.astimezone(info).utcoffset()


def changes(zone: str) -> list[datetime]:
    """The moments of 2026 at which the zone's clocks change; two ordinary days where none do."""
    info = ZoneInfo(zone)
    days = [YEAR + timedelta(days=it) for it in range(366)]
    found = [
        after
        for day, next_day in pairwise(days)
        if offset(day, info) != offset(next_day, info)
        for before, after in pairwise(day + timedelta(hours=it) for it in range(25))
        if offset(before, info) != offset(after, info)
    ]
    return found or [YEAR + timedelta(days=87), YEAR + timedelta(days=297)]


def at_night(moment: datetime, zone: str) -> bool:
    """By the clock on the wall, and by nothing of the module's own."""
    clock = moment.astimezone(ZoneInfo(zone)).time()
    return clock >= NIGHT[0] or clock < NIGHT[1]


def test_there_are_sixty_zones() -> None:
    assert len(set(ZONES)) >= 60


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_arrives_at_night_around_a_change_of_the_clock(zone: str) -> None:
    quiet = hours.Quiet(NIGHT)
    for change in changes(zone):
        for minutes in range(-36 * 60, 36 * 60, 97):
            now = change + timedelta(minutes=minutes)
            for wait_s in (0.0, 20.0, 3600.0, 4 * 3600.0):
                sent = quiet.sends_at(now, wait_s, [zone], "")
                way = timedelta(seconds=wait_s)
                assert sent >= now
                for arrived in (sent, sent + way / 2, sent + way, sent + way + hours.MARGIN):
                    assert not at_night(arrived, zone), (now, wait_s)
                if sent != now:
                    looks = [now + timedelta(minutes=it) for it in range(int(wait_s / 60) + 1)]
                    assert any(at_night(it, zone) for it in [*looks, now + way + hours.MARGIN])
                assert sent - now <= timedelta(hours=16)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        pytest.param("2026-06-01T12:00", "2026-06-01T12:00", id="at noon"),
        pytest.param("2026-06-01T20:59", "2026-06-01T20:59", id="the last minute"),
        pytest.param("2026-06-01T21:00", "2026-06-02T08:00", id="the first of the night"),
        pytest.param("2026-06-02T03:00", "2026-06-02T08:00", id="over midnight"),
        pytest.param("2026-06-02T08:00", "2026-06-02T08:00", id="the first of the day"),
    ],
)
def test_a_night_ends_in_the_morning(now: str, opens: str) -> None:
    quiet = hours.Quiet(NIGHT)
    moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/London"))

    found = quiet.opens_at(moment, ["Europe/London"], "GB")

    assert found.astimezone(ZoneInfo("Europe/London")).isoformat()[:16] == opens


@pytest.mark.parametrize(
    ("span", "day", "first", "opens"),
    [
        # 02:00 to 03:00 does not come on 2026-03-29 in Berlin.
        pytest.param(("01:30", "02:30"), "2026-03-29", "00:45", "01:30+00:00", id="a gap"),
        # 02:00 to 03:00 comes twice on 2026-10-25: the second time is quiet, too.
        pytest.param(("02:00", "03:00"), "2026-10-25", "00:10", "02:00+00:00", id="an hour twice"),
        pytest.param(("02:00", "02:30"), "2026-10-25", "00:10", "00:30+00:00", id="in between"),
    ],
)
def test_hours_that_the_change_of_the_clock_cuts(
    span: tuple[str, str], day: str, first: str, opens: str
) -> None:
    quiet = hours.Quiet((time.fromisoformat(span[0]), time.fromisoformat(span[1])))
    moment = datetime.fromisoformat(f"{day}T{first}+00:00")

    found = quiet.opens_at(moment, ["Europe/Berlin"], "DE")

    assert found.isoformat() == f"{day}T{opens[:5]}:00+00:00"


def test_where_a_phone_may_be_in_several_zones_all_must_be_open() -> None:
    quiet = hours.Quiet(NIGHT)
    both = ["America/New_York", "America/Los_Angeles"]
    morning = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)  # 08:30 and 05:30

    assert quiet.opens_at(morning, both[:1], "US") == morning
    assert quiet.opens_at(morning, both, "US") == datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


def test_where_no_zone_is_known_the_computers_own_counts() -> None:
    quiet = hours.Quiet(NIGHT)
    midnight = datetime(2026, 6, 1, 0, 0).astimezone()

    assert quiet.opens_at(midnight, [], "") == datetime(2026, 6, 1, 8, 0).astimezone(UTC)
    assert quiet.is_quiet(midnight, "No/Such_Zone", "")


@pytest.mark.parametrize(
    ("days", "country", "now", "opens"),
    [
        pytest.param({"sun"}, "GB", "2026-06-07T10:00", "2026-06-08T08:00", id="a Sunday"),
        pytest.param({"sun"}, "GB", "2026-06-06T22:00", "2026-06-08T08:00", id="a night before"),
        pytest.param({"sat", "sun"}, "GB", "2026-06-05T22:00", "2026-06-08T08:00", id="a weekend"),
        pytest.param({"holidays"}, "GB", "2026-12-25T10:00", "2026-12-27T08:00", id="Christmas"),
        pytest.param(
            {"holidays", "sun"}, "DE", "2026-12-25T10:00", "2026-12-28T08:00", id="and a Sunday"
        ),
        pytest.param({"holidays"}, "", "2026-12-25T10:00", "2026-12-25T10:00", id="no country"),
    ],
)
def test_quiet_days_are_the_recipients(days: set[str], country: str, now: str, opens: str) -> None:
    quiet, zone = hours.Quiet(NIGHT, frozenset(days)), ZoneInfo("Europe/London")
    moment = datetime.fromisoformat(now).replace(tzinfo=zone)

    found = quiet.opens_at(moment, ["Europe/London"], country)

    assert found.astimezone(zone).isoformat()[:16] == opens


def test_days_alone_are_quiet_from_midnight_to_midnight() -> None:
    quiet = hours.Quiet(None, frozenset({"sun"}))
    sunday = datetime(2026, 6, 7, 10, tzinfo=UTC)

    assert quiet.opens_at(sunday, ["UTC"], "") == datetime(2026, 6, 8, tzinfo=UTC)
    assert quiet.opens_at(sunday + timedelta(days=2), ["UTC"], "") == sunday + timedelta(days=2)


def test_hours_that_leave_no_moment_are_not_looked_for_without_end() -> None:
    never = hours.Quiet(None, frozenset(("mon", "tue", "wed", "thu", "fri", "sat", "sun")))
    now = datetime(2026, 6, 7, 10, tzinfo=UTC)

    assert never.opens_at(now, ["UTC"], "") == now + hours.HORIZON
    assert never.sends_at(now, 0.0, ["UTC"], "") >= now + hours.HORIZON


@pytest.mark.parametrize(("country", "known"), [("GB", True), ("DE", True), ("", False)])
def test_whether_holidays_are_known_can_be_asked(country: str, *, known: bool) -> None:
    assert hours.has_holidays(country) is known
    assert date(2026, 12, 25).year == 2026


@pytest.mark.parametrize("seconds_before", [1, 15, 59, 60, 61, 3_600])
def test_the_opening_is_told_exactly_however_near_it_is(seconds_before: int) -> None:
    opens = datetime(2026, 3, 29, 7, 0, tzinfo=UTC)  # 08:00 in London, on the day of the change
    asked_at = opens - timedelta(seconds=seconds_before)

    assert hours.Quiet(NIGHT).opens_at(asked_at, ["Europe/London"], "GB") == opens
