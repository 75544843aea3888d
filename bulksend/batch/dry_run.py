"""The dry run: the plan, counted and priced. Opens no socket, writes no journal."""

from __future__ import annotations

from datetime import datetime

from bulksend import errors
from bulksend.batch import paths, plan
from bulksend.batch.control import quiet
from bulksend.batch.memory import past, session, texted_before
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import DEFAULT_IDENTITY, Guards, Settings
from bulksend.batch.summary import OK, PARTLY
from bulksend.contacts import loader
from bulksend.estimate import duration, estimator
from bulksend.estimate.findings import Finding
from bulksend.frozen import frozen
from bulksend.results import csv_style, csv_writer
from bulksend.sending import user_rate
from bulksend.setting_names import Setting
from bulksend.sms import sender
from bulksend.sms.rates import Confidence, confidence


@frozen(kw_only=False)
class DryRun:
    """An estimate with how long it would take."""

    estimate: estimator.Estimate
    duration_s: float
    rate: str
    contacts_name: str
    #: The column that the phones come from.
    phone_column: str
    #: As Python knows it; "" for a workbook.
    file_encoding: str
    #: What a run compares with what is expected; "" without a sender.
    digest: str
    #: What the prices rest on.
    confidence: Confidence
    #: What quiet hours, and the length of the provider's queue, do to it.
    arrival: tuple[Finding, ...] = ()
    #: What the duration comes from: see `duration.Duration`.
    limited_by: str = "rate"
    #: Rows whose people this computer texted anything within `again_after_s`.
    texted_lately: int = 0

    @property
    def exit_code(self) -> int:
        """3 when some rows cannot be sent."""
        return PARTLY if self.estimate.invalid else OK

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them: rows that are not sent, what could be saved, what is odd."""
        estimate = self.estimate
        return (
            *estimate.mistakes,
            *estimate.problems,
            *estimate.costs,
            *self.arrival,
            *estimate.remarks,
        )


def dry_run(settings: Settings, reporter: Reporter) -> DryRun:
    """Count, price and, into a named file, write the verdict of each row. Raises as `run` does."""
    user_rate.parse_rate(settings.guards.rate)
    if settings.only_problems and settings.results is None:
        raise errors.UsageError(
            f"{Setting.ONLY_PROBLEMS} writes a file, and {Setting.RESULTS} does not say which",
            hint=f"add {Setting.RESULTS.to('problems.csv')}",
            code="option_missing",
        )
    place, guards = settings.place, settings.guards
    if settings.results is not None:
        files = paths.files_of(place, guards, settings.also_read)
        written = paths.estimates(place)
        paths.check_output(settings.results, Setting.RESULTS, files, written)
    contacts = loader.open_contacts(settings.contacts, settings.layout)
    for remark in contacts.notes:
        reporter.note(remark)
    if settings.identity.sender is not None:
        sender.parse_sender(settings.identity.sender)
    identity = settings.identity.or_else(DEFAULT_IDENTITY)
    with session.opened(place, settings.recency, reporter) as memory:
        check = memory.check(identity.sender or "")
        earlier = plan.Earlier(rules=check.rules())
        planned = plan.make_plan(contacts, identity, settings.basis, reporter, earlier)
    planned = texted_before.noted(planned, check, guards.again_after_s)
    for sentence in planned.texted_before:
        reporter.note(sentence)
    if not planned.estimate.rows:
        raise errors.ContactsError(
            f"{settings.contacts}: the file has column names and no rows",
            hint="add the recipients below the first line",
            code="no_rows",
        )
    if settings.results is not None:
        write = csv_writer.write_problems if settings.only_problems else csv_writer.write_estimate
        style = csv_style.style_for(settings.results, settings.contacts, settings.layout.delimiter)
        elsewhere = paths.telling(settings.results, reporter.note)
        with paths.renewing(settings.results, elsewhere, paths.estimates(place)) as path:
            frames = (csv_writer.verdicts(frame, planned.rate_card) for frame in planned.frames)
            write(path, planned.contacts.header.names, frames, style)
    past_pace = past.load(place.pace_file, planned.identity.sender)
    return _with_duration(planned, guards, past_pace, check.texted_lately)


def _with_duration(
    planned: plan.Plan, guards: Guards, past_pace: duration.Past, texted_lately: int
) -> DryRun:
    counts = planned.estimate
    sendable = min(counts.sendable, guards.limit or counts.sendable)
    parts = counts.parts * sendable // max(counts.sendable, 1)
    rate_per_s = user_rate.parse_rate(guards.rate)
    takes = past.duration_of(guards, past_pace, sendable, parts)
    arrivals = quiet.arrivals_of(planned, guards, past_pace, datetime.now().astimezone())
    return DryRun(
        counts,
        takes.seconds,
        guards.rate,
        planned.contacts.name,
        planned.phone_column,
        planned.contacts.reading.encoding,
        planned.digest,
        confidence(planned.rate_card, {line.country: line.parts for line in counts.countries}),
        (*quiet.findings(arrivals), *duration.findings(sendable, parts, rate_per_s)),
        takes.limited_by,
        texted_lately,
    )
