"""`bulksend status` and `bulksend results`: what the journal says, also while a run is going."""

from __future__ import annotations

from dataclasses import replace

from bulksend import journal
from bulksend.batch import control_request as control
from bulksend.batch import execution as sending
from bulksend.batch import identity as batch
from bulksend.batch import summary
from bulksend.batch.identity import refuse_missing
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Settings
from bulksend.commands import pace
from bulksend.contacts import loader
from bulksend.errors import STOP_TEXT


def status(settings: Settings) -> summary.Summary:
    """Counts, money and what to do next. Raises UsageError where no batch has begun."""
    refuse_missing(settings)
    with journal.read(settings.journal_path) as record:
        stands = sending.summarize_batch(
            record, settings, seconds=record.status_counts().worked_ms / 1000
        )
        if journal.is_running(settings.journal_path):
            return _running(stands, settings)
        stop = record.last_stop() if stands.counts.unsent else None
    return replace(stands, halted=stop is not None, because=STOP_TEXT[stop] if stop else "")


def _running(stands: summary.Summary, settings: Settings) -> summary.Summary:
    """A run works on it; one that is paused waits for a word."""
    if not pace.is_paused(settings):
        return replace(stands, running=True, next="")
    return replace(
        stands,
        running=True,
        because="paused",
        next=control.command_line(settings, control.CONTINUE),
    )


def results(settings: Settings) -> summary.Summary:
    """Write the results CSV again. Raises BatchMismatch when the contacts file is another one."""
    refuse_missing(settings)
    contacts = loader.open_contacts(settings.contacts)
    with journal.read(settings.journal_path) as record:
        facts = record.batch()
        changes = batch.changes(facts, settings.identity, contacts.digest())
        batch.refuse_changes(changes, settings, facts)
        planned = batch.plan_again(facts, contacts, settings, Silent())
        compared = sending.write_results(planned, record, settings)
        stands = sending.summarize_batch(
            record, settings, seconds=record.status_counts().worked_ms / 1000
        )
        return replace(stands, variance=compared)
