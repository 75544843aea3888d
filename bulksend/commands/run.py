"""`bulksend run`: a contacts file becomes a batch, and every row of it is sent once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
from bulksend.batch.settings import Identity, Place, Settings
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
    completed = plan.complete(settings.identity, sandbox=settings.sandbox)
    access = connection.access(settings.server)
    planned = plan.make_plan(contacts, completed, settings.basis, reporter)
    _refuse_empty(planned, settings.contacts)
    consent.refuse_other_plan(planned, settings.expect)
    return own_phones.send(planned, settings.own_phones, access, reporter)


def run_contacts(
    contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> summary.Summary:
    """`run` for contacts that are open already: a file or a frame."""
    user_rate.parse_rate(settings.guards.rate)
    place, new_batch = settings.place, settings.new_batch
    files = paths.files_of(place, settings.guards, settings.also_read)
    paths.check_journal(files)
    earlier = ""
    if place.journal_path.exists():
        met = _met_again(contacts, place, settings.identity, reporter, new_batch=new_batch)
        if not isinstance(met, str):
            return met
        earlier = met
        paths.check_batch(files)
    else:
        paths.check_new(files, sandbox=place.sandbox)
    completed = plan.complete(settings.identity, sandbox=settings.sandbox)
    access = connection.access(settings.server)
    with session.opened(place, settings.recency, reporter) as memory:

        def make(wanted: Identity) -> plan.Plan:
            """The plan with who was texted before left out. Raises ContactsError for no rows."""
            check = memory.check(wanted.sender or "")
            by_memory = plan.Earlier(rules=check.rules())
            made = plan.make_plan(contacts, wanted, settings.basis, reporter, by_memory)
            _refuse_empty(made, place.contacts)
            return texted_before.noted(made, check, settings.guards.again_after_s)

        planned = _agreed(make(completed), settings, access, make, reporter)
        csv_writer.check_writable(place.results_path)
        begun = identity.new_batch(planned, access.base_url, sandbox=place.sandbox)
        if earlier:
            _clear_its_place(place, files, earlier, reporter.note)
        with guards.begin(begun, settings.orders, new_batch=new_batch) as record:
            batch = execution.OpenBatch(
                plan=planned,
                record=record,
                orders=settings.orders,
                access=access,
                reporter=reporter,
                keeper=memory.keeper(record, planned),
            )
            return execution.send_open_rows(batch)


def _agreed(
    planned: plan.Plan,
    settings: Settings,
    access: connection.Access,
    make: Replan,
    reporter: Reporter,
) -> plan.Plan:
    """The plan that the person agrees to, as the account allows it. Raises UsageError for none."""
    agreed = settings.consent
    consent.refuse_other_plan(planned, settings.expect)
    texted_before.refuse_nobody(planned, settings.contacts)
    consent.refuse_unasked(planned, agreed, reporter)
    if settings.preflight and not access.is_sandbox and planned.estimate.sendable:
        from bulksend.batch.preflight import look

        account = look.Look(
            access=access, place=settings.place, limit=settings.guards.limit, reporter=reporter
        )
        planned = look.before_sending(planned, settings.identity, account, make)
    texted_before.tell(planned, agreed, reporter)
    if settings.new_batch and planned.texted_before and not access.is_sandbox:
        risk = "whoever was texted before would be texted, and charged, once more"
        consent.to_send_again(planned.estimate.sendable, "to be sent", risk, reporter)
    terms = consent.Terms(
        guards=settings.guards,
        agreed=agreed,
        pace_file=settings.place.pace_file,
        base_url=access.base_url,
    )
    consent.to_send(planned, terms, reporter)
    return planned


def _clear_its_place(
    place: Place, files: paths.Files, batch_id: str, note: Callable[[str], None]
) -> None:
    """An earlier batch is kept under another name; one of the sandbox cost nothing, and goes."""
    if place.sandbox:
        set_aside.forget(place.journal_path, batch_id)
    else:
        set_aside.set_aside(files, batch_id, place.stem, note)


def _met_again(
    contacts: loader.Contacts,
    place: Place,
    asked: Identity,
    reporter: Reporter,
    *,
    new_batch: bool,
) -> summary.Summary | str:
    """A batch that is here already: finished, it is a no-op; unfinished, it is for `resume`.

    Its ID where one begins anew: on the person's word, after a rehearsal, or where nobody was
    reached. Raises BatchMismatch.
    """
    path = place.journal_path
    if journal.is_running(path):
        journal.Journal.open(path).close()  # raises Locked, naming who
    with journal.read(path) as record:
        facts = record.batch()
        stands = batch_status.summarize_batch(record, place, batch_status.RunEnd(seconds=0.0))
        finished = not stands.counts.unsent
        batch_status.refuse_other_list(place.contacts, path, facts)
        if new_batch:
            _agree_to_another(stands, reporter)
            return facts.batch_id
        if facts.sandbox if finished else set_aside.nobody_was_reached(record):
            return facts.batch_id
        connection.refuse_other_server(place, facts.options.get("base_url", ""))
        identity.refuse_changes(asked, place.contacts, facts)
        identity.refuse_changed_file(contacts.digest(), place.contacts, facts)
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


def _refuse_empty(planned: plan.Plan, contacts: Path) -> None:
    if planned.estimate.rows:
        return
    raise errors.ContactsError(
        f"{contacts}: the file has column names and no rows",
        hint="add the recipients below the first line",
        code="no_rows",
    )
