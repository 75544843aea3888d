"""`bulksend resume`: go on with a batch as it was begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

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
from bulksend.batch.settings import Settings
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
        loader.open_contacts(settings.contacts, guards.layout_of_batch(settings)),
        settings,
        reporter,
    )


def resume_contacts(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary:
    """`resume` for contacts that are open already: a file or a frame."""
    settings = guards.of_batch(settings)
    user_rate.parse_rate(settings.guards.rate)
    agree = partial(_agree, settings=settings, reporter=reporter)
    as_it_was = _is_as_it_was(contacts, settings)
    with (
        session.opened(settings, reporter) as memory,
        reopened(contacts, settings, reporter, agree) as (record, planned),
    ):
        server = connection.access(settings, record.batch().options.get("base_url", ""))
        wanted = _count_wanted(record, settings)
        look.before_resuming(planned, record, wanted, settings, server, reporter)
        if as_it_was:
            remaining = rest.of_same_file(record, planned)
            rest.agree(remaining, record, settings, reporter)
        _open_changed(record, settings, reporter)
        again = _again(record, settings, reporter)
        finished = as_it_was and again == (Status.UNSENT,) and not batch_status.count_unsent(record)
        keeper = memory.keeper(record, planned)
        batch = execution.OpenBatch(planned, record, settings, server, reporter, keeper, again)
        ended = execution.send_open_rows(batch)
    return batch_status.met_finished(ended) if finished else ended


def _is_as_it_was(contacts: loader.Contacts, settings: Settings) -> bool:
    """Whether the contacts are those of the batch as it stands, byte for byte."""
    if not settings.journal_path.exists():
        return False
    with journal.read(settings.journal_path) as reader:
        return contacts.digest() == reader.batch().contacts_sha256


def _count_wanted(record: journal.Journal, settings: Settings) -> int:
    """Rows that would be sent if the person agreed to all that was asked for."""
    again = [Status.UNSENT]
    again += [Status.REFUSED] if settings.retry_refused else []
    again += [Status.UNKNOWN] if settings.resend_unknown else []
    return execution.count_open(record, again) + len(_left_out_as_changed(record, settings))


def _left_out_as_changed(record: journal.Journal, settings: Settings) -> list[int]:
    """Also changed: rows that an earlier `resume` left out because their text was changed."""
    if not settings.also_changed:
        return []
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
    batch_status.refuse_missing(settings)
    paths.check_batch(paths.files_of(settings))
    csv_writer.check_writable(settings.results_path)
    with journal.Journal.open(settings.journal_path) as record:
        facts = record.batch()
        connection.refuse_other_server(settings, facts.options.get("base_url", ""))
        identity.refuse_changes(settings.identity, settings.contacts, facts)
        for other in settings.ambient.differences(identity.identity_of(facts)):
            reporter.note(f"{Setting(other)} is set otherwise here; the batch keeps its own")
        planned = _planned(record, contacts, settings, reporter, agree)
        changed_file.settle_counts(record, planned)
        yield record, planned


def _planned(
    record: journal.Journal,
    contacts: loader.Contacts,
    settings: Settings,
    reporter: Reporter,
    agree: Callable[[changed_file.Comparison, journal.Journal], None],
) -> plan.Plan:
    """The plan of a file that is as it was, in seconds; of a changed one, after one pass."""
    facts = record.batch()
    if contacts.digest() == facts.contacts_sha256:
        planned = identity.plan_again(facts, contacts, settings, reporter)
        if record.lacks_keys():
            older_journal.note_keys_of_same_file(record, planned.frames)
        return planned
    batch_status.refuse_other_list(settings.contacts, settings.journal_path, facts)
    earlier = identity.identity_of(facts)
    comparison = changed_file.compare(record, earlier, contacts, settings, reporter)
    for line in changed_file.in_words(comparison):
        reporter.note(line)
    agree(comparison, record)
    return changed_file.take_over(record, comparison, also_changed=settings.also_changed)


def _agree(
    comparison: changed_file.Comparison,
    record: journal.Journal,
    settings: Settings,
    reporter: Reporter,
) -> None:
    """Consent to what the changed file would send, and apart from it to changed texts."""
    if settings.also_changed and comparison.changed:
        consent.to_send_again(
            len(comparison.changed),
            "changed after they were sent",
            "their people had the earlier text and would get the new one too",
            reporter,
        )
    if comparison.rest.count and (settings.yes or settings.yes_up_to is not None):
        consent.refuse_guesses(comparison.plan)
    rest.agree(comparison.rest, record, settings, reporter)


def _open_changed(record: journal.Journal, settings: Settings, reporter: Reporter) -> None:
    left_out = _left_out_as_changed(record, settings)
    if left_out:
        consent.to_send_again(
            len(left_out),
            "changed after they were sent",
            "their people had the earlier text and would get the new one too",
            reporter,
        )
        record.unskip(left_out)


def _again(record: journal.Journal, settings: Settings, reporter: Reporter) -> tuple[Status, ...]:
    """Which rows may be claimed once more, each kind after its own consent."""
    again = [Status.UNSENT]
    if not (settings.retry_refused or settings.resend_unknown):
        return tuple(again)
    counts = record.counts()
    refused = counts[Status.REFUSED] - execution.refused_for_good(record)
    if settings.retry_refused and refused:
        consent.to_send_again(
            refused,
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
