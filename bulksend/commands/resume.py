"""`bulksend resume`: go on with a batch as it was begun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bulksend import journal
from bulksend.batch import connection as access
from bulksend.batch import consent, plan, summary
from bulksend.batch import execution as sending
from bulksend.batch import identity as batch
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Settings, option_name
from bulksend.contacts import loader
from bulksend.results import writer
from bulksend.sending.pacing import policy as pace
from bulksend.sms.message import Status


def resume(settings: Settings, reporter: Reporter) -> summary.Summary:
    """Send what is unsent; refused and unknown rows only on the person's word.

    Raises BatchMismatch naming what changed since the batch began; nothing was sent then.
    """
    return resume_contacts(
        loader.open_contacts(settings.contacts, settings.layout), settings, reporter
    )


def resume_contacts(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary:
    """`resume` for contacts that are open already: a file or a frame."""
    pace.parse_rate(settings.guards.rate)
    with reopened(contacts, settings, reporter) as (record, planned):
        server = access.access(settings, record.batch().options.get("base_url", ""))
        again = _again(record, settings, reporter)
        return sending.send_open_rows(planned, record, settings, server, reporter, again)


@contextmanager
def reopened(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> Iterator[tuple[journal.Journal, plan.Plan]]:
    """The journal of a batch that has begun, and its plan as it was then.

    Raises UsageError where none has, Locked, and BatchMismatch naming what changed since.
    """
    batch.refuse_missing(settings)
    writer.check_writable(settings.results_path)
    with journal.Journal.open(settings.journal_path) as record:
        facts = record.batch()
        changes = batch.changes(facts, settings.identity, contacts.digest())
        batch.refuse_changes(changes, settings, facts)
        for other in settings.ambient.differences(batch.identity_of(facts)):
            reporter.note(f"{option_name(other)} is set otherwise here; the batch keeps its own")
        yield record, batch.plan_again(facts, contacts, settings, reporter)


def _again(record: journal.Journal, settings: Settings, reporter: Reporter) -> tuple[Status, ...]:
    """Which rows may be claimed once more, each kind after its own consent."""
    again = [Status.UNSENT]
    if not (settings.retry_refused or settings.resend_unknown):
        return tuple(again)
    counts = record.counts()
    if settings.retry_refused and counts[Status.REFUSED]:
        consent.to_send_again(
            counts[Status.REFUSED],
            "refused",
            "Telnyx said no to them; try them once more?",
            reporter,
        )
        again.append(Status.REFUSED)
    if settings.resend_unknown and counts[Status.UNKNOWN]:
        consent.to_send_again(
            counts[Status.UNKNOWN],
            "unknown",
            "some may have been texted: sending them again may text and charge twice",
            reporter,
        )
        again.append(Status.UNKNOWN)
    return tuple(again)
