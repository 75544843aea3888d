"""One message: its requests, from the first to the one that decides (the only room with tenacity).

A message is tried again only when it provably never left. What may have left is `unknown` and ends
here: a second request could be a second text.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.sending.halt import Halt
from bulksend.sms.message import Message, Outcome, Reply, Status

if TYPE_CHECKING:
    import tenacity


class Gateway(Protocol):
    """Whoever takes messages: one request, one reply."""

    def body(self, message: Message) -> bytes:
        """The request's bytes: the same for the same message, always."""

    async def send(self, body: bytes, key: str) -> Reply:
        """Make exactly one request. Never raises for anything the wire can do."""


class Pace(Protocol):
    """Whoever says when the next request may go; who passes at once need not wait."""

    def slot_now(self) -> bool:
        """Whether one row may be sent; then it has its slot."""

    async def slot(self) -> None:
        """Wait until one row may be sent."""

    def give_back(self) -> None:
        """A slot that was given is not made use of."""

    def smooth_now(self) -> bool:
        """Whether a request that has its slot may leave; then it does."""

    async def smooth(self) -> None:
        """Wait until it may: bursts are smoothed."""


@frozen
class Patience:
    """How often and how long a message that provably never left is tried again."""

    #: Requests for one claim; those that wait at the gate (429, no connection) do not count.
    attempts_max: int = 4
    backoff_initial_s: float = 0.5
    backoff_max_s: float = 30.0


class NotSent(Exception):
    """The request provably never left; carries the reply that says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


def _always(message: Message) -> bool:  # noqa: ARG001
    return True


@dataclass(slots=True)
class Delivery:
    """Delivers messages for any number of workers; holds no state of a message."""

    gateway: Gateway
    pace: Pace
    halt: Halt
    #: Told of every reply, once each and in this order; also of those that are tried again.
    listeners: Sequence[Callable[[Reply], None]]
    sleep: Callable[[float], Awaitable[None]]
    #: Whether a message may go right now; one that may not is not tried again in this run.
    may_go: Callable[[Message], bool] = _always
    patience: Patience = field(default_factory=Patience)
    random: random.Random = field(default_factory=random.Random)
    #: The loop's clock; whoever asks for the loop each time makes a system call each time.
    now_s: Callable[[], float] = field(default_factory=lambda: asyncio.get_running_loop().time)
    #: Replies so far, and how long they took together.
    replies: int = 0
    replies_s: float = 0.0

    async def deliver(self, message: Message, body: bytes, key: str) -> Outcome:
        """The first request with the slot already taken, and more only if nothing left."""
        reply = await self._send(body, key)
        if reply is None:
            return Outcome(message.row, message.claim, 0, NONE_LEFT)
        if not self._worth_another(reply):
            return Outcome(message.row, message.claim, 1, reply)
        requests = _Requests(message, 1, reply)
        await self._try_again(requests, body, key)
        return Outcome(message.row, message.claim, requests.count, requests.reply)

    async def _send(self, body: bytes, key: str) -> Reply | None:
        """One request, and its reply; None where a halt came first."""
        if self.halt.reason is not None or not (
            self.pace.smooth_now() or await self.halt.outlast(self.pace.smooth())
        ):
            self.pace.give_back()
            return None
        left_s = self.now_s()
        reply = await self.gateway.send(body, key)
        self.replies_s += self.now_s() - left_s
        self.replies += 1
        for listener in self.listeners:
            listener(reply)
        return reply

    def _worth_another(self, reply: Reply) -> bool:
        return reply.status is Status.UNSENT and reply.stop is None and self.halt.reason is None

    async def _try_again(self, requests: _Requests, body: bytes, key: str) -> None:
        """A fresh tenacity object each time: one that is shared mixes up its messages.

        It stands outside the first request because entering it costs as much as the rest of us.
        """
        import tenacity  # most batches come through without

        retrying = tenacity.AsyncRetrying(
            sleep=self._pause,
            stop=tenacity.stop_after_attempt(self.patience.attempts_max),
            wait=self._backoff,
            retry=tenacity.retry_if_exception_type(NotSent),
            reraise=True,
        )
        try:
            await retrying(self._attempt, requests, body, key)
        except NotSent:
            return

    async def _attempt(self, requests: _Requests, body: bytes, key: str) -> None:
        """One attempt. The first looks at the reply we have; some replies wait at the gate."""
        if requests.looked_at:
            await self._request(requests, body, key)
        requests.looked_at = True
        while not requests.closed and self._worth_another(requests.reply):
            if not _waits_at_the_gate(requests.reply):
                raise NotSent(requests.reply)
            await self._request(requests, body, key)

    async def _request(self, requests: _Requests, body: bytes, key: str) -> None:
        # Coverage sees nothing any more of a coroutine whose wait was cancelled.
        if await self.halt.outlast(self.pace.slot()):  # pragma: no branch
            if not self.may_go(requests.message):
                self.pace.give_back()
                requests.closed = True
            elif (reply := await self._send(body, key)) is not None:  # pragma: no branch
                requests.count, requests.reply = requests.count + 1, reply

    async def _pause(self, delay_s: float) -> None:
        await self.halt.outlast(self.sleep(delay_s))

    def _backoff(self, state: tenacity.RetryCallState) -> float:
        """Full jitter: every delay from nothing to the doubling bound is as likely."""
        bound_s = self.patience.backoff_initial_s * 2.0**state.attempt_number
        return self.random.uniform(0.0, min(self.patience.backoff_max_s, bound_s))


@dataclass(slots=True)
class _Requests:
    """The requests of one claim so far, and the last reply."""

    message: Message
    count: int
    reply: Reply
    looked_at: bool = False
    #: Its hours became quiet.
    closed: bool = False


#: Of a claim whose first request was held back by a halt.
NONE_LEFT = Reply(
    status=Status.UNSENT,
    code=errors.Code.NOT_WRITTEN,
    error=errors.TEXT_FOR[errors.Code.NOT_WRITTEN],
)


def _waits_at_the_gate(reply: Reply) -> bool:
    """Whether the pace decides when this row is tried again: 429, or no connection at all."""
    throttled = reply.signal is not None and reply.signal.throttle is not None
    return throttled or reply.code in errors.NO_CONNECTION
