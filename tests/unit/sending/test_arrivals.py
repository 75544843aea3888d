"""How many texts make it before quiet hours begin, and what rate would do: clock in hand."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bulksend.sending import arrivals, hours
from bulksend.sms.phone.zones import ZoneGroup

NIGHT = hours.Quiet((time(21), time(8)))
LONDON, BERLIN = ("Europe/London",), ("Europe/Berlin",)
RUSSIA = ("Asia/Kamchatka", "Europe/Moscow")


def group(rows: float, zones: tuple[str, ...] = LONDON, country: str = "GB") -> ZoneGroup:
    return ZoneGroup(zones=zones, country=country, rows=rows)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("now", "per_s", "late", "closed"),
    [
        pytest.param("2026-11-27T12:00", 50.0, 0, 0, id="at noon all make it"),
        # 30 s on the way are kept before 21:00: 3,570 s are left.
        pytest.param("2026-11-27T20:00", 1.0, 6_430, 0, id="an hour at one a second"),
        pytest.param("2026-11-27T20:00", 2.8, 4, 0, id="all but four"),
        pytest.param("2026-11-27T20:00", 3.0, 0, 0, id="fast enough"),
        pytest.param("2026-11-27T22:00", 50.0, 10_000, 10_000, id="quiet already"),
        pytest.param("2026-11-27T02:00", 50.0, 0, 0, id="quiet until the morning of today"),
        pytest.param("2026-11-27T02:00", 0.1, 5_323, 0, id="a whole day is not enough"),
        pytest.param("2026-11-27T20:59:45", 50.0, 10_000, 10_000, id="no way is short enough"),
        # The day on which an hour comes twice has one hour more: 25 - 11 of night.
        pytest.param("2026-10-25T02:00", 0.1, 5_323, 0, id="clocks changed in the night"),
    ],
)
def test_rows_that_are_not_reached_before_the_night_are_late(
    now: str, per_s: float, late: int, closed: int
) -> None:
    foreseen = arrivals.foresee([group(10_000)], NIGHT, london(now), per_s)

    assert (foreseen.rows, foreseen.late, foreseen.closed) == (10_000, late, closed)


@pytest.mark.parametrize(
    ("now", "groups", "enough"),
    [
        pytest.param("20:00", [group(10_000)], 10_000 / 3_570, id="an hour"),
        pytest.param("19:00", [group(7_000), group(3_000, BERLIN, "DE")], 10_000 / 3_570, id="two"),
        pytest.param("20:30", [group(900), group(500, BERLIN, "DE")], 900 / 1_770, id="one closed"),
        pytest.param("22:00", [group(900)], 0.01, id="all closed"),
        pytest.param("20:59:29.999", [group(10_000_000)], None, id="too many for any rate"),
    ],
)
def test_the_rate_that_would_do_brings_all_that_can_be_reached(
    now: str, groups: list[ZoneGroup], enough: float | None
) -> None:
    moment = london(f"2026-11-27T{now}")

    foreseen = arrivals.foresee(groups, NIGHT, moment, 0.01)

    assert foreseen.enough_per_s == (None if enough is None else pytest.approx(enough, rel=0.01))
    if enough is not None:
        faster = arrivals.foresee(groups, NIGHT, moment, foreseen.enough_per_s or 0.0)
        assert faster.late == faster.closed


def test_a_queue_of_telnyxs_shortens_the_day() -> None:
    foreseen = arrivals.foresee([group(10_000)], NIGHT, london("2026-11-27T20:00"), 1.0, 1_800.0)

    assert foreseen.late == 10_000 - 1_770


def test_the_late_are_told_when_they_may_be_texted() -> None:
    foreseen = arrivals.foresee([group(10)], NIGHT, london("2026-11-27T22:00"), 1.0)

    assert foreseen.opens_at == london("2026-11-28T08:00")


def test_where_no_moment_is_open_in_all_zones_nobody_is_ever_reached() -> None:
    narrow = hours.Quiet((time(17), time(10)))
    groups = [group(10), group(3, RUSSIA, "RU")]

    foreseen = arrivals.foresee(groups, narrow, london("2026-11-27T12:00"), 50.0)

    assert (foreseen.never, foreseen.never_country, foreseen.late) == (3, "RU", 0)


@pytest.mark.parametrize(
    ("days", "now", "late"),
    [
        pytest.param({"sun"}, "2026-11-29T12:00", 10_000, id="a Sunday"),
        pytest.param({"sun"}, "2026-11-27T12:00", 0, id="over midnight to a Saturday"),
        pytest.param({"sat"}, "2026-11-27T12:00", 5_683, id="until midnight"),
    ],
)
def test_quiet_days_begin_and_end_at_midnight(days: set[str], now: str, late: int) -> None:
    quiet = hours.Quiet(None, frozenset(days))

    assert arrivals.foresee([group(10_000)], quiet, london(now), 0.1).late == late


@pytest.mark.parametrize(
    ("quiet", "now", "closes"),
    [
        pytest.param(NIGHT, "2026-11-27T12:00", "2026-11-27T21:00", id="tonight"),
        pytest.param(NIGHT, "2026-03-29T00:30", "2026-03-29T00:30", id="quiet right now"),
        pytest.param(
            hours.Quiet(None, frozenset({"sun"})), "2026-11-27T12:00", "2026-11-29T00:00", id="day"
        ),
        pytest.param(
            hours.Quiet((time(12), time(12, 10))), "2026-11-27T12:30", "2026-11-28T12:00", id="noon"
        ),
    ],
)
def test_open_hours_close_when_quiet_begins(quiet: hours.Quiet, now: str, closes: str) -> None:
    moment = quiet.opens_at(london(now), LONDON, "GB")

    if moment == london(now):
        assert quiet.closes_at(moment, LONDON, "GB") == london(closes)


def test_hours_that_never_close_end_with_the_horizon() -> None:
    moment = london("2026-11-27T12:00")

    assert hours.Quiet().closes_at(moment, LONDON, "GB") == moment + timedelta(days=21)
