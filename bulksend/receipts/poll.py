"""One pass over everything that is not final: pages first, then one by one, then deliveries.

What was answered is durable before the next read, so a pass may end anywhere; and what is settled
is never asked about again, by this pass or any later one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from bulksend import journal
from bulksend.frozen import frozen
from bulksend.receipts import apply, schedule
from bulksend.receipts.store import Store
from bulksend.telnyx.receipt_search import Page, ReceiptSearch, Trouble
from bulksend.telnyx.receipts import DeliveryStatus, Receipt
from bulksend.telnyx.records import Record, Span
from bulksend.telnyx.reference import RowReference

#: Messages asked about before what came is written down.
_CHUNK = 16
#: How far a record may stand from the claim of its row: by the clocks that the journal noted, and
#: where it noted none.
_NEAR_S, _FAR_BEFORE_S, _FAR_AFTER_S = 5.0, 300.0, 3600.0


@frozen
class ServerTime:
    """The server's clock less ours in seconds; None where nobody knows."""

    #: While the batch was sent.
    low_s: float | None = None
    high_s: float | None = None
    #: Right now.
    ahead_s: float | None = None

    def now_s(self) -> float:
        """By the server's clock."""
        return time.time() + (self.ahead_s or 0.0)


@dataclass(slots=True, kw_only=True)
class Pass:
    """What a pass came to."""

    reads: int = 0
    #: Messages of which something new was answered.
    changed: int = 0
    #: Messages that are still open.
    waiting: int = 0
    given_up: int = 0
    #: Messages that Telnyx does not have, or has forgotten.
    gone: int = 0
    #: What stood in the way: of the pages, and of the pass, which ended then.
    pages_trouble: Trouble | None = None
    trouble: Trouble | None = None
    #: Records, in which marks may stand, of messages that the journal does not have.
    strangers: dict[str, Record] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Pace:
    """Reads at a rate of their own."""

    per_s: float
    _next_s: float = 0.0

    async def wait(self) -> None:
        """Until the next read may go."""
        now_s = asyncio.get_running_loop().time()
        at_s = max(self._next_s, now_s)
        self._next_s = at_s + 1.0 / self.per_s
        if at_s > now_s:
            await asyncio.sleep(at_s - now_s)


