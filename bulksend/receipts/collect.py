"""Pass after pass, at growing intervals, until everything is final, given up, or time is up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bulksend import journal
from bulksend.frozen import frozen
from bulksend.receipts import schedule
from bulksend.receipts.poll import Pass, Poll, ServerTime
from bulksend.telnyx.client import Client
from bulksend.telnyx.receipt_search import Trouble

#: Trouble that another pass does not end.
LASTING = frozenset({Trouble.KEY, Trouble.FORBIDDEN, Trouble.FOREIGN, Trouble.GONE})


@dataclass(slots=True, kw_only=True)
class Collected(Pass):
    """What all passes together came to; what waits or stands in the way is the last one's."""

    passes: int = 0

    def add(self, came: Pass) -> None:
        """One more pass."""
        self.passes += 1
        self.strangers |= came.strangers
        self.reads += came.reads
        self.changed += came.changed
        self.given_up += came.given_up
        self.gone, self.waiting = came.gone, came.waiting
        self.pages_trouble, self.trouble = came.pages_trouble, came.trouble


#: Accepted messages, and the least and the most of the server's clock less ours, in ms.
Accepted = tuple[Sequence[journal.AcceptedMessage], tuple[int | None, int | None]]


@frozen
class Source:
    """The batch whose messages are asked about, looked at anew before each pass."""

    #: Its accepted messages right now, and the server's clock less ours while they were sent.
    accepted: Callable[[], Accepted]
    #: Whether a run works on it right now.
    is_running: Callable[[], bool]


async def collect(
    poll: Poll,
    source: Source,
    gateway: Client,
    patience: schedule.Patience,
    on_pass: Callable[[Collected, float | None], None],
) -> Collected:
    """Ask until nothing is open or the time is up. `on_pass` hears when the next pass comes.

    May be cancelled at any moment: what was answered is durable. Raises JournalError.
    """
    began_s, collected = time.monotonic(), Collected()
    await gateway.get("/balance")  # its reply tells the server's time
    while True:
        running = source.is_running()
        sent, clocks = source.accepted()
        poll.pace.per_s = schedule.READS_BESIDE_RUN_PER_S if running else schedule.READS_PER_S
        collected.add(await poll.once(sent, _server_time(gateway, clocks)))
        in_s = schedule.next_pass_in_s(
            patience,
            waiting=collected.waiting,
            running=running,
            elapsed_s=time.monotonic() - began_s,
            passes=collected.passes,
        )
        if collected.trouble in LASTING:
            in_s = None
        on_pass(collected, in_s)
        if in_s is None:
            return collected
        await asyncio.sleep(in_s)


def _server_time(gateway: Client, clocks: tuple[int | None, int | None]) -> ServerTime:
    low_ms, high_ms = clocks
    return ServerTime(
        low_s=None if low_ms is None else low_ms / 1000,
        high_s=None if high_ms is None else high_ms / 1000,
        ahead_s=gateway.clock.low_s,
    )
