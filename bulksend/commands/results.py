"""`bulksend results`: the results file again, from the journal and the contacts file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch import execution, identity, standing, summary
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Settings
from bulksend.contacts import loader, own_files


def results(settings: Settings, only: Sequence[str] = ()) -> summary.Summary:
    """Write the results file again; with `only`, those rows, to a file of their own.

    Raises BatchMismatch when the contacts file is another one, or UsageError for a file that is
    not bulksend's own.
    """
    identity.refuse_missing(settings)
    if only:
        settings = replace(settings, results=settings.results or _selected_path(settings, only))
        _refuse_foreign(settings)
    contacts = loader.open_contacts(settings.contacts, settings.layout)
    with journal.read(settings.journal_path) as record:
        facts = record.batch()
        identity.refuse_changes(identity.changes(facts, settings.identity), settings, facts)
        identity.refuse_changed_file(contacts.digest(), settings, facts)
        planned = identity.plan_again(facts, contacts, settings, Silent())
        compared = execution.write_results(planned, record, settings, only)
        running = journal.is_running(settings.journal_path)
        batch_summary = (standing.at_work if running else standing.at_rest)(record, settings)
        return replace(batch_summary, variance=compared)


def _selected_path(settings: Settings, only: Sequence[str]) -> Path:
    """`contacts.undelivered.csv` beside the contacts file."""
    return settings.contacts.with_name(f"{settings.stem}.{'-'.join(only)}.csv")


def _refuse_foreign(settings: Settings) -> None:
    """A list may be written again; nothing else that is there already is written over."""
    path = settings.results_path
    if not path.exists() or (not _is_contacts(path, settings) and _is_list(path)):
        return
    raise errors.UsageError(
        f"{path} is there already, and is not a list that this command wrote",
        hint="move it away, or give -o another name",
        code="output_exists",
    )


def _is_contacts(path: Path, settings: Settings) -> bool:
    return settings.contacts.exists() and path.samefile(settings.contacts)


def _is_list(path: Path) -> bool:
    """By its last column, which no other file of ours has."""
    try:
        with path.open("rb") as file:
            first = file.readline(1 << 20)
    except OSError:
        return False
    return first.rstrip().removesuffix(b'"').endswith(own_files.SELECTED_COLUMNS[-1].encode())
