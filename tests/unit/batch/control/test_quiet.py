"""Quiet hours in words: before a batch goes out, and while it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bulksend.batch.control import quiet
from bulksend.sending.arrivals import Arrivals

MORNING = datetime(2026, 11, 28, 8, tzinfo=UTC)


def foreseen(**changed: Any) -> Arrivals:
    values: dict[str, Any] = {
        **{"rows": 10_000, "late": 6_400, "closed": 0, "never": 0, "never_country": ""},
        **{"enough_per_s": 2.8, "opens_at": MORNING},
    }
    return Arrivals(**(values | changed))


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        pytest.param({"late": 0, "opens_at": None}, [], id="nobody-is-late"),
        pytest.param(
            {},
            ["about 6,400 of 10,000 will not make it today, and wait until {0}; 2.8/s would be "
             "enough"],
            id="a-rate-would-do",
        ),
        pytest.param(
            {"closed": 400},
            ["about 6,400 of 10,000 will not make it today, and wait until {0}; 2.8/s would be "
             "enough for all but 400, for whom it is quiet already"],
            id="some-are-asleep",
        ),
        pytest.param(
            {"closed": 6_400},
            ["about 6,400 of 10,000 will not make it today, and wait until {0}; for them it is "
             "quiet for the rest of the day, at any rate"],
            id="all-of-them-are",
        ),
        pytest.param(
            {"enough_per_s": None},
            ["about 6,400 of 10,000 will not make it today, and wait until {0}; no rate would be "
             "enough"],
            id="no-rate",
        ),
        pytest.param(
            {"late": 0, "never": 3, "never_country": "RU"},
            ["for 3 of 10,000 (to RU) no moment is open in all time zones that their phones may "
             "be in: they would stay unsent; leave them out, or choose shorter hours"],
            id="never",
        ),
    ],
)  # fmt: skip
def test_who_is_not_reached_today_is_said_with_the_rate_that_would_do(
    changed: dict[str, Any], sentences: list[str]
) -> None:
    until = f"{MORNING.astimezone():%a %d %b %H:%M}"

    shown = list(quiet.in_words(foreseen(**changed)))

    assert shown == [sentence.format(until) for sentence in sentences]
    assert [finding.text for finding in quiet.findings(foreseen(**changed))] == shown


def test_without_quiet_hours_nothing_is_said() -> None:
    assert (list(quiet.in_words(None)), quiet.findings(None)) == ([], [])


@pytest.mark.parametrize(
    ("ahead", "rows", "country", "words"),
    [
        pytest.param(timedelta(hours=3), 1, "DE", "1 row waits, until", id="one"),
        pytest.param(timedelta(hours=3), 7, "DE", "7 rows wait, those to DE first", id="several"),
    ],
)
def test_a_run_that_waits_says_until_when_and_for_whom(
    ahead: timedelta, rows: int, country: str, words: str
) -> None:
    assert words in quiet.waiting(datetime.now(UTC) + ahead, rows, country)
