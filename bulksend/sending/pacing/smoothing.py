"""The last step before the wire: requests leave as evenly as their slots were given.

Between a slot and its request lies the claim, and the disk decides how long that takes: what waited
for a slow commit comes out of it all at once, and the server would see more in a second than the
rate. So a burst is smoothed here, which costs its requests what they lacked in waiting, and nothing
where there is no burst.
"""

from __future__ import annotations

import asyncio
from collections import deque

from bulksend.sending import delivery
from bulksend.sending.pacing.pacer import Pacer
from bulksend.sending.pacing.window import Window
from bulksend.sms.message import Message, Reply

#: A burst as long as this may pass: two ticks.
BURST_S = 0.01
#: Of the rate: how fast a larger one is smoothed.
SMOOTHED = 1.02
#: Room for requests that overtake each other on their way to the server.
LONGER = 1.003


class Departures:
    """A gateway in front of the true one; satisfies `delivery.Gateway`."""

    def __init__(self, gateway: delivery.Gateway, pacer: Pacer) -> None:
        self._gateway = gateway
        self._pacer = pacer
        self._rate_per_s = pacer.pace.user_per_s
        self._window = Window(self._rate_per_s, longer=LONGER)
        #: When all that has left would have left, one after the other.
        self._next_s = float("-inf")
        self._waiting: deque[asyncio.Future[None]] = deque()
        #: Replies so far, and how long they took together.
        self.replies, self.replies_s = 0, 0.0

    def body(self, message: Message) -> bytes:
        """The request's bytes."""
        return self._gateway.body(message)

    async def send(self, body: bytes, key: str) -> Reply:
        """Wait for this request's moment, in the order of asking; then one request."""
        loop = asyncio.get_running_loop()
        if self._waiting or not self._leaves(loop.time()):
            moment = loop.create_future()
            self._waiting.append(moment)
            if len(self._waiting) == 1:
                self._release(loop)
            await moment
        left_s = loop.time()
        reply = await self._gateway.send(body, key)
        self.replies += 1
        self.replies_s += loop.time() - left_s
        return reply

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let go whose moment has come, and come back for the next."""
        now_s, waiting = loop.time(), self._waiting
        while waiting and (waiting[0].done() or self._leaves(now_s)):
            moment = waiting.popleft()
            if not moment.done():
                moment.set_result(None)
        if waiting:
            loop.call_at(max(self._opens_at_s(now_s), now_s + 0.001), self._release, loop)

    def _leaves(self, now_s: float) -> bool:
        """Whether one request may leave now; then it does."""
        if self._opens_at_s(now_s) > now_s:
            return False
        self._next_s = max(self._next_s, now_s) + 1.0 / (SMOOTHED * self._rate_per_s)
        self._window.add(now_s)
        return True

    def _opens_at_s(self, now_s: float) -> float:
        if self._rate_per_s != self._pacer.pace.user_per_s:
            self._rate_per_s = self._pacer.pace.user_per_s
            self._window = self._window.changed(self._rate_per_s)
        return max(self._window.opens_at_s(now_s), self._next_s - BURST_S)
