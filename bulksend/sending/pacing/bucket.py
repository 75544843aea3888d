"""The user's rate: a leaky bucket, drawn a tick at a time (the only module with aiolimiter)."""

from __future__ import annotations

import contextlib

from aiolimiter import AsyncLimiter

from bulksend.sending.pacing import policy

#: How often there is something to draw.
TICK_S = 0.005
#: How late a look may come without a slot being lost.
SLACK_S = 0.1


class Bucket:
    """Slots at one rate: a few at first, and room for those of a look that comes late."""

    def __init__(self, rate_per_s: float, slots: float) -> None:
        size = 1.0 + SLACK_S * rate_per_s
        self._limiter = AsyncLimiter(size, size / (policy.SHARE * rate_per_s))
        #: Slots of a tick.
        self._tick = max(1.0, TICK_S * rate_per_s)
        self._draw(size)  # a new limiter would let out a whole bucket
        #: Slots that were drawn and not taken yet; who makes no use of one puts it back here.
        self.drawn = slots

    def take(self) -> bool:
        """Take one slot, where there is one."""
        if self.drawn < 1.0:
            if not self._draw(self._tick):
                return False
            self.drawn += self._tick
        self.drawn -= 1.0
        return True

    def _draw(self, slots: float) -> bool:
        """Never waited for: where there is room, `acquire` ends in its first step."""
        if not self._limiter.has_capacity(slots):
            return False
        with contextlib.suppress(StopIteration):
            self._limiter.acquire(slots).send(None)
        return True
