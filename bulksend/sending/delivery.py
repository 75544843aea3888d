"""One message: its requests, from the first to the one that decides (the only room with tenacity).

A message is tried again only when it provably never left. What may have left is `unknown` and ends
here: a second request could be a second text.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import tenacity

from bulksend.sending import halt as halting
from bulksend.sms.message import Message, Outcome, Reply, Status


class Gateway(Protocol):
    """Whoever takes messages: one request, one reply."""

    def body(self, message: Message) -> bytes:
        """The request's bytes: the same for the same message, always."""

    async def send(self, body: bytes, key: str) -> Reply:
        """Make exactly one request. Never raises for anything the wire can do."""


class Pace(Protocol):
    """Whoever says when the next request may go."""

    def take(self) -> bool:
        """True when one request may go right now; False when `slot` must be waited for."""

    async def slot(self) -> None:
        """Wait until one request may go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long a message that provably never left is tried again."""

    #: Requests for one claim; those that Telnyx throttled do not count.
    attempts_max: int = 4
    backoff_initial_s: float = 0.5
    backoff_max_s: float = 30.0


class NotSent(Exception):
    """The request provably never left; carries the reply that says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


@dataclass(slots=True)
class Delivery:
    """Delivers messages one at a time for any number of workers; holds no state of a message."""

    gateway: Gateway
    pace: Pace
    halt: halting.Halt
    #: Told of every reply, once each and in this order; also of those that are tried again.
    listeners: Sequence[Callable[[Reply], None]]
    sleep: Callable[[float], Awaitable[None]]
    patience: Patience = field(default_factory=Patience)
    random: random.Random = field(default_factory=random.Random)

    async def deliver(self, message: Message, body: bytes, key: str) -> Outcome:
        """The first request with the slot already taken, and more only if nothing left."""
        reply = self._announce(await self.gateway.send(body, key))
        if not self._worth_another(reply):
            return Outcome(message.row, message.claim, 1, reply)
        counted = _Counted(1, reply)
        await self._try_again(counted, body, key)
        return Outcome(message.row, message.claim, counted.requests, counted.reply)

    def _announce(self, reply: Reply) -> Reply:
        for listener in self.listeners:
            listener(reply)
        return reply

    def _worth_another(self, reply: Reply) -> bool:
        return reply.status is Status.UNSENT and reply.stop is None and not self.halt

    async def _try_again(self, counted: _Counted, body: bytes, key: str) -> None:
        """A fresh tenacity object each time: one that is shared mixes up its messages.

        It stands outside the first request because entering it costs as much as the rest of us.
        """
        retrying = tenacity.AsyncRetrying(
            sleep=self._pause,
            stop=tenacity.stop_after_attempt(self.patience.attempts_max),
            wait=self._backoff,
            retry=tenacity.retry_if_exception_type(NotSent),
            reraise=True,
        )
        try:
            await retrying(self._attempt, counted, body, key)
        except NotSent:
            return

    async def _attempt(self, counted: _Counted, body: bytes, key: str) -> None:
        """One attempt. The first looks at the reply we have; a throttled one waits at the gate."""
        if counted.looked_at:
            await self._request(counted, body, key)
        counted.looked_at = True
        while self._worth_another(counted.reply) and _throttled(counted.reply):
            await self._request(counted, body, key)
        if self._worth_another(counted.reply):
            raise NotSent(counted.reply)

    async def _request(self, counted: _Counted, body: bytes, key: str) -> None:
        if await self.halt.outlast(self.pace.slot()):
            counted.reply = self._announce(await self.gateway.send(body, key))
            counted.requests += 1

    async def _pause(self, delay_s: float) -> None:
        await self.halt.outlast(self.sleep(delay_s))

    def _backoff(self, state: tenacity.RetryCallState) -> float:
        """Full jitter: every delay from nothing to the doubling bound is as likely."""
        bound_s = self.patience.backoff_initial_s * 2.0**state.attempt_number
        return self.random.uniform(0.0, min(self.patience.backoff_max_s, bound_s))


@dataclass(slots=True)
class _Counted:
    """The requests of one claim so far, and the last reply."""

    requests: int
    reply: Reply
    looked_at: bool = False


def _throttled(reply: Reply) -> bool:
    return reply.signal is not None and reply.signal.throttle is not None
