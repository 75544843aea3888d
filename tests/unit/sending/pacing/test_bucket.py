"""The user's rate, drawn a tick at a time, on a virtual clock."""

from __future__ import annotations

import asyncio

import pytest

from bulksend.sending.pacing import bucket
from tests import virtual_clock


async def taken(slots: bucket.Bucket, seconds: float) -> int:
    """All that is in it, looked at every tick for so long."""
    count = 0
    for _ in range(round(seconds / bucket.TICK_S)):
        while slots.take():
            count += 1
        await asyncio.sleep(bucket.TICK_S)
    return count


@pytest.mark.parametrize("rate_per_s", [1.0, 60.3, 333.0, 2000.0])
def test_a_new_bucket_gives_its_first_slots_and_then_the_rate(rate_per_s: float) -> None:
    async def work() -> int:
        return await taken(bucket.Bucket(rate_per_s, 1.0), 10.0)

    assert virtual_clock.run(work()) == pytest.approx(10 * rate_per_s, rel=0.01, abs=1)


@pytest.mark.parametrize("late_s", [0.05, 0.09, 5.0])
def test_a_late_look_finds_the_slots_of_a_tenth_of_a_second_and_no_more(late_s: float) -> None:
    async def work() -> int:
        slots = bucket.Bucket(1000.0, 0.0)
        await asyncio.sleep(late_s)
        count = 0
        while slots.take():
            count += 1
        return count

    assert virtual_clock.run(work()) == pytest.approx(1000.0 * min(late_s, 0.1), abs=5)
