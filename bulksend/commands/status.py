"""`bulksend status`: how a batch stands by its journal, also while a run works on it."""

from __future__ import annotations

from dataclasses import replace

from bulksend import journal
from bulksend.batch import batch_status
from bulksend.batch.control import request
from bulksend.batch.settings import Place
from bulksend.batch.summary import State, Summary


def status(place: Place) -> Summary:
    """Counts, money and what to do next. Raises UsageError where no batch has begun."""
    batch_status.refuse_missing(place)
    running = journal.is_running(place.journal_path)
    with journal.read(place.journal_path) as record:
        batch_status.refuse_other_list(place.contacts, place.journal_path, record.batch())
        if not running:
            return batch_status.at_rest(record, place)
        summary = batch_status.at_work(record, place)
    if journal.is_suspended(place.journal_path):
        return replace(summary, state=State.SUSPENDED)
    if not request.is_paused(place.journal_path):
        return summary
    go_on = request.command_line(place, request.CONTINUE)
    return replace(summary, state=State.PAUSED, next=go_on)
