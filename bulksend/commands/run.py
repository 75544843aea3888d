"""`bulksend run`: a contacts file becomes a batch, and every row of it is sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend import errors, journal
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
from bulksend.batch.memory import session, texted_before
from bulksend.batch.reporter import Reporter
from bulksend.batch.resuming import guards, set_aside
from bulksend.batch.settings import Identity, Settings
from bulksend.contacts import loader
from bulksend.results import csv_writer
from bulksend.sending import user_rate

if TYPE_CHECKING:
    from bulksend.batch.preflight.look import Replan
    from bulksend.batch.preflight.own_phones import OwnText


def run(settings: Settings, reporter: Reporter) -> summary.Summary:
    """Begin a batch and send it; or say how the one that is there stands.

    Raises the errors of `errors.py`; nothing was sent when it does, unless it says otherwise.
    """
    contacts = loader.open_contacts(settings.contacts, settings.layout)
    for remark in contacts.notes:
        reporter.note(remark)
    return run_contacts(contacts, settings, reporter)


def to_own_phones(settings: Settings, reporter: Reporter) -> OwnText:
    """One row's text to phones of one's own, as a test; no batch begins."""
    from bulksend.batch.preflight import own_phones

    contacts = loader.open_contacts(settings.contacts, settings.layout)
    completed = plan.complete(settings.identity, settings)
    server = connection.access(settings)
    planned = plan.make_plan(contacts, completed, settings, reporter)
    _refuse_empty(planned, settings)
    consent.refuse_other_plan(planned, settings.expect)
    return own_phones.send(planned, settings, server, reporter)


def run_contacts(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary:
    """`run` for contacts that are open already: a file or a frame."""
    user_rate.parse_rate(settings.guards.rate)
    files = paths.files_of(settings)
    paths.check_journal(files)
    earlier = ""
    if settings.journal_path.exists():
        met = _met_again(contacts, settings, reporter)
        if not isinstance(met, str):
            return met
        earlier = met
        paths.check_batch(files)
    else:
        paths.check_new(files, sandbox=settings.sandbox)
    completed = plan.complete(settings.identity, settings)
    access = connection.access(settings)
    with session.opened(settings, reporter) as memory:

        def make(wanted: Identity) -> plan.Plan:
            """The plan with who was texted before left out. Raises where nobody is left."""
            check = memory.check(wanted.sender or "")
            rules = check.rules()
            made = plan.make_plan(contacts, wanted, settings, reporter, rules=rules)
            _refuse_empty(made, settings)
            return texted_before.noted(made, check, settings.guards.again_after_s)

        planned = make(completed)
        consent.refuse_other_plan(planned, settings.expect)
        texted_before.refuse_nobody(planned, settings.contacts)
        consent.refuse_unasked(planned, settings, reporter)
        planned = _looked_at(planned, settings, access, reporter, make)
        texted_before.tell(planned, settings, reporter)
        _agree_to_repeat(planned, settings, reporter)
        consent.to_send(planned, settings, access.base_url, reporter)
        csv_writer.check_writable(settings.results_path)
        begun = identity.new_batch(planned, access.base_url, sandbox=settings.sandbox)
        if earlier:
            _clear_its_place(settings, earlier, reporter)
        with guards.begin(begun, settings) as record:
            keeper = memory.keeper(record, planned)
            batch = execution.OpenBatch(planned, record, settings, access, reporter, keeper)
            return execution.send_open_rows(batch)


def _looked_at(
    planned: plan.Plan,
    settings: Settings,
    access: connection.Access,
    reporter: Reporter,
    make: Replan,
) -> plan.Plan:
    """The plan as the account allows it. Raises UsageError for what cannot work.

    A sandbox has no account to look at; without a preflight it is left to the first reply.
    """
    if settings.sandbox or not settings.preflight or not planned.estimate.sendable:
        return planned
    from bulksend.batch.preflight import look

    return look.before_sending(planned, settings, access, reporter, make)


def _clear_its_place(settings: Settings, batch_id: str, reporter: Reporter) -> None:
    """An earlier batch is kept under another name; one of the sandbox cost nothing, and goes."""
    if settings.sandbox:
        set_aside.forget(settings.journal_path, batch_id)
    else:
        set_aside.set_aside(paths.files_of(settings), batch_id, settings.stem, reporter.note)


def _met_again(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary | str:
    """A batch that is here already: finished, it is a no-op; unfinished, it is for `resume`.

    Its ID where one begins anew: on the person's word, after a rehearsal, or where nobody was
    reached. Raises BatchMismatch.
    """
    if journal.is_running(settings.journal_path):
        journal.Journal.open(settings.journal_path).close()  # raises Locked, naming who
    with journal.read(settings.journal_path) as record:
        facts = record.batch()
        stands = batch_status.summarize_batch(record, settings, seconds=0.0)
        finished = not stands.counts.unsent
        batch_status.refuse_other_list(settings.contacts, settings.journal_path, facts)
        if settings.new_batch:
            _agree_to_another(stands, reporter)
            return facts.batch_id
        if facts.sandbox if finished else set_aside.nobody_was_reached(record):
            return facts.batch_id
        connection.refuse_other_server(settings, facts.options.get("base_url", ""))
        identity.refuse_changes(settings.identity, settings.contacts, facts)
        identity.refuse_changed_file(contacts.digest(), settings.contacts, facts)
        if not finished:
            raise errors.BatchMismatch(
                f"this batch began on {facts.created_at:%F %R} UTC and is not finished: "
                f"{stands.counts.unsent} of {stands.counts.rows} rows are unsent",
                hint=f"go on with: {stands.next}",
                code="unfinished",
            )
    return batch_status.met_finished(stands)


def _agree_to_another(stands: summary.Summary, reporter: Reporter) -> None:
    """A new batch texts everybody once more: by the count of those who had this one."""
    texted = stands.counts.accepted + stands.counts.unknown + stands.gone
    if texted and not stands.sandbox:
        risk = "all of them would be texted, and charged, once more"
        consent.to_send_again(texted, "texted before", risk, reporter)


def _agree_to_repeat(planned: plan.Plan, settings: Settings, reporter: Reporter) -> None:
    """A new batch of a file that was sent from another place: by the count of all."""
    if settings.new_batch and planned.texted_before and not settings.sandbox:
        risk = "whoever was texted before would be texted, and charged, once more"
        consent.to_send_again(planned.estimate.sendable, "to be sent", risk, reporter)


def _refuse_empty(planned: plan.Plan, settings: Settings) -> None:
    if planned.estimate.rows:
        return
    raise errors.ContactsError(
        f"{settings.contacts}: the file has column names and no rows",
        hint="add the recipients below the first line",
        code="no_rows",
    )
