"""`bulksend reconcile`: unknown rows settled by evidence, and for the rest why not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from bulksend import journal
from bulksend.batch import advice, batch_status, connection, consent, execution, identity, summary
from bulksend.batch.control import signals
from bulksend.batch.memory import session
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.resuming import guards
from bulksend.batch.settings import Place, Settings
from bulksend.commands.resume import reopened
from bulksend.contacts import loader
from bulksend.frozen import frozen
from bulksend.reconcile import idempotency, unknown_rows
from bulksend.reconcile.evidence import Reason, Resolution, Unresolved
from bulksend.reconcile.reconciler import Reconciler, Task
from bulksend.sending import halt, user_rate
from bulksend.sms.message import Status


@frozen
class Reconciled:
    """How the batch stands now, and what was found."""

    summary: summary.Summary
    settled: tuple[Resolution, ...] = ()
    left: tuple[Unresolved, ...] = ()

    @property
    def exit_code(self) -> int:
        """6 when unknown rows remain."""
        return self.summary.exit_code


def reconcile(settings: Settings, reporter: Reporter, *, after_5xx: bool = False) -> Reconciled:
    """Settle what evidence settles. Raises as `resume` does.

    `after_5xx`: ask again also for rows that the server answered with an error.
    """
    began_s = time.monotonic()
    settings = guards.of_batch(settings)
    place = settings.place
    layout = guards.layout_of_batch(settings.layout, place.journal_path)
    contacts = loader.open_contacts(place.contacts, layout)
    with reopened(contacts, settings, reporter) as (record, planned):
        unknown_claims = record.unknown_claims()
        with session.opened(place, settings.recency, reporter) as memory:
            memory.believe(record)
            if unknown_claims and not record.batch().sandbox:
                task = _task(record, planned, settings, memory, reporter)
                if after_5xx:
                    _consent_to_5xx(unknown_claims, reporter)
                    task = replace(task, after_5xx=True)
                work = Reconciler(task)
                switch, resolutions = work.settle(), work.resolutions
            else:
                switch, resolutions = halt.Halt(), _nothing_to_ask(unknown_claims)
            if any(resolution.status is not Status.ACCEPTED for resolution in resolutions.settled):
                memory.refresh(record)
        resolutions.keep({unknown_claim.row for unknown_claim in record.unknown_claims()})
        end = batch_status.RunEnd(
            seconds=time.monotonic() - began_s, stop=switch.reason, detail=switch.detail
        )
        view = execution.View(place, settings.layout)
        stands = _ended(record, planned, view, end, reporter)
    return Reconciled(
        summary=replace(stands, next=_next(stands, resolutions.left, place)),
        settled=tuple(sorted(resolutions.settled, key=lambda resolution: resolution.row)),
        left=tuple(resolutions.left),
    )


def _task(
    record: journal.Journal,
    planned: Plan,
    settings: Settings,
    memory: session.Session,
    reporter: Reporter,
) -> Task:
    """What is to be settled, on the batch's own server. Raises BatchMismatch for another."""
    facts = record.batch()
    url = facts.options.get("base_url", "")
    return Task(
        record=record,
        frames=planned.frames,
        server=connection.same_server(settings.place, settings.server, url),
        envelope=identity.envelope(facts),
        person=reporter,
        stopping=signals.two_steps,
        rate_per_s=user_rate.parse_rate(settings.guards.rate),
        max_in_flight=settings.guards.max_in_flight,
        state_folder=settings.state_folder,
        texted_elsewhere=memory.texted_elsewhere(record),
    )


def _ended(
    record: journal.Journal,
    planned: Plan,
    view: execution.View,
    end: batch_status.RunEnd,
    reporter: Reporter,
) -> summary.Summary:
    """How the batch stands, with the results written again."""
    stands = batch_status.summarize_batch(record, view.place, end)
    record.end_run(stands.exit_code, str(end.stop or "reconciled"))
    rewritten = execution.write_results(planned, record, view, reporter)
    return replace(stands, results=rewritten.path)


def _nothing_to_ask(unknown_claims: Sequence[journal.UnknownClaim]) -> unknown_rows.Resolutions:
    """The sandbox that had them is gone."""
    resolutions = unknown_rows.Resolutions(
        unknown_rows.UnknownRow(unknown_claim=claim, message=None) for claim in unknown_claims
    )
    for claim in unknown_claims:
        resolutions.note_reasons(claim.row, Reason.SANDBOX_GONE)
    return resolutions


def _consent_to_5xx(unknown_claims: Sequence[journal.UnknownClaim], reporter: Reporter) -> None:
    """Raises UsageError unless the person agrees, by the count, that some may be texted twice."""
    doubtful = [claim for claim in unknown_claims if not idempotency.is_remembered(claim.http)]
    if doubtful:
        consent.to_send_again(
            len(doubtful),
            "unknown after a server error",
            "their keys may protect them no longer: asking again may text and charge twice",
            reporter,
        )


def _next(stands: summary.Summary, left: Sequence[Unresolved], place: Place) -> str:
    """Look again later where that is of use; else it is the person's word."""
    if stands.counts.unsent or not left:
        return stands.next
    if any(unresolved.passing for unresolved in left):
        return advice.command("reconcile", place)
    return ""  # what is left may have arrived: to send it again is the person's own word
