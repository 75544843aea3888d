"""`bulksend results`: the results file again, from the journal and the contacts file."""

from __future__ import annotations

from dataclasses import replace

from bulksend import journal
from bulksend.batch import execution, identity, standing, summary
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Settings
from bulksend.contacts import loader


def results(settings: Settings) -> summary.Summary:
    """Write the results file again. Raises BatchMismatch when the contacts file is another one."""
    identity.refuse_missing(settings)
    contacts = loader.open_contacts(settings.contacts)
    with journal.read(settings.journal_path) as record:
        facts = record.batch()
        changes = identity.changes(facts, settings.identity, contacts.digest())
        identity.refuse_changes(changes, settings, facts)
        planned = identity.plan_again(facts, contacts, settings, Silent())
        compared = execution.write_results(planned, record, settings)
        running = journal.is_running(settings.journal_path)
        batch_summary = (standing.at_work if running else standing.at_rest)(record, settings)
        return replace(batch_summary, variance=compared)
