"""`bulksend status`: how a batch stands by its journal, also while a run works on it."""

from __future__ import annotations

from dataclasses import replace

from bulksend import journal
from bulksend.batch import control_request, execution, summary
from bulksend.batch.identity import refuse_missing
from bulksend.batch.settings import Settings
from bulksend.commands import pace
from bulksend.errors import STOP_TEXT, Stop


def status(settings: Settings) -> summary.Summary:
    """Counts, money and what to do next. Raises UsageError where no batch has begun."""
    refuse_missing(settings)
    with journal.read(settings.journal_path) as record:
        batch_summary = execution.summarize_batch(
            record, settings, seconds=record.status_counts().worked_ms / 1000
        )
        if journal.is_running(settings.journal_path):
            return _running(batch_summary, settings)
        stop = record.last_stop() if batch_summary.counts.unsent else None
    next_step = "" if stop is Stop.MAX_COST else batch_summary.next  # the words name the way on
    because = STOP_TEXT[stop] if stop else ""
    return replace(batch_summary, halted=stop is not None, because=because, next=next_step)


def _running(batch_summary: summary.Summary, settings: Settings) -> summary.Summary:
    """A run works on it; one that is paused waits for a word."""
    if not pace.is_paused(settings):
        return replace(batch_summary, running=True, next="")
    return replace(
        batch_summary,
        running=True,
        because="paused",
        next=control_request.command_line(settings, control_request.CONTINUE),
    )
