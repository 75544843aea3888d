"""What a person watches stays, whatever the width."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from bulksend.cli.render import progress_line

NOW = datetime(2026, 11, 27, 14, 1, 30, tzinfo=timezone(timedelta(hours=1)))


def make_state(**fields: Any) -> progress_line.ProgressState:
    values: dict[str, Any] = {
        **{"done": 117, "total": 300, "accepted": 117, "per_s": 0.81, "now": NOW},
        **{"cost": {"USD": Decimal("4.7460")}, "limited_by": "limited by your rate"},
    }
    return progress_line.ProgressState(**(values | fields))


@pytest.mark.parametrize("width", range(40, 201))
def test_a_line_fits_and_keeps_the_bar_the_count_and_the_time_left(width: int) -> None:
    line = progress_line.line(make_state(), width)

    assert len(line) <= width
    assert line.startswith(" 39% ▕")
    assert "117/300" in line
    assert "3:46 left" in line


@pytest.mark.parametrize("width", range(20, 40))
def test_on_a_sliver_the_time_left_is_what_stays(width: int) -> None:
    line = progress_line.line(make_state(done=1_170_000, total=3_000_000, per_s=800.0), width)

    assert len(line) <= width
    assert "38:08 left" in line or "left" in line


def test_the_reason_goes_first_and_the_clock_last() -> None:
    words = ("limited by your rate", "USD 4.75", "0.8/s", "ends 14:05")
    seen = [
        [word in progress_line.line(make_state(), width) for word in words]
        for width in range(40, 110)
    ]

    for before, after in pairwise(seen):  # what once fits, fits from then on
        assert all(now or not then for then, now in zip(before, after, strict=True))
    first = [next(at for at, row in enumerate(seen) if row[name]) for name in range(len(words))]
    assert first == sorted(first, reverse=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"per_s": 0.0}, "", id="nothing known"),
        pytest.param({"done": 300}, "", id="done"),
        pytest.param({"per_s": 0.01}, "5:05:00 left", id="hours"),
        pytest.param({"per_s": 0.0005}, "4 d 5 h left", id="days"),
        pytest.param({"done": 0, "total": 0}, "", id="no rows"),
    ],
)
def test_the_time_left_in_words(fields: dict[str, Any], words: str) -> None:
    assert progress_line.time_left(make_state(**fields)) == words


def test_an_end_on_another_day_names_the_day() -> None:
    assert "ends Sat 00:5" in progress_line.line(make_state(per_s=183 / 39_000), 120)


def test_a_log_line_has_clock_percent_and_time_left() -> None:
    line = progress_line.plain(make_state(refused=2, unknown=1))

    assert line == (
        "14:01:30  39%  117/300 rows  117 accepted  2 refused 1 unknown  USD 4.75  0.8/s  "
        "3:46 left, ends 14:05  (limited by your rate)"
    )


def test_a_stream_without_blocks_gets_a_bar_all_the_same() -> None:
    line = progress_line.line(make_state(), 80, blocks=False)

    assert line.isascii()
    assert "[###" in line


def test_currencies_stay_apart() -> None:
    cost = {"USD": Decimal("1234.565"), "EUR": Decimal("0.004")}

    assert progress_line.money(cost) == "EUR 0.00 + USD 1,234.57"


@pytest.mark.parametrize("done", range(0, 101, 5))
def test_the_bar_grows_and_never_overflows(done: int) -> None:
    line = progress_line.line(make_state(done=done, total=100), 80)

    bar = line[line.index("▕") + 1 : line.index("▏")] if done else ""
    assert len(line) <= 80
    assert bar.count("█") <= 30


@pytest.mark.parametrize(
    ("until", "words"),
    [
        pytest.param(NOW + timedelta(hours=2), "(quiet hours until 16:01)", id="today"),
        pytest.param(NOW + timedelta(hours=19), "(quiet hours until Sat 09:01)", id="tomorrow"),
        pytest.param(
            (NOW + timedelta(hours=2)).astimezone(UTC),
            "(quiet hours until 16:01)",
            id="by-the-clock-on-this-wall",
        ),
    ],
)
def test_who_waits_for_quiet_hours_reads_when_they_end(until: datetime, words: str) -> None:
    state = make_state(limited_by="quiet hours", waits_until=until, per_s=0.0)

    assert words in progress_line.plain(state)
    assert words in progress_line.line(state, 100)