@frozen
class Poll:
    """Asks about the messages of one batch."""

    search: ReceiptSearch
    store: Store
    sender: str
    #: None where the batch's requests carry no webhook URL, and so no marks.
    row_reference: RowReference | None
    pace: Pace
    #: Hears after each writing how many are not settled yet.
    on_answered: Callable[[int], None] = lambda _: None

    async def once(self, sent: Sequence[journal.AcceptedMessage], server: ServerTime) -> Pass:
        """Ask about every message that is not settled. Raises JournalError from the store."""
        came = Pass()
        waiting = self._open(sent)
        came.given_up = self._give_up(waiting, sent, server)
        if waiting:
            ours = {message.message_id for message in sent}
            in_transit = await self._read_pages(waiting, ours, server, came)
            if schedule.worth_asking(len(in_transit), len(sent)):
                in_transit.clear()
            if came.trouble is None:
                await self._ask_each(waiting, in_transit, came)
        came.waiting = len(waiting)
        return came

    def _open(self, sent: Sequence[journal.AcceptedMessage]) -> dict[str, journal.AcceptedMessage]:
        """What is not settled yet, by message ID, the oldest first."""
        waiting = {message.message_id: message for message in sent}
        for message_id, entry in self.store.entries(waiting).items():
            asked_enough = entry.state.status.is_final and entry.asked >= schedule.COST_ASKS_MAX
            if entry.state.is_settled or asked_enough:
                del waiting[message_id]
            elif not entry.ours:
                self.store.adopt([message_id])
        return waiting

    def _give_up(
        self,
        waiting: dict[str, journal.AcceptedMessage],
        sent: Sequence[journal.AcceptedMessage],
        server: ServerTime,
    ) -> int:
        """Of what is open, what it is of no use to ask about; settled as given up."""
        now_s = server.now_s()
        last_s = max((_sent_s(message, server) for message in sent), default=0.0)
        hopeless = [
            message_id
            for message_id, message in waiting.items()
            if schedule.is_given_up(now_s, last_s, _sent_s(message, server))
        ]
        over = [
            Receipt(message_id=message_id, status=DeliveryStatus.GIVEN_UP)
            for message_id in hopeless
        ]
        self.store.add(apply.states_of(over))
        for message_id in hopeless:
            del waiting[message_id]
        return len(hopeless)

    async def _read_pages(
        self,
        waiting: dict[str, journal.AcceptedMessage],
        ours: Collection[str],
        server: ServerTime,
        came: Pass,
    ) -> set[str]:
        """Settle what the pages settle; the messages that they show on their way."""
        in_transit: set[str] = set()
        span, for_all = _span(waiting.values(), server), len(waiting)
        await self.pace.wait()
        async with aclosing(self.search.pages(self.sender, span)) as pages:
            async for page in pages:
                came.reads += 1
                if isinstance(page, Trouble):
                    came.pages_trouble = page
                    if page in (Trouble.KEY, Trouble.UNREACHABLE):
                        came.trouble = page
                    break
                came.strangers |= {
                    key: shown for key, shown in page.marked.items() if key not in ours
                }
                self._keep_page(page, waiting, in_transit, came)
                if not waiting or not schedule.pages_pay(for_all, page.total):
                    break
                await self.pace.wait()
        return in_transit

    def _keep_page(
        self,
        page: Page,
        waiting: dict[str, journal.AcceptedMessage],
        in_transit: set[str],
        came: Pass,
    ) -> None:
        ours = [receipt for receipt in page.receipts if receipt.message_id in waiting]
        came.changed += self._keep(ours, waiting)
        in_transit.update(receipt.message_id for receipt in ours if not receipt.status.is_final)

    def _keep(
        self,
        receipts: Iterable[Receipt],
        waiting: dict[str, journal.AcceptedMessage],
        asked: frozenset[str] = frozenset(),
    ) -> int:
        """Write receipts down; what they settle is waited for no longer."""
        states = apply.states_of(receipts)
        changed = self.store.add(states, asked=asked)
        for message_id, entry in self.store.entries(states).items():
            enough = entry.state.status.is_final and entry.asked >= schedule.COST_ASKS_MAX
            if entry.state.is_settled or enough:
                waiting.pop(message_id, None)
        self.on_answered(len(waiting))
        return changed

    async def _ask_each(
        self, waiting: dict[str, journal.AcceptedMessage], in_transit: set[str], came: Pass
    ) -> None:
        """One by one, the oldest first; those that a page has just shown on their way can wait."""
        asking = [message for key, message in waiting.items() if key not in in_transit]
        row = _Row()
        for start in range(0, len(asking), _CHUNK):
            chunk = asking[start : start + _CHUNK]
            answers = await asyncio.gather(*(self._ask(message, came) for message in chunk))
            receipts = [
                receipt
                for answer in answers
                if not isinstance(answer, Trouble)
                for receipt in answer
            ]
            final = frozenset(receipt.message_id for receipt in receipts if receipt.status.is_final)
            came.changed += self._keep(receipts, waiting, asked=final)
            came.gone += answers.count(Trouble.GONE)
            for answer in answers:
                if row.ends(answer, came):
                    return

    async def _ask(
        self, message: journal.AcceptedMessage, came: Pass
    ) -> tuple[Receipt, ...] | Trouble:
        """The message itself; where Telnyx has none, what its webhooks said."""
        await self.pace.wait()
        came.reads += 1
        answer = await self.search.message(message.message_id)
        if not isinstance(answer, Trouble):
            return (answer,)
        if answer is not Trouble.GONE or self.row_reference is None:
            return answer
        await self.pace.wait()
        came.reads += 1
        mark = self.row_reference.mark(message.row, message.claim)
        events = await self.search.deliveries(mark)
        if isinstance(events, Trouble):
            return answer
        own = tuple(event for event in events if event.message_id == message.message_id)
        return own or answer


@dataclass(slots=True)
class _Row:
    """What the last answers had in common."""

    queued: schedule.InARow = field(default_factory=lambda: schedule.InARow(schedule.QUEUED_IN_ROW))
    gone: schedule.InARow = field(default_factory=lambda: schedule.InARow(schedule.UNKNOWN_IN_ROW))
    foreign: schedule.InARow = field(
        default_factory=lambda: schedule.InARow(schedule.FOREIGN_IN_ROW)
    )

    def ends(self, answer: tuple[Receipt, ...] | Trouble, came: Pass) -> bool:
        """Whether to ask the others is of no use; the trouble, if it is one, stands in `came`."""
        if self.gone.add(answer is Trouble.GONE) and not came.changed:
            came.trouble = Trouble.GONE
        if self.foreign.add(answer is Trouble.FOREIGN):
            came.trouble = Trouble.FOREIGN
        if isinstance(answer, Trouble) and answer not in (Trouble.GONE, Trouble.FOREIGN):
            came.trouble = answer
        return self.queued.add(_is_queued(answer)) or came.trouble is not None


def _is_queued(answer: tuple[Receipt, ...] | Trouble) -> bool:
    return not isinstance(answer, Trouble) and all(
        receipt.status is DeliveryStatus.QUEUED for receipt in answer
    )


def _sent_s(message: journal.AcceptedMessage, server: ServerTime) -> float:
    """When its request left, by the server's clock."""
    return message.claimed_ms / 1000 + (server.low_s or 0.0)


def _span(waiting: Iterable[journal.AcceptedMessage], server: ServerTime) -> Span:
    """When the open messages were made, by the server's clock, and not much around it."""
    messages = list(waiting)
    low_s = min(message.claimed_ms for message in messages) / 1000
    high_s = max(min(message.settled_ms, message.claimed_ms + 3_600_000) for message in messages)
    if server.low_s is None or server.high_s is None:
        return Span(since_s=low_s - _FAR_BEFORE_S, until_s=high_s / 1000 + _FAR_AFTER_S)
    return Span(
        since_s=low_s + server.low_s - _NEAR_S, until_s=high_s / 1000 + server.high_s + _NEAR_S
    )
