"""From an open journal to a summary: send what is open, write the results, say how it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bulksend import errors, journal, portable
from bulksend.batch import advice, batch_status, paths, run_notes
from bulksend.batch.memory.keeper import Keeper
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.resuming import guards
from bulksend.batch.settings import Guards, Orders, Place
from bulksend.batch.summary import Summary
from bulksend.contacts.layout import Layout
from bulksend.errors import STOP_TEXT, Stop
from bulksend.frozen import frozen
from bulksend.receipts import of_batch
from bulksend.results import charges, csv_style, csv_writer, entries, variance
from bulksend.sms.message import Charge, Status
from bulksend.telnyx import codes

if TYPE_CHECKING:  # whoever writes the results again has no connection
    from bulksend.batch import connection, runner

#: Journal, contacts file, lock, receipts, results, the loop's own and what libraries open.
_OPEN_FILES = 48


@frozen
class OpenBatch:
    """A batch that was agreed to, with its journal open."""

    plan: Plan
    record: journal.Journal
    orders: Orders
    access: connection.Access
    reporter: Reporter
    keeper: Keeper
    #: Rows that are sent besides those that were never claimed.
    again: tuple[Status, ...] = (Status.UNSENT,)

    @property
    def place(self) -> Place:
        """The files of the batch."""
        return self.orders.place

    @property
    def guards(self) -> Guards:
        """How fast, how far, and who is left out."""
        return self.orders.basis.guards

    def end(self, end: runner.End, seconds: float, stop: Stop | None) -> batch_status.RunEnd:
        """How the run ended, after so many seconds, for the summary."""
        return batch_status.RunEnd(
            seconds=seconds, stop=stop, detail=end.detail, retried=self.orders.retry_refused
        )


@frozen(kw_only=False)
class Rewritten:
    """The results, written again."""

    #: Where they are: not where they were wanted, if that file was changed meanwhile.
    path: Path
    rows: int
    #: None where nothing was accepted.
    variance: variance.Variance | None

    def named_in(self, summary: Summary) -> Summary:
        """The summary of the batch, with these results."""
        return replace(summary, results=self.path, variance=self.variance)


def send_open_rows(batch: OpenBatch) -> Summary:
    """Send every row that was never claimed or may be tried again; then results and summary."""
    plan, record, place = batch.plan, batch.record, batch.place
    _check_descriptors(batch.guards.max_in_flight)
    began_s = time.monotonic()
    end = _send(batch)
    if end.stop is not Stop.JOURNAL:  # then the journal is read again when the next run begins
        batch.keeper.finish(record)
    seconds = time.monotonic() - began_s
    try:
        summary = batch_status.summarize_batch(record, place, batch.end(end, seconds, end.stop))
        record.end_run(summary.exit_code, str(end.stop or "finished"))
        view = View(place, batch.orders.layout)
        rewritten = write_results(plan, record, view, batch.reporter)
    except errors.ContactsError as failure:  # everything that was sent is in the journal
        batch.reporter.note(failure.message)
        return _file_changed(batch, seconds, end)
    except KeyboardInterrupt:  # everything that was sent is in the journal: only the view is not
        return _without_results(batch, seconds, end)
    except errors.JournalError:
        if end.stop is not Stop.JOURNAL:
            raise
        raise errors.JournalError(
            end.detail or STOP_TEXT[Stop.JOURNAL],
            hint=f"free space or repair the disk, then: {advice.command('resume', place)}",
            code="journal_failed",
        ) from None
    _refuse_removed(place.journal_path, rewritten.path)
    stands = rewritten.named_in(summary)
    return replace(stands, invalid_by=plan.invalid_by, texted_before=plan.texted_before)


def _refuse_removed(journal_path: Path, results: Path) -> None:
    """Raises JournalError for a journal that was deleted while it was written: SQLite sees none."""
    if journal_path.exists():
        return
    raise errors.JournalError(
        f"{journal_path}: was removed while rows were sent; the results are in {results}",
        hint="bring it back, or keep the results: nothing else beside them says who was texted",
        code="journal_removed",
    )


def _check_descriptors(max_in_flight: int) -> None:
    """Before the first row: a connection for each request, and files. Raises UsageError."""
    needed = max_in_flight + _OPEN_FILES
    allowed = portable.allow_open_files(needed)
    if allowed is None:
        return
    raise errors.UsageError(
        f"too few file descriptors: {allowed} are allowed, {needed} are needed",
        hint=f"raise the limit with `ulimit -n {needed}`, or lower the requests in flight",
        code="descriptors_few",
    )


def _send(batch: OpenBatch) -> runner.End:
    from bulksend.batch import runner

    plan, record, reporter = batch.plan, batch.record, batch.reporter
    guards.keep(record, batch.guards, batch.orders.layout)
    guards.note_lists(record, batch.guards.suppress, reporter.note)
    guards.note_card(record, plan.rate_card, batch.orders.basis, reporter.note)
    run_notes.note_findings(record, plan.estimate)
    run_notes.note_countries(record, plan.estimate)
    open_rows = count_open(record, batch.again)
    total = min(open_rows, batch.guards.limit or open_rows)
    if not total:
        return runner.End(None, "")
    task = _task(batch, open_rows, total)
    try:
        end = runner.run_loop(runner.send(task, batch.access, reporter))
    except KeyboardInterrupt:  # before the first request, or after the last reply
        return runner.End(Stop.INTERRUPTED, "")
    except errors.JournalError as failure:
        reporter.note(failure.message)
        return runner.End(Stop.JOURNAL, failure.message)
    except errors.ContactsError as failure:
        reporter.note(failure.message)
        return runner.End(Stop.CONTACTS_CHANGED, failure.message)
    return runner.End(Stop.LIMIT, "") if end.stop is None and total < open_rows else end


def _task(batch: OpenBatch, open_rows: int, total: int) -> runner.Task:
    from bulksend.batch import runner

    plan, record, again = batch.plan, batch.record, batch.again
    return runner.Task(
        plan=plan,
        place=batch.place,
        guards=batch.guards,
        wait_receipts_s=batch.orders.wait_receipts_s,
        batch_id=record.batch().batch_id,
        journal=record,
        closed=record.close_final(record.closed(again), codes.FINAL),
        claims=record.next_claims(again),
        first_claim=record.first_claim(),
        total=total,
        ended_before=max(plan.estimate.sendable - open_rows, 0),
        earlier=_earlier(batch),
        keeper=batch.keeper,
    )


def count_open(record: journal.Reader, again: Iterable[Status]) -> int:
    """How many rows were never claimed, or stand in `again` and may be tried once more."""
    counts = record.counts()
    skips = sum(record.skipped_by().values())
    open_rows = record.batch().sendable - skips - sum(counts.values())
    open_rows += sum(counts[status] for status in again)
    return open_rows - (refused_for_good(record) if Status.REFUSED in again else 0)


def refused_for_good(record: journal.Reader) -> int:
    """How many rows are refused for good: opt-outs, landlines and numbers that are none."""
    by_code = record.refused_by_code()
    return sum(rows for code, rows in by_code.items() if code in codes.FINAL)


def _earlier(batch: OpenBatch) -> list[Charge]:
    """What earlier runs have cost; adding it up takes a while, and only a cap wants to know."""
    if batch.guards.max_cost is None:
        return []
    plan, record = batch.plan, batch.record
    apart = record.charges_apart()
    if not any(record.counts().values()):
        return apart
    with of_batch.lookup(record, batch.place.journal_path) as receipts:
        return [*charges.charges(entries.beside(plan.frames, record, receipts), record), *apart]


def _file_changed(batch: OpenBatch, seconds: float, end: runner.End) -> Summary:
    """The contacts file was saved again meanwhile: no results can be written of it as it was."""
    stop = end.stop or Stop.CONTACTS_CHANGED
    end_of_run = replace(batch.end(end, seconds, stop), detail="")
    summary = batch_status.summarize_batch(batch.record, batch.place, end_of_run)
    batch.record.end_run(summary.exit_code, str(stop))
    return replace(summary, next=advice.command("resume", batch.place))


def _without_results(batch: OpenBatch, seconds: float, end: runner.End) -> Summary:
    """Interrupted while the results were being written."""
    command = advice.command("results", batch.place)
    batch.reporter.note(f"the results CSV is not written; `{command}` writes it")
    end_of_run = batch.end(end, seconds, end.stop or Stop.INTERRUPTED)
    summary = batch_status.summarize_batch(batch.record, batch.place, end_of_run)
    return replace(summary, next=summary.next or command)


@frozen(kw_only=False)
class View:
    """Where the results go, and what they show."""

    place: Place
    #: Of the contacts file: the results are separated as it is.
    layout: Layout
    #: Words of `selection`: the rows that they mean, and why; none: all rows.
    only: tuple[str, ...] = ()


def write_results(plan: Plan, record: journal.Reader, view: View, reporter: Reporter) -> Rewritten:
    """Join journal and contacts file into the results.

    On the way the charges are held against the estimate.
    """
    place, comparison = view.place, variance.Comparison(record)
    names, chosen = plan.contacts.header.names, [place.results_path]
    style = csv_style.style_for(place.results_path, place.contacts, view.layout.delimiter)
    with of_batch.lookup(record, place.journal_path) as receipts:
        pieces = comparison.passing(entries.beside(plan.frames, record, receipts))
        kind = paths.LIST if view.only else paths.RESULTS
        written = paths.beside(place.journal_path, kind)
        with paths.renewing(place.results_path, chosen.append, written) as path:
            if view.only:
                rows = csv_writer.write_selected(path, names, pieces, view.only, style)
            else:
                rows = csv_writer.write_results(path, names, pieces, style)
    if chosen[-1] != place.results_path:
        paths.telling(place.results_path, reporter.note)(chosen[-1])
    compared = variance.variance(comparison.groups, plan.rate_card) if comparison.groups else None
    return Rewritten(chosen[-1], rows, compared)
