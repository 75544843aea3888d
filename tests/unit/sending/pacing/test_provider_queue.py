"""The queue behind the API, measured from the waits that its replies name."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bulksend.sending.pacing import provider_queue
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sending.pacing.provider_queue import Queue


def observation(now_s: float, accepted: int) -> Observation:
    return Observation(now_s, accepted, accepted, 0)


#: 100 were accepted when a wait of 30 s was named; a minute later 130 are, and it is 60 s.
LONGER = Queue(since_s=0.0, wait_s=30.0, accepted_then=100)


@pytest.mark.parametrize(
    ("earlier_per_s", "drains_per_s"),
    [
        pytest.param(math.inf, 30 / 90, id="a-first-measurement-stands-alone"),
        pytest.param(1.0, (30 / 90 + 1.0) / 2, id="a-second-one-is-averaged-with-it"),
    ],
)
def test_what_a_queue_drains_is_measured_by_how_its_wait_grows(
    earlier_per_s: float, drains_per_s: float
) -> None:
    queue = replace(LONGER, drains_per_s=earlier_per_s)

    measured, _ = provider_queue.on_wait(queue, 60.0, 50.0, observation(60.0, 130))

    assert measured.drains_per_s == pytest.approx(drains_per_s)


def test_the_first_wait_begins_a_measurement_and_bounds_nothing() -> None:
    begun, hold_s = provider_queue.on_wait(provider_queue.UNKNOWN, 1.0, 50.0, observation(5.0, 7))

    assert (begun.since_s, begun.wait_s, begun.accepted_then) == (5.0, 1.0, 7)
    assert (begun.per_s, hold_s) == (math.inf, 0.0)


def test_each_refusal_of_a_full_queue_doubles_the_rest() -> None:
    once, first_s = provider_queue.on_queue_full(provider_queue.UNKNOWN, 0.0, 20.0)
    twice, second_s = provider_queue.on_queue_full(once, 0.0, 20.0)

    assert (once.per_s, twice.full) == (10.0, 2)
    assert second_s == pytest.approx(2 * first_s)
