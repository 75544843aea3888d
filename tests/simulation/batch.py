"""bulksend's own gate and calculator against a simulated provider, on a virtual clock."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from bulksend.sending.pacing import pacer as pacing
from bulksend.sms.message import Throttle
from tests import virtual_clock
from tests.makers import accepted, throttled
from tests.simulation.provider import Provider


@dataclass(slots=True)
class Trace:
    """What was seen, a look a second."""

    at_s: list[float] = field(default_factory=list)
    wait_s: list[float] = field(default_factory=list)
    drains_per_s: list[float] = field(default_factory=list)
    sent_per_s: list[float] = field(default_factory=list)
    sent_on: list[float] = field(default_factory=list)
    #: The longest wait that any message was told.
    longest_s: float = 0.0

    def waits(self, from_s: float, to_s: float) -> list[float]:
        """The waits in a stretch of time."""
        return [w for t, w in zip(self.at_s, self.wait_s, strict=True) if from_s <= t < to_s]

    def used(self, from_s: float, to_s: float) -> float:
        """How much of what the provider could have sent on in a stretch it did send on."""
        looks = [it for it, t in enumerate(self.at_s) if from_s <= t < to_s]
        could = sum(self.drains_per_s[it] for it in looks[:-1])
        return (self.sent_on[looks[-1]] - self.sent_on[looks[0]]) / could


def run(
    provider: Provider,
    *,
    rate_per_s: float,
    seconds: float,
    latency_s: float = 0.2,
    in_flight: int = 64,
) -> Trace:
    """A batch without end, for so many seconds."""
    return virtual_clock.run(_run(provider, rate_per_s, seconds, latency_s, in_flight))


async def _run(
    provider: Provider, rate_per_s: float, seconds: float, latency_s: float, in_flight: int
) -> Trace:
    loop, trace, chance = asyncio.get_running_loop(), Trace(), random.Random(1)
    sent = 0

    async def worker(pacer: pacing.Pacer) -> None:
        nonlocal sent
        while True:
            await pacer.slot()
            sent += 1
            way_s = latency_s * chance.uniform(0.3, 0.5)
            await asyncio.sleep(way_s)
            if not provider.admits(loop.time()):
                reply = throttled(retry_after_s=1.0)
            elif (wait_s := provider.take(loop.time())) is None:
                reply = throttled(Throttle.QUEUE_FULL)
            else:
                trace.longest_s = max(trace.longest_s, wait_s)
                reply = accepted(message_id="m", wait_s=wait_s)
            await asyncio.sleep(latency_s - way_s)
            pacer.on_reply(reply)

    pacer = pacing.Pacer(rate_per_s)
    workers = [asyncio.create_task(worker(pacer)) for _ in range(in_flight)]
    while loop.time() < seconds:
        trace.at_s.append(loop.time())
        trace.wait_s.append(provider.wait_s(loop.time()))
        trace.drains_per_s.append(provider.rate(loop.time()))
        trace.sent_on.append(provider.sent_on)
        before = sent
        await asyncio.sleep(1.0)
        trace.sent_per_s.append(sent - before)
    for task in workers:
        task.cancel()
    await asyncio.wait(workers)
    return trace
