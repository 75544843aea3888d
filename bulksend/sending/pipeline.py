"""Many messages: a fixed number of workers, each of which takes one row from claim to settlement.

A row passes: feed -> budget -> slot -> claim (durable) -> delivery -> settle (durable) -> counted.
A worker's next claim becomes durable with the settlement of its row before or later, never earlier;
so never more rows than workers can become unknown. Nothing here cancels a request; the workers
are drained, and abandoned only by `leave`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from itertools import count, takewhile
from typing import Protocol

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.sending import delivery, halt
from bulksend.sms.message import Message, Outcome, Reply, Status, idempotency_key

#: Rows sent one after the other before all workers start, until one is accepted: a wrong key
#: or sender shows itself in one request and not in one for each worker.
FIRST_ROWS = 5
#: How long `leave` waits for the journal.
LEAVE_S = 0.7


class Recorder(Protocol):
    """Whoever keeps the record, in the order of the calls.

    Both are done when it is durable; both raise JournalError.
    """

    def claim(self, message: Message, body: bytes) -> Awaitable[None]:
        """Note that a row is about to be sent."""

    def settle(self, outcome: Outcome) -> asyncio.Future[None]:
        """Note how it ended; outcomes that become durable together may share a future."""

    @property
    def settles(self) -> bool:
        """Whether it still can be noted how a row ended: on a full disk longer than a claim."""


class Source(Protocol):
    """Whoever hands out messages."""

    @property
    def waits_until(self) -> datetime | None:
        """Until when everybody left must wait for the clock."""

    @property
    def never(self) -> int:
        """Rows that are not handed out, since no moment is open for them."""

    async def take(self) -> Message | None:
        """The next message, None after the last."""

    def may_go(self, message: Message) -> bool:
        """Whether a message that was taken may go right now."""

    def put_back(self, message: Message) -> None:
        """Keep it for later."""


class Budget(Protocol):
    """Whoever guards the money."""

    def reserve(self, message: Message) -> bool:
        """Set aside the most a message can cost; False when that could exceed the cap."""

    def settle(self, message: Message, reply: Reply) -> None:
        """Replace what was set aside by what it cost."""

    @property
    def idle(self) -> bool:
        """True when nothing is set aside."""


@frozen
class Workers:
    """What the workers share."""

    batch_id: str
    source: Source
    recorder: Recorder
    pace: delivery.Pace
    budget: Budget
    delivery: delivery.Delivery
    halt: halt.Halt
    on_outcomes: Callable[[Sequence[Outcome]], None]


class Pipeline:
    """Runs workers over a source until it is empty or the halt is set."""

    def __init__(self, workers: Workers, *, max_in_flight: int) -> None:
        self._workers = workers
        self._max_in_flight = max_in_flight
        #: Rows whose outcome is not known yet.
        self.in_flight: dict[int, Message] = {}
        #: Outcomes that are not durable yet, by the future that will say so.
        self._settling: dict[asyncio.Future[None], list[tuple[Message, Outcome]]] = {}
        self._settled = asyncio.Event()
        self._left = asyncio.Event()
        self._accepted = False
        self._failure: BaseException | None = None

    async def run(self) -> None:
        """Raises JournalError, or what the source raised, after the workers have been drained.

        To cancel it is to leave.
        """
        workers = asyncio.create_task(self._work(), name="bulksend-workers")
        leaving = asyncio.create_task(self._left.wait(), name="bulksend-leave")
        try:
            await asyncio.wait([workers, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            abandoned = not workers.done()
            if abandoned:
                await self._abandon(workers)
        if not abandoned:
            workers.result()
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """Give up waiting for replies: what is in flight becomes unknown."""
        self._left.set()

    async def _work(self) -> None:
        """A few rows one by one, then everybody."""
        await self._worker(takewhile(lambda _: not self._accepted, range(FIRST_ROWS)))
        async with asyncio.TaskGroup() as group:
            for number in range(self._max_in_flight):
                group.create_task(self._worker(count()), name=f"bulksend-worker-{number}")
        if self._settling:
            await asyncio.wait(tuple(self._settling))

    async def _worker(self, rows: Iterable[int]) -> None:
        """Row after row, until there is no more to do. A failure halts the others."""
        try:
            for _ in rows:
                message = await self._next()
                if message is None:
                    return
                await self._send(message)
        except Exception as failure:  # drain first, then show it
            self._fail(failure)

    def _fail(self, failure: BaseException) -> None:
        self._failure = self._failure or failure
        if isinstance(failure, errors.JournalError):
            self._workers.halt.set(errors.Stop.JOURNAL, str(failure))
            if not self._workers.recorder.settles:
                self._left.set()  # waiting for replies is no use
        elif isinstance(failure, errors.BulksendError):
            self._workers.halt.set(errors.Stop.CONTACTS_CHANGED, str(failure))
        else:
            self._workers.halt.set(errors.Stop.BUG, str(failure))

    async def _next(self) -> Message | None:
        """The next row that may go, with its money and its slot; None when there is none."""
        workers = self._workers
        while workers.halt.reason is None:
            message = await workers.source.take()
            if message is None:
                return None
            if not workers.budget.reserve(message) and not await self._afford(message):
                return None
            if workers.halt.reason is not None or not (
                workers.pace.slot_now() or await workers.halt.outlast(workers.pace.slot())
            ):
                return None
            if workers.source.may_go(message):
                return message
            workers.pace.give_back()  # its hours became quiet meanwhile
            workers.budget.settle(message, delivery.NONE_LEFT)
            workers.source.put_back(message)
        return None

    async def _send(self, message: Message) -> None:
        workers = self._workers
        body = workers.delivery.gateway.body(message)
        self.in_flight[message.row] = message
        await workers.recorder.claim(message, body)
        key = idempotency_key(workers.batch_id, message.row, message.claim)
        outcome = await workers.delivery.deliver(message, body, key)
        del self.in_flight[message.row]  # from here on its outcome is in the journal's hands
        if outcome.reply.status is Status.ACCEPTED:
            self._accepted = True
        self._settle(message, outcome)

    def _settle(self, message: Message, outcome: Outcome) -> None:
        """Not waited for, so that the worker's next claim can share the commit."""
        settling = self._workers.recorder.settle(outcome)
        if settling not in self._settling:
            self._settling[settling] = []
            settling.add_done_callback(self._count)
        self._settling[settling].append((message, outcome))

    def _count(self, settling: asyncio.Future[None]) -> None:
        """Durable: give back the money of these rows, and count them."""
        settled = self._settling.pop(settling)
        self._settled.set()
        if settling.cancelled():
            return
        try:
            settling.result()
            for message, outcome in settled:
                self._workers.budget.settle(message, outcome.reply)
            self._workers.on_outcomes([outcome for _, outcome in settled])
        except Exception as failure:
            self._fail(failure)

    async def _afford(self, message: Message) -> bool:
        """Wait while rows in flight hold money that may come free; halt when none does."""
        workers = self._workers
        while not workers.budget.reserve(message):
            if workers.budget.idle:
                workers.halt.set(errors.Stop.MAX_COST)
                return False
            self._settled.clear()
            if not await workers.halt.outlast(self._settled.wait()):
                return False
        return True

    async def _abandon(self, workers: asyncio.Task[None]) -> None:
        """Note what is in flight as unknown, as far as the journal still can; then let go."""
        workers.cancel()
        await asyncio.wait([workers], timeout=LEAVE_S)
        for message in self.in_flight.values():
            self._settle(message, _left_in_flight(message))
        if self._settling:
            _, late = await asyncio.wait(tuple(self._settling), timeout=LEAVE_S)
            for waiting in late:
                waiting.cancel()


def _left_in_flight(message: Message) -> Outcome:
    code = errors.Code.IN_FLIGHT_AT_EXIT
    reply = Reply(status=Status.UNKNOWN, code=code, error=errors.TEXT_FOR[code])
    return Outcome(message.row, message.claim, 1, reply)
