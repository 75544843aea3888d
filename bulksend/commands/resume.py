"""`bulksend resume`: go on with a batch as it was begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bulksend import journal
from bulksend.batch import (
    batch_status,
    connection,
    consent,
    execution,
    identity,
    paths,
    plan,
    summary,
)
from bulksend.batch.memory import session
from bulksend.batch.preflight import look
from bulksend.batch.reporter import Reporter
from bulksend.batch.resuming import changed_file, guards, older_journal, rest
from bulksend.batch.settings import Again, Settings
from bulksend.contacts import loader
from bulksend.errors import Code
from bulksend.results import csv_writer
from bulksend.sending import user_rate
from bulksend.setting_names import Setting
from bulksend.sms.message import Status


def resume(settings: Settings, reporter: Reporter) -> summary.Summary:
    """Send what is unsent; refused and unknown rows only on the person's word.

    Raises BatchMismatch naming what changed since the batch began; nothing was sent then.
    """
    return resume_contacts(
        loader.open_contacts(
            settings.contacts, guards.layout_of_batch(settings.layout, settings.journal_path)
        ),
        settings,
        reporter,
    )


def resume_contacts(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary:
    """`resume` for contacts that are open already: a file or a frame."""
    settings = guards.of_batch(settings)
    user_rate.parse_rate(settings.guards.rate)
    place, again = settings.place, settings.again
    terms = consent.Terms(
        guards=settings.guards, agreed=settings.consent, pace_file=place.pace_file
    )
    agree = partial(_agree, also_changed=again.also_changed, terms=terms, reporter=reporter)
    as_it_was = _is_as_it_was(contacts, place.journal_path)
    with (
        session.opened(place, settings.recency, reporter) as memory,
        reopened(contacts, settings, reporter, agree) as (record, planned),
    ):
        access = connection.access(settings.server, record.batch().options.get("base_url", ""))
        wanted = _count_wanted(record, again)
        if settings.preflight and not access.is_sandbox and wanted:
            limit = settings.guards.limit
            account = look.Look(access=access, place=place, limit=limit, reporter=reporter)
            look.before_resuming(planned, record, wanted, account)
        if as_it_was:
            rest.agree(rest.of_same_file(record, planned), record, terms, reporter)
        if again.also_changed:
            _open_changed(record, reporter)
        statuses = _open_again(record, again, reporter)
        only_unsent = as_it_was and statuses == (Status.UNSENT,)
        finished = only_unsent and not batch_status.count_unsent(record)
        batch = execution.OpenBatch(
            plan=planned,
            record=record,
            orders=settings.orders,
            access=access,
            reporter=reporter,
            keeper=memory.keeper(record, planned),
            again=statuses,
        )
        ended = execution.send_open_rows(batch)
    return batch_status.met_finished(ended) if finished else ended


def _is_as_it_was(contacts: loader.Contacts, journal_path: Path) -> bool:
    """Whether the contacts are those of the batch as it stands, byte for byte."""
    if not journal_path.exists():
        return False
    with journal.read(journal_path) as reader:
        return contacts.digest() == reader.batch().contacts_sha256


def _count_wanted(record: journal.Journal, again: Again) -> int:
    """Rows that would be sent if the person agreed to all that was asked for."""
    statuses = [Status.UNSENT]
    statuses += [Status.REFUSED] if again.retry_refused else []
    statuses += [Status.UNKNOWN] if again.resend_unknown else []
    changed = _left_out_as_changed(record) if again.also_changed else []
    return execution.count_open(record, statuses) + len(changed)


def _left_out_as_changed(record: journal.Journal) -> list[int]:
    """Rows that an earlier `resume` left out because their text was changed."""
    code = str(Code.CHANGED_AFTER_SENT)
    return [skip.row for skip in record.skips() if skip.code == code]


@contextmanager
def reopened(
    contacts: loader.Contacts,
    settings: Settings,
    reporter: Reporter,
    agree: Callable[[changed_file.Comparison, journal.Journal], None] = lambda *_: None,
) -> Iterator[tuple[journal.Journal, plan.Plan]]:
    """The journal of a batch that has begun, and the plan of its contacts file as it is now.

    Where the file was changed, that is told, and `agree` is asked. Raises UsageError where no batch
    has begun or there is no consent, Locked, and BatchMismatch naming what else changed since.
    """
    place = settings.place
    batch_status.refuse_missing(place)
    paths.check_batch(paths.files_of(place, settings.guards, settings.also_read))
    csv_writer.check_writable(place.results_path)
    with journal.Journal.open(place.journal_path) as record:
        facts = record.batch()
        connection.refuse_other_server(place, facts.options.get("base_url", ""))
        identity.refuse_changes(settings.identity, settings.contacts, facts)
        for other in settings.ambient.differences(identity.identity_of(facts)):
            reporter.note(f"{Setting(other)} is set otherwise here; the batch keeps its own")
        if contacts.digest() == facts.contacts_sha256:
            planned = identity.plan_again(facts, contacts, settings.basis, reporter)
            if record.lacks_keys():
                older_journal.note_keys_of_same_file(record, planned.frames)
        else:
            batch_status.refuse_other_list(place.contacts, place.journal_path, facts)
            basis, path = settings.basis, place.contacts
            comparison = changed_file.compare(record, contacts, path, basis, reporter)
            for line in changed_file.in_words(comparison):
                reporter.note(line)
            agree(comparison, record)
            also_changed = settings.also_changed
            planned = changed_file.take_over(record, comparison, also_changed=also_changed)
        changed_file.settle_counts(record, planned)
        yield record, planned


def _agree(
    comparison: changed_file.Comparison,
    record: journal.Journal,
    *,
    also_changed: bool,
    terms: consent.Terms,
    reporter: Reporter,
) -> None:
    """Consent to what the changed file would send, and apart from it to changed texts."""
    if also_changed and comparison.changed:
        consent.to_send_again(
            len(comparison.changed),
            "changed after they were sent",
            "their people had the earlier text and would get the new one too",
            reporter,
        )
    if comparison.rest.count and terms.agreed.is_beforehand:
        consent.refuse_guesses(comparison.plan)
    rest.agree(comparison.rest, record, terms, reporter)


def _open_changed(record: journal.Journal, reporter: Reporter) -> None:
    """Rows left out as changed are open again, after consent."""
    left_out = _left_out_as_changed(record)
    if left_out:
        consent.to_send_again(
            len(left_out),
            "changed after they were sent",
            "their people had the earlier text and would get the new one too",
            reporter,
        )
        record.unskip(left_out)


def _open_again(record: journal.Journal, again: Again, reporter: Reporter) -> tuple[Status, ...]:
    """Which rows may be claimed once more, each kind after its own consent."""
    statuses = [Status.UNSENT]
    if not (again.retry_refused or again.resend_unknown):
        return tuple(statuses)
    counts = record.counts()
    refused = counts[Status.REFUSED] - execution.refused_for_good(record)
    if again.retry_refused and refused:
        consent.to_send_again(
            refused,
            "refused",
            "Telnyx said no to them; try them once more?",
            reporter,
        )
        statuses.append(Status.REFUSED)
    if again.resend_unknown and counts[Status.UNKNOWN]:
        consent.to_send_again(
            counts[Status.UNKNOWN],
            "unknown",
            "some may have been texted: sending them again may text and charge twice",
            reporter,
        )
        statuses.append(Status.UNKNOWN)
    return tuple(statuses)
