"""The calculator, as tables: what each reply does to the pace."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from bulksend.sending.limited_by import LimitedBy
from bulksend.sending.pacing import policy as pace
from bulksend.sending.pacing import provider_queue as queueing
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sms.message import Reply, Signal, Status, Throttle
from bulksend.telnyx import codes
from tests.makers import accepted, refused, throttled, unknown, unsent

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)


def observation(now_s: float, accepted: int = 1, *, open: int = 0) -> Observation:
    return Observation(now_s, accepted, accepted, open)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(refused(), id="a refusal"),
        pytest.param(unknown(), id="a timeout"),
        pytest.param(unknown("10007", http_status=503), id="a server's error"),
        pytest.param(unsent("not_written"), id="a connection that broke"),
        pytest.param(accepted(), id="a yes without a word on the wait"),
        pytest.param(accepted(wait_s=0.0), id="a yes without a wait"),
        pytest.param(accepted(signal=Signal(remaining=49, reset_s=0.5)), id="many left"),
    ],
)
def test_only_rate_signals_move_the_pace(reply: Reply) -> None:
    state = pace.Pace(50.0)
    for number in range(1, 40):
        state = pace.next_pace(state, reply, observation(0.1 * number, number))

    assert state.per_s(4.0) == 50.0
    assert state.held_until_s < 0.0
    assert state.limited_by(4.0) is LimitedBy.RATE


@pytest.mark.parametrize(
    ("headers", "held_s"),
    [
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="part of a second"),
        pytest.param(
            {"retry-after": format_datetime(NOW.replace(second=9), usegmt=True)}, 9.0, id="a date"
        ),
        pytest.param({"x-ratelimit-reset": "3"}, 3.0, id="reset in seconds"),
        pytest.param(
            {"x-ratelimit-reset": str(int(NOW.timestamp()) + 4)}, 4.0, id="reset as an epoch"
        ),
        pytest.param({"retry-after": "2", "x-ratelimit-reset": "5"}, 5.0, id="the later of both"),
        pytest.param({"retry-after": "86400"}, 3600.0, id="an hour at most"),
        pytest.param({"retry-after": "soon"}, 0.2, id="nonsense counts as nothing"),
        pytest.param({"retry-after": "-5"}, 0.2, id="a moment that has passed"),
        pytest.param({}, 0.2, id="nothing named"),
    ],
)
def test_a_429_holds_everybody_as_long_as_telnyx_asks(
    headers: dict[str, str], held_s: float
) -> None:
    body = b'{"errors":[{"code":"10011","title":"Too many requests"}]}'
    reply = codes.classify(codes.Exchange(True, None, 429, headers, body), NOW.timestamp())

    state = pace.next_pace(pace.Pace(50.0), reply, observation(10.0, 0))

    assert state.held_until_s - 10.0 == pytest.approx(held_s)
    assert state.limited_by(10.1) is LimitedBy.THROTTLED


def test_the_refusals_of_one_burst_count_once_however_late_they_come() -> None:
    state = pace.next_pace(
        pace.Pace(100.0), throttled(retry_after_s=0.5), Observation(10.0, 0, 1, 8)
    )
    for number in range(2, 10):  # the eight that were out, some after the hold
        late = Observation(10.0 + 0.2 * number, 0, number, 9 - number)
        state = pace.next_pace(state, throttled(retry_after_s=0.5), late)
    once = state.limit.per_s
    state = pace.next_pace(state, throttled(retry_after_s=0.5), Observation(12.5, 0, 10, 0))

    assert once == pytest.approx(0.95 * 50.0)
    assert state.limit.per_s < once


@pytest.mark.parametrize(
    ("seconds", "accepted_per_s", "rate_per_s", "after_per_s"),
    [
        pytest.param(10.0, 50, 60.0, 0.97 * 50, id="measured: a little below what was taken"),
        pytest.param(10.0, 50, 500.0, 0.95 * 50, id="where the pace was not used: an estimate"),
        pytest.param(10.0, 0.3, 60.0, 0.95 * 3 / 7.7, id="too few to measure: an estimate"),
        pytest.param(0.1, 500, 500.0, 0.95 * 50 / 1.1, id="a burst: what it and its hold make"),
    ],
)
def test_after_a_429_the_pace_is_what_was_taken(
    seconds: float, accepted_per_s: float, rate_per_s: float, after_per_s: float
) -> None:
    state, count = pace.Pace(rate_per_s), round(seconds * accepted_per_s)
    for number in range(1, count + 1):
        state = pace.next_pace(state, accepted(), observation(number / accepted_per_s, number))
    end = Observation(count / accepted_per_s, count, count + 1)
    state = pace.next_pace(state, throttled(retry_after_s=1.0), end)

    assert state.limit.per_s == pytest.approx(after_per_s, rel=0.12)


def test_holds_without_a_named_time_double_while_nothing_is_accepted() -> None:
    state, now_s, holds = pace.Pace(50.0), 0.0, []
    for number in range(1, 12):
        state = pace.next_pace(state, throttled(), Observation(now_s, 0, number))
        holds.append(round(state.held_until_s - now_s, 1))
        now_s = state.held_until_s

    assert holds[:5] == [0.2, 0.4, 0.8, 1.6, 3.2]
    assert holds[-1] == 60.0


def test_one_429_out_of_nowhere_is_forgotten_within_half_a_minute() -> None:
    state, count, now_s = pace.Pace(50.0), 0, 0.0
    while now_s < 10.0:
        now_s, count = now_s + 0.02, count + 1
        state = pace.next_pace(state, accepted(), observation(now_s, count))
    state = pace.next_pace(
        state, throttled(retry_after_s=1.0), Observation(now_s, count, count + 1)
    )
    cut = state.per_s(now_s)
    while state.per_s(now_s) < 50.0 and now_s < 60.0:
        now_s, count = now_s + 1 / state.per_s(now_s), count + 1
        state = pace.next_pace(state, accepted(), observation(now_s, count))

    assert cut == pytest.approx(48.5, rel=0.02)
    assert now_s < 40.0
    assert state.limited_by(now_s) is LimitedBy.RATE


def test_the_same_limit_is_tried_less_often_each_time() -> None:
    """A server that takes 50/s, and a user who says 500/s: the cooldowns between the tries."""
    state, count, now_s, tries = pace.Pace(500.0), 0, 0.0, []
    while now_s < 600.0:
        now_s, count = now_s + 1 / min(state.per_s(now_s), 50.0), count + 1
        if state.per_s(now_s) > 50.0:
            tries.append(now_s)
            state = pace.next_pace(
                state, throttled(retry_after_s=1.0), Observation(now_s, count, len(tries) + count)
            )
            now_s = state.held_until_s
        state = pace.next_pace(state, accepted(), Observation(now_s, count, len(tries) + count))

    cooldowns = [later - before for before, later in itertools.pairwise(tries)]
    assert cooldowns[-1] > 100.0
    assert len(tries) < 15


def test_a_full_queue_is_waited_for_longer_each_time() -> None:
    full = throttled(Throttle.QUEUE_FULL)
    first = pace.next_pace(pace.Pace(50.0), full, Observation(0.0, 0, 1))
    same_burst = pace.next_pace(first, full, Observation(0.5, 0, 2))
    second = pace.next_pace(first, full, Observation(31.0, 0, 3))

    assert first.held_until_s == 30.0
    assert same_burst == first
    assert second.held_until_s - 31.0 == 60.0
    assert second.limited_by(40.0) is LimitedBy.QUEUE
    assert second.per_s(40.0) == pytest.approx(50.0 / 4)


def queued(waits: list[tuple[float, float, int]], user_per_s: float = 50.0) -> pace.Pace:
    """The pace after replies at so many seconds, with such a wait, after so many accepted."""
    state = pace.Pace(user_per_s)
    for now_s, wait_s, count in waits:
        state = pace.next_pace(state, accepted(wait_s=wait_s), observation(now_s, count))
    return state


@pytest.mark.parametrize(
    ("waits", "per_s", "held_s"),
    [
        pytest.param([(0, 0, 1), (0.2, 10, 2)], 0.1, 0, id="one more message is ten seconds"),
        pytest.param([(0, 0, 1), (0.2, 20, 3)], 0.05, 0, id="over the target: half as fast"),
        pytest.param([(0, 0, 1), (2.0, 1, 150)], 50.0, 0, id="faster than the user wants"),
        pytest.param([(0, 0, 1), (2.0, 2, 81)], 20 * 1.8, 0, id="twenty a second, and room"),
        pytest.param(
            [(0, 10, 1), (2.0, 10, 41)], 20.0, 0, id="on the target: as fast as it drains"
        ),
        pytest.param([(0, 40, 1)], 50.0, 30, id="far over the target at once: drain first"),
        pytest.param([(0, 25, 1), (5.0, 25, 51)], 5.0, 15, id="over the bound: to the target"),
        pytest.param([(0, 0, 1), (1.0, 5000, 2)], 0.5 / 5001, 1e4, id="hopeless: asks in between"),
    ],
)
def test_the_pace_brings_the_queue_to_its_target(
    waits: list[tuple[float, float, int]], per_s: float, held_s: float
) -> None:
    state = queued(waits)
    now_s = waits[-1][0]

    assert state.per_s(now_s) == pytest.approx(max(per_s, pace.SLOWEST_PER_S), rel=0.05)
    # Never blind for longer than the hold of half a minute, or what two messages take to drain.
    assert max(state.held_until_s - now_s, 0.0) == pytest.approx(min(held_s, 3600.0), rel=0.05)


def test_a_wait_that_is_told_and_does_not_grow_is_no_limit() -> None:
    """Telnyx's own example says 0.5 where nothing is held back."""
    state = queued([(it, 0.5, 1 + 20 * it) for it in range(30)])

    assert state.per_s(30.0) == 50.0
    assert state.limited_by(30.0) is LimitedBy.RATE


