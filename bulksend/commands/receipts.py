"""`bulksend receipts`: ask Telnyx what became of every accepted message, and what it cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any

from bulksend import background, errors, journal, visible
from bulksend.batch import (
    advice,
    batch_status,
    connection,
    identity,
    summary,
)
from bulksend.batch.control import signals
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Place, Settings
from bulksend.commands import results
from bulksend.contacts import loader
from bulksend.frozen import frozen
from bulksend.receipts import asking, intake, signature, store, store_path
from bulksend.receipts.collect import Collected
from bulksend.receipts.listen import Address, listening, parse_address
from bulksend.receipts.schedule import Patience
from bulksend.reconcile import evidence
from bulksend.results import file_kinds
from bulksend.sending import halt
from bulksend.setting_names import Setting
from bulksend.sms.message import Reply, Status
from bulksend.telnyx import client
from bulksend.telnyx.receipt_search import Trouble
from bulksend.telnyx.records import Record

#: How often a request to stop is looked for.
_WATCH_S = 0.25
#: A listener that nobody ends.
_FOR_EVER_S = 10 * 365 * 86_400.0


@frozen
class Receipts:
    """How the batch stands now, and how the asking went."""

    summary: summary.Summary
    collected: Collected
    #: Why the asking ended before everything was final; "" where it did not.
    because: str = ""

    @property
    def exit_code(self) -> int:
        """0 all final, 3 some not delivered, 5 given up, stopped or still waiting."""
        if self.summary.stop is not None:
            return summary.exit_code(self.summary.counts, self.summary.stop)
        deliveries = self.summary.deliveries
        if deliveries.waiting or deliveries.given_up or self.because:
            return summary.STOPPED
        return summary.PARTLY if deliveries.failed else summary.OK


def collect_receipts(
    settings: Settings,
    reporter: Reporter,
    patience: Patience,
    contacts: loader.Contacts | None = None,
) -> Receipts:
    """Ask until all is final, given up, or the time is up; then write the results again.

    `contacts`: where they are open already, as a frame is.
    Raises UsageError where no batch has begun or the key is refused, BatchMismatch for another
    server, Locked where somebody collects already, JournalError.
    """
    began_s = time.monotonic()
    place = settings.place
    write = partial(results.results, settings, contacts=contacts)
    batch_status.refuse_missing(place)
    file_kinds.refuse_other(place.results_path, Setting.RESULTS, file_kinds.RESULTS)
    with journal.read(place.journal_path) as record:
        facts, accepted = record.batch(), record.counts()[Status.ACCEPTED]
    asking.refuse_sandbox(facts)
    running = journal.is_running(place.journal_path)
    if not (accepted or running):
        return _ended(place, _Asking(began_s), write, reporter)
    access = connection.same_server(place, settings.server, facts.options.get("base_url", ""))
    collected, switch = Collected(), halt.Halt()

    async def ask(gateway: client.Client) -> None:
        """Ask about every accepted message, with the batch's own envelope and server."""
        nonlocal collected
        collected = await asking.ask(
            gateway,
            asking.Asked(
                facts=facts,
                envelope=identity.envelope(facts),
                journal_path=place.journal_path,
            ),
            patience,
            reporter,
            lambda: journal.is_running(place.journal_path),
        )

    asyncio.run(_with_gateway(access, facts, ask, switch, reporter))
    if _settle_unknown(place.journal_path, facts, collected.strangers, reporter):
        patience = Patience()
        asyncio.run(_with_gateway(access, facts, ask, switch, reporter))
    if collected.trouble is Trouble.KEY:
        raise errors.UsageError(
            errors.STOP_TEXT[errors.Stop.KEY],
            hint="what is known of the messages stays; nothing was sent",
            code="key_refused",
        )
    return _ended(place, _Asking(began_s, collected, switch.reason), write, reporter)


def listen(
    settings: Settings, reporter: Reporter, where: str, public_key: str, wait_s: float
) -> Receipts:
    """Take Telnyx's webhooks in until Ctrl-C, or so long; then write the results again.

    Raises UsageError for an address or a key that cannot be used, as `receipts` does.
    """
    began_s = time.monotonic()
    door = _Door(parse_address(where), signature.checker(public_key))
    batch_status.refuse_missing(settings.place)
    file_kinds.refuse_other(settings.place.results_path, Setting.RESULTS, file_kinds.RESULTS)
    with journal.read(settings.journal_path) as record:
        facts = record.batch()
    stop = asyncio.run(_listen(door, settings.journal_path, facts, wait_s, reporter))
    write = partial(results.results, settings)
    return _ended(settings.place, _Asking(began_s, stop=stop), write, reporter)


@frozen(kw_only=False)
class _Door:
    """Where webhooks come in, and who may."""

    address: Address
    check: signature.Check


