"""When the next request may go: one gate for all workers (the only room with aiolimiter).

The bucket holds time, not requests: it leaks one second a second, and a slot adds the interval of
the present rate to it. So one bucket serves every rate, a change of the rate is a change of the
interval, and debt stays debt. It is filled, and slots are granted to all who wait, by one task once
a tick: like that it neither bursts at the start, nor spins under uvloop (whose timers are whole
milliseconds), nor costs a timer for each slot. A window beside it keeps what a bucket alone cannot
promise.

After every rest (the start, a pause, a hold) the gate opens step by step: one request, two, ten,
and then as many as the rate wants. That costs four round trips, and a full queue or a wrong limit
shows itself in a few requests.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from aiolimiter import AsyncLimiter

from bulksend.sending.pacing import policy as paces
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sending.pacing.window import Window
from bulksend.sms.message import Reply, Status

#: How often slots are granted.
TICK_S = 0.005
#: How late a tick may come without a slot being lost: the most that is given at once beyond one.
#: Less where the provider's queue sets the pace.
SLACK_S, SLACK_LIMITED_S = 0.1, 0.02
#: How soon a change of the pace is noticed, however slow it is.
LOOK_S = 0.1
#: Of the rate: room to catch up after a late tick without breaking the window.
SHARE = 0.995
#: Far more seconds than any debt.
_SIZE_S = 1e6


class Pacer:
    """An async context manager; `slot` may be awaited by any number of tasks."""

    def __init__(self, rate_per_s: float) -> None:
        self.pace = paces.start(rate_per_s)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._wanted = asyncio.Event()
        self._paused = False
        self._given = self._replies = self._accepted = 0
        #: When the last ones were accepted; a limit above so many a second is not looked for.
        self._accepted_at: deque[float] = deque(maxlen=2000)
        #: Slots given and not answered, and replies, when the last rest ended.
        self._open_then = self._replies_then = 0
        self._rested = True
        self._last_s = float("-inf")
        #: Of the slots that were given, what is not in the bucket yet.
        self._debt_s = 0.0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._window = Window(self.pace.user_per_s)
        self._interval_s = self._interval_at(self._loop.time())
        self._new_bucket(debt_s=self._slack_s)
        self._ticking = asyncio.create_task(self._tick(), name="bulksend-pacer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ticking.cancel()
        await asyncio.wait([self._ticking])

    def take(self) -> bool:
        """A slot that is free right now, where nobody waits for one; False when there is none."""
        if self._waiting or not self._free():
            return False
        self._give()
        self._wanted.set()
        return True

    async def slot(self) -> None:
        """Wait until one request may go; first come, first served. Safe to cancel."""
        if self.take():
            return
        permission = self._loop.create_future()
        self._waiting.append(permission)
        self._wanted.set()
        await permission

    def on_reply(self, reply: Reply) -> None:
        """Learn from a reply."""
        self._replies += 1
        self._accepted += reply.status is Status.ACCEPTED
        now_s, open_now = self._loop.time(), max(self._open, 0)
        if reply.status is Status.ACCEPTED:
            self._accepted_at.append(now_s)
        count = 0
        if reply.signal is not None or self._replies <= self.pace.limit.ignore_until_reply:
            count = sum(at_s > now_s - 1.0 for at_s in self._accepted_at)
        observation = Observation(now_s, self._accepted, self._replies, open_now, count)
        self.pace = paces.next_pace(self.pace, reply, observation)

    def pause(self) -> None:
        """Give no slot until `go_on`."""
        self._paused = True

    def go_on(self) -> None:
        """Give slots again."""
        self._paused = False

    def set_rate(self, rate_per_s: float) -> None:
        """Another rate of the user's, from now on; what was learnt and what was given counts."""
        self.pace = paces.with_rate(self.pace, rate_per_s)
        self._window = self._window.changed(rate_per_s)

    @property
    def paused(self) -> bool:
        """Whether the user has paused the batch."""
        return self._paused

    @property
    def held(self) -> bool:
        """Whether Telnyx has asked to wait."""
        return self.pace.held_until_s > self._loop.time()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return sum(not permission.done() for permission in self._waiting)

    @property
    def limited_by(self) -> paces.LimitedBy:
        """Where the rate comes from right now."""
        return self.pace.limited_by(self._loop.time())

    @property
    def _open(self) -> int:
        return self._given - self._replies

    async def _tick(self) -> None:
        while True:
            await self._wanted.wait()
            self._grant()
            await self._settle_debt()
            if not self._waiting:
                self._wanted.clear()
            await asyncio.sleep(self._until_next_s() if self._waiting else TICK_S)

    def _grant(self) -> None:
        """Slots for those who wait, as many as there are; who has gone costs nobody a slot."""
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
            elif self._free():
                self._give()
                self._waiting.popleft().set_result(None)
            else:
                return

    def _until_next_s(self) -> float:
        """A tick, longer for slow rates; longer still where it is known that none may go before."""
        now_s = self._loop.time()
        next_s = max(
            self.pace.held_until_s,
            self._last_s + self._interval_s - self._slack_s,
            self._window.opens_at_s(now_s),
        )
        if next_s > now_s:
            return min(max(next_s - now_s, TICK_S), LOOK_S)
        return max(TICK_S, min(self._interval_s / 20, self._slack_s / 2))

    def _free(self) -> bool:
        """Whether one request may go now."""
        now_s = self._loop.time()
        if self._paused or self.pace.held_until_s > now_s:
            self._rested = True
            return False
        self._update_interval(now_s)
        return (
            self._open - self._open_then < _open_after(self._replies - self._replies_then)
            and self._has_room()
            and self._window.opens_at_s(now_s) <= now_s
        )

    def _has_room(self) -> bool:
        return self._bucket.has_capacity(_SIZE_S - self._slack_s + self._debt_s)

    def _give(self) -> None:
        self._debt_s += self._interval_s
        self._last_s = self._loop.time()
        self._window.add(self._last_s)
        self._given += 1

    async def _settle_debt(self) -> None:
        """Put what was given into the bucket, which has always room for it."""
        debt_s, self._debt_s = self._debt_s, 0.0
        await self._bucket.acquire(debt_s)

    def _update_interval(self, now_s: float) -> None:
        """The interval at this moment; the last slot given is measured by the new one too."""
        before_s, self._interval_s = self._interval_s, self._interval_at(now_s)
        if self._interval_s == before_s and not self._rested:
            return
        self._window = self._window.changed(self.pace.per_s(now_s))
        rested, self._rested = self._rested, False
        if rested:
            self._open_then, self._replies_then = self._open, self._replies
        if rested and self._has_room():
            self._new_bucket(debt_s=self._slack_s)  # one slot: what piled up is let go
        elif self._interval_s > before_s:
            self._debt_s += self._interval_s - before_s
        elif self._interval_s < 0.5 * before_s:  # or the old interval would be waited for
            self._new_bucket(debt_s=self._interval_s)

    def _interval_at(self, now_s: float) -> float:
        per_s = self.pace.per_s(now_s)
        # A queue evens out what comes in a burst, and its slow rates change from slot to slot.
        queued = self.pace.queue.per_s <= per_s < self.pace.user_per_s
        self._slack_s = SLACK_LIMITED_S if queued else SLACK_S
        return 1.0 / (SHARE * per_s)

    def _new_bucket(self, debt_s: float) -> None:
        """It leaks one second a second."""
        self._bucket, self._debt_s = AsyncLimiter(_SIZE_S, _SIZE_S), debt_s


def _open_after(replies: int) -> int:
    """How many requests may be out after so many replies since the last rest."""
    return replies + 1 if replies < 3 else replies * replies + 1
