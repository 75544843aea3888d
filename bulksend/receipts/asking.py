"""Asking what became of one batch: its journal, its store and a client wired together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bulksend import errors, journal
from bulksend.receipts import collect, counts, poll, schedule, store
from bulksend.receipts.collect import Collected, Patience
from bulksend.results import entries
from bulksend.telnyx import client, receipt_search
from bulksend.telnyx.receipt_search import Trouble

#: How often a long pass says how far it is.
_SAY_EVERY_S = 10.0
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


@contextmanager
def lookup(record: journal.Reader, journal_path: Path) -> Iterator[entries.ReceiptLookup]:
    """What the results show of each message. Raises JournalError."""
    with _reader(record, journal_path) as reader:
        yield entries.NO_RECEIPTS if reader is None else reader


def _reader(
    record: journal.Reader, journal_path: Path
) -> AbstractContextManager[store.Reader | None]:
    return store.read(store.path_beside(journal_path), record.batch().batch_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The batch that is asked about."""

    facts: journal.Batch
    envelope: client.Envelope
    journal_path: Path


async def ask(
    gateway: client.Client,
    batch: Asked,
    patience: Patience,
    note: Callable[[str], None],
    is_running: Callable[[], bool],
) -> Collected:
    """Ask until all is known or the time is up. Raises Locked, JournalError.

    May be cancelled at any moment: what was answered is durable.
    """
    facts, envelope = batch.facts, batch.envelope
    path = store.path_beside(batch.journal_path)
    with (
        store.asking_alone(path),
        store.Store.open(path, facts.batch_id) as receipt_store,
    ):
        saying = _Saying(note, receipt_store)
        polling = poll.Poll(
            search=receipt_search.ReceiptSearch(gateway),
            store=receipt_store,
            sender=facts.sender,
            row_reference=envelope.row_reference if envelope.webhook_url else None,
            pace=poll.Pace(per_s=schedule.READS_PER_S),
            on_answered=saying.answered,
        )
        source = collect.Source(accepted=_accepted(batch.journal_path), is_running=is_running)
        return await collect.collect(polling, source, gateway, patience, saying.passed)


async def after_sending(
    gateway: client.Client, batch: Asked, wait_s: float, note: Callable[[str], None]
) -> None:
    """Ask for so long; 0.0: not at all. All rows are settled, so no trouble ends the batch."""
    if not wait_s:
        return
    try:
        ended = await ask(gateway, batch, Patience.of(wait_s), note, lambda: False)
    except (errors.Locked, errors.JournalError) as failure:
        note(f"what became of the messages is not asked: {failure.message}")
        return
    if ended.trouble is not None:
        note(TROUBLE_TEXT[ended.trouble])


def _accepted(journal_path: Path) -> Callable[[], collect.Accepted]:
    def accepted() -> collect.Accepted:
        """Accepted messages and the run's clocks, read anew: a run may add to them meanwhile."""
        with journal.read(journal_path) as record:
            return record.accepted_messages(), record.clocks()

    return accepted


@dataclass(slots=True)
class _Saying:
    """Says how far the asking is, and each trouble once."""

    note: Callable[[str], None]
    receipt_store: store.Store
    _trouble: Trouble | None = None
    _next_s: float = 0.0

    def answered(self, waiting: int) -> None:
        """Something was written down; said now and then."""
        now_s = time.monotonic()
        if not self._next_s:
            self._next_s = now_s + _SAY_EVERY_S
        elif now_s >= self._next_s:
            self._next_s = now_s + _SAY_EVERY_S
            self.note(f"asking Telnyx: {waiting:,} messages are not final yet")

    def passed(self, collected: Collected, in_s: float | None) -> None:
        """A pass ended."""
        trouble = collected.pages_trouble
        if trouble in _PAGES_TEXT and trouble is not self._trouble:
            self.note(f"{_PAGES_TEXT[trouble]}; messages are asked for one by one")
        self._trouble = trouble
        if collected.given_up:
            self.note(
                f"{collected.given_up:,} messages are given up: nobody knew what became of them "
                "72 hours after the last text was sent"
            )
        if in_s is not None:
            self.note(f"{self._so_far(collected)}; asking again in {_time(in_s)}")

    def _so_far(self, collected: Collected) -> str:
        counted = counts.count(self.receipt_store.totals(), 0)
        words = [
            f"{name} {number:,}"
            for name, number in (
                ("delivered", counted.delivered),
                ("failed", counted.failed),
                ("unconfirmed", counted.unconfirmed),
            )
            if number
        ]
        return ", ".join([*words, f"waiting {collected.waiting:,}"])


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def refuse_sandbox(facts: journal.Batch) -> None:
    """Raises UsageError for a batch whose server, and all that it knew, ended with its run."""
    if facts.sandbox:
        raise errors.UsageError(
            "the embedded sandbox, and its messages, ended with the run",
            hint="with --sandbox, what became of them is asked by the run: --wait-receipts 10s",
            code="sandbox_gone",
        )
