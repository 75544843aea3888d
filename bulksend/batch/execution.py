"""From an open journal to a summary: send what is open, write the results, say how it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from bulksend import errors, journal
from bulksend.batch import advice
from bulksend.batch import connection as accesses
from bulksend.batch import runner as send
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Settings
from bulksend.batch.summary import Counts, Summary
from bulksend.errors import STOP_TEXT, Stop
from bulksend.receipts import asking
from bulksend.results import entries, variance, writer
from bulksend.sms.message import Status
from bulksend.telnyx import codes


def send_open_rows(
    plan: Plan,
    record: journal.Journal,
    settings: Settings,
    access: accesses.Access,
    reporter: Reporter,
    again: Iterable[Status] = (Status.UNSENT,),
) -> Summary:
    """Send every row that was never claimed or stands in `again`; then results and summary."""
    began_s = time.monotonic()
    end = _send(plan, record, settings, access, reporter, tuple(again))
    seconds = time.monotonic() - began_s
    try:
        summary = summarize_batch(record, settings, seconds=seconds, end=end)
        record.end_run(summary.exit_code, str(end.stop or "finished"))
        compared = write_results(plan, record, settings)
    except KeyboardInterrupt:  # everything that was sent is in the journal: only the view is not
        return _without_results(record, settings, seconds, end, reporter)
    except errors.JournalError:
        if end.stop is not Stop.JOURNAL:
            raise
        raise errors.JournalError(
            STOP_TEXT[Stop.JOURNAL] + f": {end.detail}",
            hint=f"free space or mend the disk, then: {advice.command('resume', settings)}",
            code="journal_failed",
        ) from None
    return replace(summary, variance=compared)


def _send(
    plan: Plan,
    record: journal.Journal,
    settings: Settings,
    access: accesses.Access,
    reporter: Reporter,
    again: tuple[Status, ...],
) -> send.End:
    counts = record.counts()
    open_rows = plan.estimate.sendable - sum(counts.values())
    open_rows += sum(counts[status] for status in again)
    total = min(open_rows, settings.guards.limit or open_rows)
    if not total:
        return send.End(None, "")
    task = send.Task(
        plan=plan,
        settings=settings,
        batch_id=record.batch().batch_id,
        journal=record,
        closed=record.closed(again),
        claims=record.next_claims(again),
        total=total,
        spent=_spent(record, settings),
    )
    try:
        return send.run_loop(send.send(task, access, reporter))
    except KeyboardInterrupt:  # before the first request, or after the last reply
        return send.End(Stop.INTERRUPTED, "")
    except errors.JournalError as failure:
        reporter.note(failure.message)
        return send.End(Stop.JOURNAL, failure.message)
    except errors.ContactsError as failure:
        reporter.note(failure.message)
        return send.End(Stop.CONTACTS_CHANGED, failure.message)


def _spent(record: journal.Journal, settings: Settings) -> Decimal:
    """What earlier runs have cost; adding it up takes a while, and only a cap wants to know."""
    if settings.guards.max_cost is None:
        return Decimal(0)
    return sum(record.cost().values(), Decimal(0))


def _without_results(
    record: journal.Journal, settings: Settings, seconds: float, end: send.End, reporter: Reporter
) -> Summary:
    """Interrupted while the results were being written."""
    command = advice.command("results", settings)
    reporter.note(f"the results CSV is not written; `{command}` writes it")
    stopped = send.End(end.stop or Stop.INTERRUPTED, end.detail)
    summary = summarize_batch(record, settings, seconds=seconds, end=stopped)
    return replace(summary, next=summary.next or command)


def write_results(
    plan: Plan, record: journal.Reader, settings: Settings
) -> variance.Variance | None:
    """The results CSV: the journal and the contacts file joined; None where nothing was accepted.

    On the way the charges are held against the estimate.
    """
    comparison = variance.Comparison(record)
    with asking.lookup(record, settings.journal_path) as receipts:
        pieces = comparison.passing(entries.beside(plan.frames, record, receipts))
        writer.write_results(settings.results_path, plan.contacts.header.names, pieces)
    return variance.variance(comparison.groups, plan.rate_card) if comparison.groups else None


def summarize_batch(
    record: journal.Reader,
    settings: Settings,
    *,
    seconds: float,
    end: send.End | None = None,
) -> Summary:
    """How a batch stands, from its journal alone."""
    facts, status_counts = record.batch(), record.status_counts()
    counts = _counts(facts, status_counts)
    stop = end.stop if end is not None else None
    because = "" if stop is None else STOP_TEXT[stop]
    if end is not None and end.detail and stop not in (None, Stop.JOURNAL):
        because = f"{because} ({end.detail})"
    return Summary(
        batch=facts.batch_id,
        counts=counts,
        parts=status_counts.parts,
        cost=status_counts.cost,
        deliveries=asking.deliveries(record, settings.journal_path),
        seconds=seconds,
        results=settings.results_path,
        journal=settings.journal_path,
        stop=stop,
        because=because,
        next=advice.next_step(_standing(counts, record, stop), settings),
    )


def _standing(counts: Counts, record: journal.Reader, stop: Stop | None) -> advice.Standing:
    for_now = 0
    if counts.refused:
        by_code = record.refused_by_code()
        for_now = sum(rows for code, rows in by_code.items() if code not in codes.FINAL)
    return advice.Standing(
        unsent=counts.unsent, unknown=counts.unknown, refused_for_now=for_now, stop=stop
    )


def _counts(facts: journal.Batch, status_counts: journal.StatusCounts) -> Counts:
    by_status = status_counts.by_status
    # Claimed and not settled: it may have left.
    unknown = by_status[Status.UNKNOWN] + by_status[Status.CLAIMED]
    ended = by_status[Status.ACCEPTED] + by_status[Status.REFUSED] + unknown
    return Counts(
        accepted=by_status[Status.ACCEPTED],
        refused=by_status[Status.REFUSED],
        unknown=unknown,
        unsent=facts.sendable - ended,
        invalid=facts.invalid,
        skipped=facts.skipped,
    )
