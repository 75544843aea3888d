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
from bulksend.batch.settings import Place, Settings
from bulksend.contacts import loader
from bulksend.results import selection


def results(
    settings: Settings, only: Sequence[str] = (), contacts: loader.Contacts | None = None
) -> summary.Summary:
    """Write the results file again; with `only`, those rows, to a file of their own.

    Raises BatchMismatch when the contacts file is another one, or UsageError for a file that is
    not bulksend's own.
    """
    place = settings.place
    batch_status.refuse_missing(place)
    if only:
        place = replace(place, results=place.results or _selected_path(place, only))
    files = paths.files_of(place, settings.guards, settings.also_read)
    paths.check_batch(files, paths.LIST if only else paths.RESULTS)
    view = execution.View(place, settings.layout, tuple(only))
    with read_again(settings, contacts) as (record, planned):
        rewritten = execution.write_results(planned, record, view, Silent())
        status = rewritten.named_in(stands(record, place))
    return replace(status, listed=_listed(status, place, only, rewritten.rows)) if only else status


def _listed(
    status: summary.Summary, place: Place, only: Sequence[str], rows: int
) -> summary.Listed:
    """How many rows, and what has to be asked before the list can be believed."""
    waiting = 0
    if not selection.AFTER_RECEIPTS.isdisjoint(only):
        deliveries = status.deliveries
        waiting = deliveries.waiting if deliveries.asked else status.counts.accepted
    asking = replace(place, results=None)
    ask = advice.command("receipts", asking) if waiting and not place.sandbox else ""
    return summary.Listed(only=tuple(only), rows=rows, waiting=waiting, ask=ask)


@contextmanager
def read_again(
    settings: Settings, contacts: loader.Contacts | None = None
) -> Iterator[tuple[journal.Reader, Plan]]:
    """The journal of a batch, and its plan as it was. Raises BatchMismatch naming what changed."""
    settings = guards.of_batch(settings)
    path, journal_path = settings.contacts, settings.journal_path
    with journal.read(journal_path) as record:
        if contacts is None:
            batch_status.refuse_frame(record.batch(), settings.place)
            batch_status.refuse_other_list(path, journal_path, record.batch())
            layout = guards.layout_of_batch(settings.layout, journal_path)
            contacts = loader.open_contacts(path, layout)
        facts = record.batch()
        identity.refuse_changes(settings.identity, path, facts)
        identity.refuse_changed_file(contacts.digest(), path, facts)
        yield record, identity.plan_again(facts, contacts, settings.basis, Silent())


def stands(record: journal.Reader, place: Place) -> summary.Summary:
    """How the batch stands, whether a run works on it or none."""
    running = journal.is_running(place.journal_path)
    return (batch_status.at_work if running else batch_status.at_rest)(record, place)


def _selected_path(place: Place, only: Sequence[str]) -> Path:
    """`contacts.undelivered.csv` beside the contacts file."""
    return place.contacts.with_name(f"{place.stem}.{'-'.join(only)}.csv")