async def _listen(
    door: _Door, journal_path: Path, facts: journal.Batch, wait_s: float, reporter: Reporter
) -> errors.Stop | None:
    """The signal that ended it; None where the time was up."""
    switch = halt.Halt()

    def in_journal(message_ids: Collection[str]) -> Collection[str]:
        """Those of the messages that are rows of this batch: the journal read anew each time."""
        with journal.read(journal_path) as record:
            return record.own_messages(message_ids)

    row_reference = identity.envelope(facts).row_reference
    assert row_reference is not None  # noqa: S101 - every batch makes one
    with store.Store.open(store_path.beside(journal_path), facts.batch_id) as receipt_store:
        taking = intake.Intake(
            receipt_store, in_journal, lambda url: row_reference.find(url) is not None, facts.sender
        )
        async with listening(door.address, door.check, taking) as open_at:
            reporter.note(f"listening for Telnyx's webhooks on http://{open_at}; Ctrl-C ends it")
            with signals.two_steps(switch, lambda: None, lambda _: None):
                await switch.outlast(asyncio.sleep(wait_s or _FOR_EVER_S))
    took = taking.counts
    reporter.note(
        f"{took['taken']:,} events taken in, {took['foreign']:,} of other messages, "
        f"{took['forged']:,} forged or too old"
    )
    return switch.reason


def _settle_unknown(
    journal_path: Path, facts: journal.Batch, strangers: Mapping[str, Record], reporter: Reporter
) -> int:
    """Unknown rows whose mark stands in the record of a message: the evidence that `reconcile`
    takes without a question. How many; a run that works on the batch settles its own.
    """
    row_reference = identity.envelope(facts).row_reference
    marked: dict[tuple[int, int], list[Record]] = {}
    for stranger in strangers.values():
        place = row_reference.find(stranger.marked) if row_reference is not None else None
        if place is not None:
            marked.setdefault(place, []).append(stranger)
    if not marked or journal.is_running(journal_path):
        return 0
    with journal.Journal.open(journal_path) as record:
        mine = list(_certain(record, marked))
        asyncio.run(_resolve(record, mine))
        record.end_run(summary.OK, "receipts")
    if mine:
        reporter.note(
            f"{visible.counted(len(mine), 'unknown row')} settled by the marks in Telnyx's records"
        )
    return len(mine)


def _certain(
    record: journal.Journal, marked: Mapping[tuple[int, int], Sequence[Record]]
) -> Iterator[tuple[journal.UnknownClaim, Record]]:
    """Unknown claims, each with the record that is its own beyond doubt."""
    explained = record.own_messages(
        shown.message_id for every in marked.values() for shown in every
    )
    for claim in record.unknown_claims():
        own = marked.get((claim.key_row, claim.claim))
        if own is None:
            continue
        verdict = evidence.by_mark(own, partial(record.is_phone_of, claim.row), explained)
        if isinstance(verdict, evidence.Certain):
            yield claim, verdict.record


async def _resolve(
    record: journal.Journal, claims: Sequence[tuple[journal.UnknownClaim, Record]]
) -> None:
    async with record.writing():
        for claim, shown in claims:
            reply = Reply(
                status=Status.ACCEPTED,
                message_id=shown.message_id,
                parts=shown.parts,
                cost=shown.cost,
            )
            await record.resolve(
                claim.row, claim.claim, reply, f"evidence: {evidence.By.REFERENCE}"
            )


async def _with_gateway(
    access: connection.Access,
    facts: journal.Batch,
    work: Callable[[client.Client], Coroutine[Any, Any, None]],
    switch: halt.Halt,
    reporter: Reporter,
) -> None:
    """The first Ctrl-C ends the asking at once: what was answered is written down."""
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(access.client(identity.envelope(facts)))
        stack.enter_context(signals.two_steps(switch, lambda: None, reporter.note))
        watch = _watch(switch, reporter)
        await stack.enter_async_context(background.beside(watch, name="bulksend-watch"))
        await switch.outlast(work(gateway))


async def _watch(switch: halt.Halt, reporter: Reporter) -> None:
    """Where no signal arrives, as in a notebook, the reporter is how a person stops it."""
    while not reporter.stopped:  # noqa: ASYNC110 - set from another thread
        await asyncio.sleep(_WATCH_S)
    switch.set(errors.Stop.INTERRUPTED)


@frozen(kw_only=False)
class _Asking:
    """How the asking, or the listening, went."""

    began_s: float
    collected: Collected = field(default_factory=Collected)
    stop: errors.Stop | None = None

    def end(self) -> batch_status.RunEnd:
        """For the summary, now."""
        return batch_status.RunEnd(seconds=time.monotonic() - self.began_s, stop=self.stop)


def _ended(
    place: Place, asked: _Asking, write_results: Callable[[], object], reporter: Reporter
) -> Receipts:
    collected = asked.collected
    running = journal.is_running(place.journal_path)
    with journal.read(place.journal_path) as record:
        batch_summary = batch_status.summarize_batch(record, place, asked.end())
        if running:
            batch_summary = batch_status.at_work(record, place)
    if not running:
        try:  # the file that people open; without it, what was answered stays all the same
            write_results()
        except (errors.BatchMismatch, errors.ContactsError, errors.UsageError) as failure:
            reporter.note(f"the results are not written again: {failure.message}")
    waiting = batch_summary.deliveries.waiting
    because = asking.TROUBLE_TEXT[collected.trouble] if collected.trouble else ""
    if waiting and not batch_summary.deliveries.asked:  # of which the summary has no line
        reporter.note(f"nothing is final yet: {visible.counted(waiting, 'message')} waiting")
    again = advice.command("receipts", place) if waiting else ""
    if not waiting and batch_summary.counts.unknown and not running:
        again = advice.command("reconcile", place)  # which looks further, and may ask
    return Receipts(
        summary=replace(batch_summary, stop=asked.stop, because=because, next=again),
        collected=collected,
        because=because,
    )
