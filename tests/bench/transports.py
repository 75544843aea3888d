"""What a message costs on each of the two transports, in one run: rounds that take turns.

Only the exchange is measured: a body made, one POST, the reply read and judged. No journal.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from bulksend.telnyx import client
from bulksend.telnyx.wire import network
from tests.bench import contenders, cores, servers
from tests.makers import PROFILE, make_message

_ROUNDS = 5


def find(rows: int, in_flight: int) -> dict[str, float]:
    """Microseconds of CPU per message by transport: the median of its rounds."""
    cores.pin(cores.CLIENT)
    spent_us: dict[str, list[float]] = {"fast": [], "plain": []}
    with servers.running() as url:
        for number in range(2 * _ROUNDS):
            name = ("fast", "plain")[(number + number // 2) % 2]
            each = rows // _ROUNDS
            began_s = time.process_time()
            contenders.on_fast_loop(_send(url, each, in_flight, plain=name == "plain"))
            spent_us[name].append(1e6 * (time.process_time() - began_s) / each)
    return {name: statistics.median(rounds) for name, rounds in spent_us.items()}


async def _send(url: str, rows: int, in_flight: int, *, plain: bool) -> None:
    envelope = client.Envelope(sender=contenders.SENDER, profile_id=PROFILE)
    key, left = client.Secret(contenders.KEY), iter(range(2, rows + 2))
    async with client.Client(url, key, envelope, route=network.Route(plain=plain)) as gateway:

        async def worker() -> None:
            for row in left:
                reply = await gateway.send(gateway.body(make_message(row)), f"bench-{row}-1")
                assert reply.message_id, reply

        await asyncio.gather(*(worker() for _ in range(in_flight)))


def told(found: dict[str, float]) -> str:
    """As Markdown."""
    lines = ["| transport | CPU µs/message |", "|---|--:|"]
    return "\n".join(
        [*lines, *(f"| {name} | {spent_us:.1f} |" for name, spent_us in found.items())]
    )
