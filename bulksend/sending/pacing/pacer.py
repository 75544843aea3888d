"""The gate: waits, and asks those who decide (the only module with aiolimiter).

How it works is written at the top of the folder, in `pacing/__init__.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque

from aiolimiter import AsyncLimiter

from bulksend.sending.pacing import policy
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sending.pacing.window import Window
from bulksend.sms.message import Reply, Status

#: How often the first in line looks; how soon it notices a change, however slow the pace is.
TICK_S, LOOK_S = 0.005, 0.1
#: How late a look may come without a slot being lost.
SLACK_S = 0.1
#: More than so many accepted in a second are not counted: no limit is looked for up there.
_COUNTED = 2000


class Pacer:
    """One gate; `slot` and `departure` may be awaited by any number of tasks."""

    def __init__(self, rate_per_s: float) -> None:
        self.pace = policy.start(rate_per_s)
        self._counts = Observation(0.0, 0, 0)
        self._accepted_at: deque[float] = deque(maxlen=_COUNTED)
        #: What was counted when the last rest ended; None: at rest.
        self._opened: Observation | None = None
        self._bucket = _bucket(rate_per_s)
        self._slots = Window(rate_per_s, at_wire=False)
        self._wire = Window(rate_per_s, at_wire=True)
        # Who is first in line, for a slot and at the wire; the others wait in the order of asking.
        self._asking, self._leaving = asyncio.Lock(), asyncio.Lock()

    async def slot(self) -> None:
        """Wait until one row may be claimed; first come, first served. Safe to cancel."""
        async with self._asking:
            while not await self._free():  # noqa: ASYNC110 - one looks, for all who wait
                await asyncio.sleep(self._next_look_s())
            await self._bucket.acquire()
            self._slots.add(_now_s())
            self.pace = policy.on_slot(self.pace, _now_s())
            self._counts = self._counts._replace(open=self._counts.open + 1)

    def give_back(self) -> None:
        """A slot that was given is not made use of."""
        self._counts = self._counts._replace(open=max(self._counts.open - 1, 0))

    async def departure(self) -> None:
        """Wait for this request's moment on the wire, in the order of asking. Safe to cancel."""
        async with self._leaving:
            while (wait_s := self._wire.opens_at_s(_now_s()) - _now_s()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(min(max(wait_s, 0.001), LOOK_S))
            self._wire.add(_now_s())

    def on_reply(self, reply: Reply) -> None:
        """Learn from a reply."""
        now_s, before, last_second = _now_s(), self._counts, 0
        accepted = reply.status is Status.ACCEPTED
        if accepted:
            self._accepted_at.append(now_s)
        if reply.signal is not None or before.replies < self.pace.limit.ignore_until_reply:
            last_second = sum(at_s > now_s - 1.0 for at_s in self._accepted_at)
        self._counts = Observation(
            now_s,
            before.accepted + accepted,
            before.replies + 1,
            max(before.open - 1, 0),
            last_second,
        )
        self.pace = policy.next_pace(self.pace, reply, self._counts)

    def pause(self) -> None:
        """Give no slot until `go_on`."""
        self.pace = policy.with_pause(self.pace, paused=True)

    def go_on(self) -> None:
        """Give slots again."""
        self.pace = policy.with_pause(self.pace, paused=False)

    def set_rate(self, rate_per_s: float) -> None:
        """Another rate of the user's, from now on; what was learnt and what has left counts."""
        self.pace = policy.with_rate(self.pace, rate_per_s)
        self._slots = self._slots.changed(rate_per_s)
        self._wire = self._wire.changed(rate_per_s)

    @property
    def open(self) -> int:
        """Requests that have a slot and no reply yet."""
        return self._counts.open

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for a slot."""
        return self._asking.locked()

    @property
    def held(self) -> bool:
        """Whether nobody may send before some moment."""
        return self.pace.held_until_s > _now_s()

    @property
    def limited_by(self) -> policy.LimitedBy:
        """Where the rate comes from right now."""
        return self.pace.limited_by(_now_s())

    async def _free(self) -> bool:
        """Whether one slot may be given now."""
        now_s, user_per_s = _now_s(), self.pace.user_per_s
        if self.pace.paused or self.pace.held_until_s > now_s:
            self._opened = None
            return False
        if self._bucket.max_rate != _size(user_per_s):
            self._bucket = _bucket(user_per_s)
            await self._bucket.acquire(_size(user_per_s))
        if self._opened is None:
            self._opened = self._counts
            if self._bucket.has_capacity():  # one slot: what piled up is let go
                self._bucket = _bucket(user_per_s)
                await self._bucket.acquire(_size(user_per_s) - 1.0)
        return (
            self._counts.open - self._opened.open < self._steps()
            and self.pace.next_allowed_s(now_s) <= now_s
            and self._bucket.has_capacity()
            and self._slots.opens_at_s(now_s) <= now_s
        )

    def _steps(self) -> int:
        """How many requests may be out after so many replies since the last rest."""
        opened = self._opened or self._counts
        replies = self._counts.replies - opened.replies
        return replies + 1 if replies < 3 else replies * replies + 1

    def _next_look_s(self) -> float:
        """A tick, longer for slow rates; longer still where it is known that none may go before."""
        now_s = _now_s()
        early_s = max(self.pace.next_allowed_s(now_s), self._slots.opens_at_s(now_s)) - now_s
        if early_s > 0:
            return min(max(early_s, TICK_S), LOOK_S)
        return min(max(TICK_S, 0.05 / self.pace.user_per_s), SLACK_S / 2)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _size(rate_per_s: float) -> float:
    """Slots that a bucket holds: one, and those of a look that comes late."""
    return 1.0 + SLACK_S * rate_per_s


def _bucket(rate_per_s: float) -> AsyncLimiter:
    return AsyncLimiter(_size(rate_per_s), _size(rate_per_s) / (policy.SHARE * rate_per_s))