def test_a_queue_that_empties_doubles_the_pace_until_the_user_is_the_limit() -> None:
    state, count, now_s = queued([(0, 0, 1), (0.2, 10, 2)]), 2, 0.2
    assert state.limited_by(now_s) is LimitedBy.QUEUE
    while math.isfinite(state.queue.per_s) and now_s < 200.0:
        now_s, count = now_s + 1 / state.per_s(now_s), count + 1
        state = pace.next_pace(state, accepted(wait_s=0.0), observation(now_s, count))

    assert now_s < 60.0
    assert state.limited_by(now_s) is LimitedBy.RATE


@pytest.mark.parametrize(
    ("remaining", "reset_s", "out", "per_s", "held_s"),
    [
        pytest.param(0, 3.0, 0, 50.0, 3.0, id="none left: until there are new ones"),
        pytest.param(5, 3.0, 5, 50.0, 3.0, id="as many left as are out already"),
        pytest.param(20, 2.0, 0, 10.0, 0.0, id="few left: spread over the time"),
        pytest.param(20, 2.0, 10, 5.0, 0.0, id="few left, some of them out"),
        pytest.param(500, 2.0, 0, 50.0, 0.0, id="more than can be used"),
        pytest.param(0, None, 0, 50.0, 0.0, id="no word on when"),
    ],
)
def test_remaining_requests_are_not_used_up_before_there_are_new_ones(
    remaining: int, reset_s: float | None, out: int, per_s: float, held_s: float
) -> None:
    reply = accepted(signal=Signal(remaining=remaining, reset_s=reset_s))

    state = pace.next_pace(pace.Pace(50.0), reply, observation(10.0, open=out))

    assert state.per_s(10.0) == pytest.approx(per_s)
    assert max(state.held_until_s - 10.0, 0.0) == held_s
    assert state.per_s(14.0) == 50.0


