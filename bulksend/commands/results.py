"""`bulksend results`: the results file again, from the journal and the contacts file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bulksend import journal
from bulksend.batch import advice, batch_status, execution, identity, paths, summary
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Silent
from bulksend.batch.resuming import guards
from bulksend.batch.settings import Settings
from bulksend.contacts import loader
from bulksend.results import selection


def results(
    settings: Settings, only: Sequence[str] = (), contacts: loader.Contacts | None = None
) -> summary.Summary:
    """Write the results file again; with `only`, those rows, to a file of their own.

    Raises BatchMismatch when the contacts file is another one, or UsageError for a file that is
    not bulksend's own.
    """
    batch_status.refuse_missing(settings)
    if only:
        settings = replace(settings, results=settings.results or _selected_path(settings, only))
    paths.check_batch(paths.files_of(settings), paths.LIST if only else paths.RESULTS)
    with read_again(settings, contacts) as (record, planned):
        rows, compared = execution.write_results(planned, record, settings, Silent(), only)
        status = replace(stands(record, settings), variance=compared)
    return replace(status, listed=_listed(status, settings, only, rows)) if only else status


def _listed(
    status: summary.Summary, settings: Settings, only: Sequence[str], rows: int
) -> summary.Listed:
    """How many rows, and what has to be asked before the list can be believed."""
    waiting = 0
    if not selection.AFTER_RECEIPTS.isdisjoint(only):
        deliveries = status.deliveries
        waiting = deliveries.waiting if deliveries.asked else status.counts.accepted
    asking = replace(settings, results=None)
    ask = advice.command("receipts", asking) if waiting and not settings.sandbox else ""
    return summary.Listed(only=tuple(only), rows=rows, waiting=waiting, ask=ask)


@contextmanager
def read_again(
    settings: Settings, contacts: loader.Contacts | None = None
) -> Iterator[tuple[journal.Reader, Plan]]:
    """The journal of a batch, and its plan as it was. Raises BatchMismatch naming what changed."""
    settings = guards.of_batch(settings)
    with journal.read(settings.journal_path) as record:
        if contacts is None:
            batch_status.refuse_frame(record.batch(), settings)
            batch_status.refuse_other_list(settings.contacts, settings.journal_path, record.batch())
            contacts = loader.open_contacts(settings.contacts, guards.layout_of_batch(settings))
        facts = record.batch()
        identity.refuse_changes(settings.identity, settings.contacts, facts)
        identity.refuse_changed_file(contacts.digest(), settings.contacts, facts)
        yield record, identity.plan_again(facts, contacts, settings, Silent())


def stands(record: journal.Reader, settings: Settings) -> summary.Summary:
    """How the batch stands, whether a run works on it or none."""
    running = journal.is_running(settings.journal_path)
    return (batch_status.at_work if running else batch_status.at_rest)(record, settings)


def _selected_path(settings: Settings, only: Sequence[str]) -> Path:
    """`contacts.undelivered.csv` beside the contacts file."""
    return settings.contacts.with_name(f"{settings.stem}.{'-'.join(only)}.csv")
