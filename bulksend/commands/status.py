"""`bulksend status`: how a batch stands by its journal, also while a run works on it."""

from __future__ import annotations

from dataclasses import replace

from bulksend import journal
from bulksend.batch import batch_status
from bulksend.batch.control import request
from bulksend.batch.settings import Settings
from bulksend.batch.summary import State, Summary


def status(settings: Settings) -> Summary:
    """Counts, money and what to do next. Raises UsageError where no batch has begun."""
    batch_status.refuse_missing(settings)
    running = journal.is_running(settings.journal_path)
    with journal.read(settings.journal_path) as record:
        batch_status.refuse_other_list(settings.contacts, settings.journal_path, record.batch())
        if not running:
            return batch_status.at_rest(record, settings)
        summary = batch_status.at_work(record, settings)
    if journal.is_suspended(settings.journal_path):
        return replace(summary, state=State.SUSPENDED)
    if not request.is_paused(settings.journal_path):
        return summary
    go_on = request.command_line(settings, request.CONTINUE)
    return replace(summary, state=State.PAUSED, next=go_on)
