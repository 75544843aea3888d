"""When the next request may go: one gate for all workers (the only room with aiolimiter).

One task draws slots from a small bucket, once a tick, and hands them to the waiting workers in
their order. Drawn like that the bucket neither bursts at the start, nor spins under uvloop (whose
timers are whole milliseconds), nor costs a timer for each slot. A sliding window keeps what a
bucket alone cannot promise: in no second (no period, for slow rates) more slots than the rate and
one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from aiolimiter import AsyncLimiter

from bulksend.sending import pace as paces
from bulksend.sms.message import Reply

#: How often slots are drawn.
TICK_S = 0.005
#: What the bucket holds beyond one slot: enough for a late tick.
SLACK_S = 0.02


class Pacer:
    """An async context manager; `slot` may be awaited by any number of tasks."""

    def __init__(self, rate_per_s: float) -> None:
        self.pace = paces.start(rate_per_s)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._wanted = asyncio.Event()
        self._paused = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._window = _Window(self.pace.user_per_s)
        await self._fill(self.pace.now_per_s, full=False)
        self._dispenser = asyncio.create_task(self._dispense(), name="bulksend-pacer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._dispenser.cancel()
        await asyncio.wait([self._dispenser])

    async def slot(self) -> None:
        """Wait until one request may go; first come, first served. Safe to cancel."""
        permission = self._loop.create_future()
        self._waiting.append(permission)
        self._wanted.set()
        await permission

    def heard(self, reply: Reply) -> None:
        """Learn from a reply."""
        self.pace = paces.next_pace(self.pace, reply, self._loop.time())

    def pause(self) -> None:
        """Give no slot until `go_on`."""
        self._paused = True

    def go_on(self) -> None:
        """Give slots again."""
        self._paused = False

    def set_rate(self, rate_per_s: float) -> None:
        """Another rate of the user's, from now on."""
        self.pace = paces.start(rate_per_s)
        self._window = _Window(rate_per_s)

    @property
    def limited_by(self) -> str:
        """What holds the pace right now, in words."""
        return paces.LimitedBy.PAUSED if self._paused else self.pace.limited_by

    async def _fill(self, rate_per_s: float, *, full: bool) -> None:
        """A bucket for this rate: with its slack at the start, with nothing after a change."""
        self._drawn_per_s = rate_per_s
        size = 1.0 + rate_per_s * SLACK_S
        self._limiter = AsyncLimiter(size, size / rate_per_s)
        if full:
            await self._limiter.acquire(size)

    async def _dispense(self) -> None:
        while True:
            await self._wanted.wait()
            await self._draw()
            if self._waiting:
                await asyncio.sleep(self._until_next_s())
            else:
                self._wanted.clear()

    def _until_next_s(self) -> float:
        """A tick; longer where it is known that none may go before."""
        now_s = self._loop.time()
        held_s = min(self.pace.held_until_s - now_s, 1.0)
        closed_s = min(self._window.closed_for_s(now_s), 1.0)
        return max(TICK_S, held_s, closed_s or min(0.05, 0.1 / self._drawn_per_s))

    async def _draw(self) -> None:
        if self._paused or self.pace.held_until_s > self._loop.time():
            return
        if self._drawn_per_s != self.pace.now_per_s:
            await self._fill(self.pace.now_per_s, full=True)
        while (
            self._waiting and self._limiter.has_capacity() and self._window.open(self._loop.time())
        ):
            permission = self._waiting.popleft()
            if permission.done():  # whoever waited has gone
                continue
            await self._limiter.acquire()
            self._window.add(self._loop.time())
            permission.set_result(None)


class _Window:
    """The slots of the last second, or of the last period of a slow rate."""

    def __init__(self, rate_per_s: float) -> None:
        promised_s = max(1.0, 1.0 / rate_per_s)
        # A little longer than promised: requests overtake each other on their way to the server.
        self._length_s = 1.005 * promised_s
        self._most = int(rate_per_s * promised_s + 1e-9)
        if self._most < 0.99 * rate_per_s * self._length_s:  # 1.5/s: one a second would be too few
            self._most += 1
        self._given: deque[float] = deque()

    def open(self, now_s: float) -> bool:
        """Whether one more slot keeps the promise."""
        while self._given and self._given[0] + self._length_s <= now_s:
            self._given.popleft()
        return len(self._given) < self._most

    def closed_for_s(self, now_s: float) -> float:
        """How long no slot can keep the promise; 0 when one can."""
        if self.open(now_s):
            return 0.0
        return self._given[0] + self._length_s - now_s

    def add(self, now_s: float) -> None:
        """One slot was given."""
        self._given.append(now_s)
