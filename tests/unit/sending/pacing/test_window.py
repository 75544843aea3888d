"""The promise of each second at the wire, on a virtual clock."""

from __future__ import annotations

import asyncio
import random

import pytest

from bulksend.sending.pacing import pacer as pacing
from tests import virtual_clock
from tests.makers import accepted

ACCEPTED = accepted()


class Wire:
    """Remembers when each request left."""

    def __init__(self) -> None:
        self.left_s: list[float] = []

    async def send(self, pacer: pacing.Pacer) -> None:
        await pacer.smooth()
        self.left_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.01)

    def most_in(self, window_s: float) -> int:
        first, most = 0, 0
        for last, at_s in enumerate(self.left_s):
            while self.left_s[first] <= at_s - window_s:
                first += 1
            most = max(most, last - first + 1)
        return most


async def send_through_commits(rate_per_s: float, seconds: float, wire: Wire) -> None:
    """Eager workers whose claims now and then wait for a slow commit, all of them together."""
    loop, chance = asyncio.get_running_loop(), random.Random(3)
    committed = asyncio.Event()
    committed.set()

    async def commits() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            committed.clear()
            await asyncio.sleep(chance.uniform(0.0, 0.08))
            committed.set()

    pacer = pacing.Pacer(rate_per_s)

    async def worker() -> None:
        while loop.time() < seconds:
            await pacer.slot()
            await committed.wait()
            await wire.send(pacer)
            pacer.on_reply(ACCEPTED)

    slow = asyncio.create_task(commits())
    await asyncio.gather(*(worker() for _ in range(100)))
    slow.cancel()


@pytest.mark.parametrize("rate_per_s", [50.0, 333.0, 1000.0])
def test_a_slow_commit_makes_no_lump_on_the_wire(rate_per_s: float) -> None:
    wire = Wire()

    virtual_clock.run(send_through_commits(rate_per_s, 20.0, wire))

    assert wire.most_in(1.0) <= rate_per_s
    assert wire.most_in(0.1) <= 1 + 0.12 * rate_per_s
    assert len(wire.left_s) >= 0.99 * rate_per_s * 20.0


def test_an_even_stream_is_not_waited_for() -> None:
    async def work() -> float:
        wire, loop = Wire(), asyncio.get_running_loop()
        pacer = pacing.Pacer(105.0)
        late_s = 0.0
        for _ in range(300):
            before_s = loop.time()
            await wire.send(pacer)
            late_s = max(late_s, wire.left_s[-1] - before_s)
        return late_s

    assert virtual_clock.run(work()) < 0.001


def test_who_gives_up_waiting_is_passed_over() -> None:
    async def work() -> int:
        wire, pacer = Wire(), pacing.Pacer(1.0)
        waiting = [asyncio.create_task(wire.send(pacer)) for _ in range(4)]
        await asyncio.sleep(0.5)
        waiting[1].cancel()
        await asyncio.sleep(1.0)
        sent = len(wire.left_s)
        for task in waiting:
            task.cancel()
        return sent

    assert virtual_clock.run(work()) == 2
