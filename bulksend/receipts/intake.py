"""Events on their way into the store: many in one commit, and durable before anybody says 200."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bulksend.frozen import frozen
from bulksend.receipts import apply
from bulksend.receipts.store import Store
from bulksend.telnyx import receipts
from bulksend.telnyx.receipts import Receipt

#: The most events in one commit.
_GROUP_MAX = 2000


@frozen
class Event:
    """One webhook that says something about a message."""

    receipt: Receipt
    sender: str
    #: Where a row reference may stand.
    url: str


def parse(body: bytes) -> Event | None:
    """An event out of a webhook's bytes; None for any other. Raises ValueError for what is no JSON.

    An event of another kind, or of a message to us, is none.
    """
    try:
        document = receipts.parse(body)
    except RecursionError:
        raise ValueError("deeper than any event") from None
    data = document.get("data") if isinstance(document, Mapping) else None
    payload = data.get("payload") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(payload, Mapping):
        return None
    if not str(data.get("event_type", "")).startswith("message."):
        return None
    receipt = receipts.from_message(payload, data.get("occurred_at"))
    if receipt is None:
        return None
    return Event(
        receipt=receipt, sender=_sender(payload), url=str(payload.get("webhook_url") or "")
    )


def _sender(payload: Mapping[str, Any]) -> str:
    sender = payload.get("from")
    return str(sender.get("phone_number") if isinstance(sender, Mapping) else sender or "")


class Intake:
    """Takes events from any number of tasks of one loop."""

    def __init__(
        self,
        store: Store,
        in_journal: Callable[[Collection[str]], Collection[str]],
        is_marked: Callable[[str], bool],
        sender: str,
    ) -> None:
        self._store, self._in_journal, self._is_marked = store, in_journal, is_marked
        self._sender = sender
        self._one_at_a_time = asyncio.Lock()
        self._waiting: list[tuple[Event, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()
        self._strays = bool(store.strays())
        #: Events by what was done with them.
        self.counts: Counter[str] = Counter()

    async def add(self, event: Event) -> None:
        """Returns when the event is durable. Raises JournalError."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        self._arrived.set()
        await done

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Events can be added inside; all that were are durable at the end."""
        writing = asyncio.create_task(self._write(), name="bulksend-intake")
        try:
            yield
        finally:
            pending = [done for _, done in self._waiting]
            await asyncio.gather(*pending, return_exceptions=True)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            await self.adopt()

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            group = self._waiting[:_GROUP_MAX]
            try:
                async with self._one_at_a_time:
                    await asyncio.to_thread(self._keep, [event for event, _ in group])
            except Exception as failure:
                for _, done in group:
                    if not done.done():
                        done.set_exception(failure)
            else:
                for _, done in group:
                    if not done.done():
                        done.set_result(None)
            del self._waiting[: len(group)]
            if not self._waiting:
                self._arrived.clear()

    def _keep(self, events: list[Event]) -> None:
        """In a thread of its own: one commit. What the journal does not know yet is kept too, where
        it is from the batch's sender; the rest is another batch's.
        """
        ids = {event.receipt.message_id for event in events}
        marked = {event.receipt.message_id for event in events if self._is_marked(event.url)}
        ours = frozenset(marked | set(self._in_journal(ids)))
        taken = [
            event
            for event in events
            if event.receipt.message_id in ours or event.sender == self._sender
        ]
        states = apply.states_of(event.receipt for event in taken)
        self.counts["taken"] += len(taken)
        self.counts["foreign"] += len(events) - len(taken)
        self.counts["changed"] += self._store.add(states, ours=ours)
        self._strays = self._strays or bool(states.keys() - ours)

    async def adopt(self) -> None:
        """Messages that the journal knows by now are the batch's own."""
        if self._strays:
            async with self._one_at_a_time:
                await asyncio.to_thread(self._adopt)

    def _adopt(self) -> None:
        strays = self._store.strays()
        own = set(self._in_journal(strays)) if strays else set()
        if own:
            self._store.adopt(own)
        self._strays = len(strays) > len(own)
