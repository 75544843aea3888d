"""Asking what became of one batch: its journal, its store and a client wired together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bulksend import background, errors, journal, visible
from bulksend.frozen import frozen
from bulksend.receipts import collect, counts, poll, schedule, store, store_path
from bulksend.receipts.collect import Collected
from bulksend.receipts.schedule import Patience
from bulksend.setting_names import Setting
from bulksend.telnyx import client, receipt_search
from bulksend.telnyx.receipt_search import Trouble

#: How often the messages are counted by what became of them, while a pass is going on.
_COUNT_EVERY_S = 10.0
_TICK_S = 0.5
TROUBLE_TEXT = {
    Trouble.KEY: "Telnyx refuses this API key (401); what is known stays",
    Trouble.FORBIDDEN: (
        "Telnyx refuses this API key to read messages (403); give one that may, of the account "
        "that sent the batch"
    ),
    Trouble.FOREIGN: (
        "what answers is not Telnyx's messages API: no message could be read; what is known stays"
    ),
    Trouble.GONE: (
        "Telnyx knows none of the messages asked about: is this the API key of the account that "
        "sent the batch? Messages are forgotten after ten days"
    ),
    Trouble.BUSY: "Telnyx has no time for questions right now (429 or 5xx)",
    Trouble.UNREACHABLE: "there is no connection to Telnyx",
}
_PAGES_TEXT = {
    Trouble.FORBIDDEN: "Telnyx refuses its detail records to this API key (403)",
    Trouble.FOREIGN: "the detail records cannot be read",
    Trouble.GONE: "there are no detail records here (404)",
    Trouble.BUSY: "the detail records did not answer (429 or 5xx)",
}


@frozen
class Asked:
    """The batch that is asked about."""

    facts: journal.Batch
    envelope: client.Envelope
    journal_path: Path


class Display(Protocol):
    """Whoever shows the asking to a person."""

    def note(self, sentence: str) -> None:
        """A remark."""

    def asking(self, progress: counts.AskingProgress) -> None:
        """How far the asking is: again and again, whether anything changed or not."""

    def asked(self) -> None:
        """The asking ended."""


async def ask(
    gateway: client.Client,
    batch: Asked,
    patience: Patience,
    display: Display,
    is_running: Callable[[], bool],
) -> Collected:
    """Ask until all is known or the time is up. Raises Locked, JournalError.

    May be cancelled at any moment: what was heard is durable.
    """
    facts, envelope = batch.facts, batch.envelope
    path = store_path.beside(batch.journal_path)
    async with AsyncExitStack() as stack:
        stack.enter_context(store.asking_alone(path))
        receipt_store = stack.enter_context(store.Store.open(path, facts.batch_id))
        watch = await stack.enter_async_context(_watching(display, receipt_store, patience))
        polling = poll.Poll(
            search=receipt_search.ReceiptSearch(gateway),
            store=receipt_store,
            sender=facts.sender,
            row_reference=envelope.row_reference if envelope.webhook_url else None,
            pace=poll.Pace(per_s=schedule.READS_PER_S),
            on_answered=watch.on_changed,
        )
        accepted = _accepted(batch.journal_path, watch.began)
        source = collect.Source(accepted=accepted, is_running=is_running)
        return await collect.collect(polling, source, gateway, patience, watch.passed)


@asynccontextmanager
async def _watching(
    display: Display, receipt_store: store.Store, patience: Patience
) -> AsyncIterator[_Watch]:
    until_s = time.monotonic() + patience.wait_s if patience.wait_s else None
    watch = _Watch(display, receipt_store, until_s)
    try:
        async with background.beside(watch.tick(), name="bulksend-asking"):
            yield watch
    finally:
        display.asked()


async def after_sending(
    gateway: client.Client, batch: Asked, wait_s: float, display: Display
) -> None:
    """Ask for so long. All rows are settled, so no trouble ends the batch."""
    try:
        ended = await ask(gateway, batch, Patience.of(wait_s), display, lambda: False)
    except (errors.Locked, errors.JournalError) as failure:
        display.note(f"what became of the messages is not asked: {failure.message}")
        return
    if ended.trouble is not None:
        display.note(TROUBLE_TEXT[ended.trouble])


def _accepted(journal_path: Path, began: Callable[[int], None]) -> Callable[[], collect.Accepted]:
    def accepted() -> collect.Accepted:
        """Accepted messages and the run's clocks, read anew: a run may add to them meanwhile."""
        with journal.read(journal_path) as record:
            messages = record.accepted_messages()
            began(len(messages))
            return messages, record.clocks()

    return accepted


@dataclass(slots=True)
class _Watch:
    """Shows how far the asking is, and notes each trouble once."""

    display: Display
    receipt_store: store.Store
    until_s: float | None
    _total: int = 0
    _waiting: int | None = None
    _counts: counts.DeliveryCounts = counts.NOBODY_ASKED
    _counted_at_s: float = 0.0
    _next_pass_at_s: float | None = None
    _trouble: Trouble | None = None

    def began(self, total: int) -> None:
        """A pass over so many messages begins."""
        self._total, self._next_pass_at_s = total, None
        self.show()

    def on_changed(self, waiting: int) -> None:
        """Something was written down."""
        self._waiting = waiting
        if time.monotonic() - self._counted_at_s > _COUNT_EVERY_S:
            self._count()
        self.show()

    def passed(self, collected: Collected, in_s: float | None) -> None:
        """A pass ended; the next one comes in so long, or none."""
        trouble = collected.pages_trouble
        if trouble in _PAGES_TEXT and trouble is not self._trouble:
            self.display.note(f"{_PAGES_TEXT[trouble]}; messages are asked for one by one")
        self._trouble = trouble
        if collected.given_up:
            self.display.note(
                f"{visible.counted(collected.given_up, 'message')} "
                f"{'is' if collected.given_up == 1 else 'are'} given up: nobody knew what became "
                "of them 72 hours after the last text was sent"
            )
        self._waiting = collected.waiting
        self._next_pass_at_s = None if in_s is None else time.monotonic() + in_s
        self._count()
        self.show()

    def show(self) -> None:
        """As it is right now."""
        now_s = time.monotonic()
        next_at_s = self._next_pass_at_s
        self.display.asking(
            counts.AskingProgress(
                total=self._total,
                waiting=self._total if self._waiting is None else self._waiting,
                counts=self._counts,
                left_s=None if self.until_s is None else max(self.until_s - now_s, 0.0),
                next_pass_s=None if next_at_s is None else max(next_at_s - now_s, 0.0),
            )
        )

    async def tick(self) -> None:
        """Time passes between two passes as well."""
        while True:
            await asyncio.sleep(_TICK_S)
            self.show()

    def _count(self) -> None:
        self._counted_at_s = time.monotonic()
        self._counts = self.receipt_store.totals().counts(self._total)


def refuse_sandbox(facts: journal.Batch) -> None:
    """Raises UsageError for a batch whose server, and all that it knew, ended with its run."""
    if facts.sandbox:
        raise errors.UsageError(
            "the embedded sandbox, and its messages, ended with the run",
            hint=f"with {Setting.SANDBOX}, what became of them is asked by the run: "
            f"{Setting.WAIT_RECEIPTS.to('10s', 10)}",
            code="sandbox_gone",
        )