def test_another_rate_of_the_users_keeps_what_was_learnt() -> None:
    state = queued([(0, 0, 1), (0.2, 10, 2)])

    faster, slower = replace(state, user_per_s=500.0), replace(state, user_per_s=0.01)

    assert faster.per_s(1.0) == pytest.approx(0.1, rel=0.05)
    assert faster.limited_by(1.0) is LimitedBy.QUEUE
    assert slower.per_s(1.0) == 0.01
    assert slower.limited_by(1.0) is LimitedBy.RATE


def test_with_no_connection_one_row_tries_again_after_longer_and_longer_holds() -> None:
    state, now_s, holds = pace.Pace(50.0), 0.0, []
    for number in range(1, 10):
        state = pace.next_pace(state, unsent("dns"), Observation(now_s, 0, number))
        burst = pace.next_pace(state, unsent("dns"), Observation(now_s + 0.1, 0, number))
        assert burst == state
        holds.append(state.held_until_s - now_s)
        now_s = state.held_until_s

    assert holds == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0]
    assert state.limited_by(now_s - 1) is LimitedBy.NETWORK
    assert state.per_s(now_s) == 50.0

    back = pace.next_pace(state, refused(), observation(now_s))
    again = pace.next_pace(back, unsent("tls"), Observation(now_s, 1, 11))
    assert again.held_until_s - now_s == 0.5


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b'{"errors":[{"code":"10007","title":"Unavailable"}]}'])
def test_a_server_that_names_a_time_is_waited_for_and_its_row_stays_unknown(
    status: int, body: bytes
) -> None:
    headers = {"retry-after": "7"}
    reply = codes.classify(codes.Exchange(True, None, status, headers, body), NOW.timestamp())

    state = pace.next_pace(pace.Pace(50.0), reply, observation(10.0, 0))

    assert reply.status is Status.UNKNOWN
    assert state.held_until_s == 17.0
    assert state.limited_by(11.0) is LimitedBy.ASKED
    assert state.per_s(20.0) == 50.0


def test_the_calculator_keeps_its_hands_off_what_does_not_change() -> None:
    """Most replies say nothing new, and cost no new state."""
    state = pace.next_pace(pace.Pace(50.0), accepted(wait_s=0.0), observation(0.0, 1))

    assert pace.next_pace(state, accepted(wait_s=0.0), observation(0.1, 2)) is state
    assert replace(state) == state


def test_the_bounds_of_the_queue_stand_in_their_order() -> None:
    assert queueing.SPAN_S < queueing.TARGET_S < queueing.BOUND_S < queueing.BLIND_S < 15 * 60


def test_a_paused_gate_gives_nothing_and_says_so() -> None:
    paused = replace(pace.Pace(50.0), paused=True)

    assert paused.limited_by(0.0) is LimitedBy.PAUSED
    assert pace.next_slot(paused, observation(1.0)) is None
