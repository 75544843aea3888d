"""When to ask again, and when to stop."""

from __future__ import annotations

import pytest

from bulksend.receipts import schedule

HOUR_S, DAY_S = 3600.0, 24 * 3600.0


@pytest.mark.parametrize(
    ("passes", "seconds"),
    [(0, 30.0), (1, 30.0), (2, 60.0), (3, 120.0), (5, 480.0), (6, 900.0), (1000, 900.0)],
)
def test_the_interval_doubles_up_to_fifteen_minutes(passes, seconds):
    assert schedule.interval_s(30.0, passes) == seconds


def test_an_interval_that_was_asked_for_longer_is_never_shortened():
    assert schedule.interval_s(3600.0, 5) == 3600.0


@pytest.mark.parametrize(
    ("since_last_s", "since_own_s", "given_up"),
    [
        pytest.param(71 * HOUR_S, 71 * HOUR_S, False, id="within-three-days"),
        pytest.param(73 * HOUR_S, 73 * HOUR_S, True, id="three-days-after-the-last-send"),
        pytest.param(HOUR_S, 9 * DAY_S, False, id="the-batch-goes-on"),
        pytest.param(HOUR_S, 10.1 * DAY_S, True, id="telnyx-has-forgotten-the-message"),
    ],
)
def test_giving_up(since_last_s, since_own_s, given_up):
    now_s = 100 * DAY_S

    verdict = schedule.is_given_up(now_s, now_s - since_last_s, now_s - since_own_s)

    assert verdict is given_up


@pytest.mark.parametrize(
    ("waiting", "records", "pay"),
    [(10_000, 10_000, True), (3, 10_000, False), (200, 10_000, True), (5, None, True)],
)
def test_pages_are_read_where_they_are_fewer_than_the_messages(waiting, records, pay):
    assert schedule.pages_pay(waiting, records) is pay


@pytest.mark.parametrize(
    ("in_transit", "sent", "asked"), [(0, 10, True), (50, 60, True), (900, 1000, False)]
)
def test_few_messages_on_their_way_are_asked_about(in_transit, sent, asked):
    assert schedule.worth_asking(in_transit, sent) is asked


def test_a_row_of_equal_answers_is_broken_by_another():
    row = schedule.InARow(3)

    assert [row.add(it) for it in (True, True, False, True, True, True)] == [
        *(False, False, False, False, False, True)
    ]
