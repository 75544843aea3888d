"""What limits a batch right now: who waits tells it."""

from __future__ import annotations

from typing import Any

import pytest

from bulksend.sending import bottleneck as limits
from bulksend.sending.bottleneck import Look
from bulksend.sending.limited_by import LimitedBy


def looks(*, taking_s: float = 0.1, **fields: Any) -> list[Look]:
    """Five looks at 16 workers, with ten replies between two of them."""
    values: dict[str, Any] = {"workers": 16, "in_flight": 16, "left": 1000} | fields
    return [Look(replies=10 * it, replies_s=10 * it * taking_s, **values) for it in range(5)]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(looks(waiting=True, in_flight=4), LimitedBy.RATE, id="workers wait for slots"),
        pytest.param(
            looks(waiting=True, in_flight=4, pace=LimitedBy.QUEUE),
            LimitedBy.QUEUE,
            id="and the slots are few because of the provider's queue",
        ),
        pytest.param(
            looks(waiting=16, in_flight=0, pace=LimitedBy.THROTTLED, held=True),
            LimitedBy.THROTTLED,
            id="a hold",
        ),
        pytest.param(
            looks(waiting=False, in_flight=3, held=True, pace=LimitedBy.QUEUE),
            LimitedBy.QUEUE,
            id="a hold that nobody has met yet",
        ),
        pytest.param(looks(), LimitedBy.IN_FLIGHT, id="all workers waits for replies"),
        pytest.param(
            looks(taking_s=0.19), LimitedBy.IN_FLIGHT, id="a little slower than the fastest"
        ),
        pytest.param(looks(taking_s=0.21), LimitedBy.NETWORK, id="more than twice as slow"),
        pytest.param(
            [Look(in_flight=16, workers=16, replies=7, left=99)] * 5,
            LimitedBy.NETWORK,
            id="no reply at all",
        ),
        pytest.param(
            [*looks(in_flight=2)[:4], Look(in_flight=2, workers=16, replies=40, unconnected=3)],
            LimitedBy.NETWORK,
            id="connections fail",
        ),
        pytest.param(
            looks(in_flight=5), LimitedBy.COMPUTER, id="neither slots nor replies: file, disk, CPU"
        ),
        pytest.param(looks(in_flight=5, left=9), LimitedBy.NOTHING, id="the batch runs out"),
        pytest.param(looks(paused=True, waiting=16, in_flight=0), LimitedBy.PAUSED, id="paused"),
        pytest.param(
            [*looks(waiting=True)[:2], *looks()[2:]],
            LimitedBy.IN_FLIGHT,
            id="a slot was waited for in the lesser part of the looks",
        ),
        pytest.param([Look(waiting=3)], LimitedBy.RATE, id="the first look"),
    ],
)
def test_who_waits_tells_what_limits(seen: list[Look], expected: LimitedBy) -> None:
    assert limits.limited_by(seen, fastest_s=0.1) is expected


def test_without_a_fastest_reply_to_compare_with_nothing_is_slow() -> None:
    assert limits.limited_by(looks(taking_s=9.0), fastest_s=0.0) is LimitedBy.IN_FLIGHT


def test_the_time_of_a_reply_is_told_from_five_replies_on() -> None:
    assert limits.reply_s(looks(taking_s=0.25)) == pytest.approx(0.25)
    assert limits.reply_s([Look(replies=1), Look(replies=5, replies_s=4.0)]) is None
