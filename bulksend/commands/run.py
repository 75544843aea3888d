"""`bulksend run`: a contacts file becomes a batch, and every row of it is sent once."""

from __future__ import annotations

from bulksend import errors, journal
from bulksend.commands import access, batch, books, plan, sending, summary
from bulksend.commands.settings import Settings
from bulksend.commands.view import View
from bulksend.contacts import loader


def run(settings: Settings, view: View) -> summary.Summary:
    """Begin a batch and send it; or say how the one that is there stands.

    Raises the errors of `errors.py`; nothing was sent when it does, unless it says otherwise.
    """
    contacts = loader.open_contacts(settings.contacts)
    for remark in contacts.notes:
        view.note(remark)
    if settings.journal_path.exists() and (met := _met_again(contacts, settings)):
        return met
    _refuse_foreign_results(settings)
    identity = plan.complete(settings.identity, settings)
    found = access.access(settings)
    planned = plan.make_plan(contacts, identity, settings)
    _refuse_empty(planned, settings)
    _refuse_sent_elsewhere(planned, settings, found.base_url)
    if not settings.sandbox and planned.estimate.sendable:
        _consent(planned, settings, view)
    begun = batch.new_batch(planned, settings, found.base_url)
    with journal.Journal.create(settings.journal_path, begun) as record:
        if not settings.sandbox and settings.state_folder is not None:
            books.remember(settings.state_folder, begun, settings.journal_path)
        return sending.send_open_rows(planned, record, settings, found, view)
