"""The gate: waits, and asks those who decide (the only module with aiolimiter).

How it works is written at the top of the folder, in `pacing/__init__.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from aiolimiter import AsyncLimiter

from bulksend.sending.limited_by import LimitedBy
from bulksend.sending.pacing import policy
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sending.pacing.window import Window
from bulksend.sms.message import Reply, Status

#: How often the first in line looks; how soon it notices a change, however slow the pace is.
TICK_S, LOOK_S = 0.005, 0.05
#: How late a look may come without a slot being lost.
SLACK_S = 0.1
#: More than so many accepted in a second are not counted: no limit is looked for up there.
_COUNTED = 2000


class Pacer:
    """One gate; `slot` and `smooth` may be awaited by any number of tasks."""

    def __init__(self, rate_per_s: float) -> None:
        self.pace = policy.Pace(rate_per_s)
        self._counts = Observation()
        self._accepted_at: deque[float] = deque(maxlen=_COUNTED)
        self._bucket = _bucket(rate_per_s)
        self._slots, self._wire = Window(1.001), Window(1.003)
        # Who is first in line, for a slot and at the wire; the others wait in the order of asking.
        self._asking, self._leaving = asyncio.Lock(), asyncio.Lock()

    async def slot(self) -> None:
        """Wait until one row may be claimed; first come, first served. Safe to cancel."""
        async with self._asking:
            while (early_s := await self._early_s()) > 0:  # noqa: ASYNC110 - one looks, for all
                await asyncio.sleep(min(max(early_s, TICK_S), LOOK_S))
            if self.pace.opened is None:  # a rest is over: what piled up in it is let go
                self._bucket = await _emptied(self.pace.user_per_s)
            else:
                await self._bucket.acquire()
            self._slots.add(self._counts.now_s, self.pace.user_per_s)
            self.pace = policy.on_slot(self.pace, self._counts)
            self._counts = self._counts._replace(open=self._counts.open + 1)

    async def _early_s(self) -> float:
        """How long until it is worth a look whether one slot may be given; 0: it may now."""
        now_s, user_per_s = _now_s(), self.pace.user_per_s
        if self._bucket.max_rate != _size(user_per_s):
            self._bucket = await _emptied(user_per_s)
        early_s = max(self.pace.next_s, self._slots.opens_at_s(now_s, user_per_s)) - now_s
        if early_s > 0:
            return early_s
        self._counts = self._counts._replace(now_s=now_s)
        free = self.pace.is_free(self._counts) and self._bucket.has_capacity()
        return 0.0 if free else 0.05 / user_per_s

    def give_back(self) -> None:
        """A slot that was given is not made use of."""
        self._counts = self._counts._replace(open=max(self._counts.open - 1, 0))

    async def smooth(self) -> None:
        """Wait until one request more on the wire keeps the promise of each second; as `slot`."""
        async with self._leaving:
            while (early_s := self._early_at_wire_s()) > 0:  # noqa: ASYNC110 - as above
                await asyncio.sleep(min(max(early_s, 0.001), LOOK_S))
            self._wire.add(_now_s(), self.pace.user_per_s)

    def _early_at_wire_s(self) -> float:
        return self._wire.smooth_at_s(_now_s(), self.pace.user_per_s) - _now_s()

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
        self.pace = replace(self.pace, paused=True, opened=None)

    def go_on(self) -> None:
        """Give slots again."""
        self.pace = replace(self.pace, paused=False)

    def set_rate(self, rate_per_s: float) -> None:
        """Another rate of the user's, from now on; what was learnt and what has left counts."""
        self.pace = replace(self.pace, user_per_s=rate_per_s)

    @property
    def open(self) -> int:
        """Requests that have a slot and no reply yet."""
        return self._counts.open

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for the gate."""
        return self._asking.locked() or self._leaving.locked()

    @property
    def held(self) -> bool:
        """Whether nobody may send before some moment."""
        return self.pace.held_until_s > _now_s()

    @property
    def limited_by(self) -> LimitedBy:
        """Where the rate comes from right now."""
        return self.pace.limited_by(_now_s())


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _size(rate_per_s: float) -> float:
    """Slots that a bucket holds: one, and those of a look that comes late."""
    return 1.0 + SLACK_S * rate_per_s


def _bucket(rate_per_s: float) -> AsyncLimiter:
    return AsyncLimiter(_size(rate_per_s), _size(rate_per_s) / (policy.SHARE * rate_per_s))


async def _emptied(rate_per_s: float) -> AsyncLimiter:
    bucket = _bucket(rate_per_s)
    await bucket.acquire(_size(rate_per_s))
    return bucket
