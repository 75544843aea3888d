"""`bulksend run --dry-run`: the plan, counted and priced. Opens no socket, writes no journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bulksend import errors
from bulksend.batch import plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import DEFAULT_IDENTITY, Settings
from bulksend.batch.summary import OK, PARTLY, SCHEMA
from bulksend.contacts import loader
from bulksend.estimate import duration
from bulksend.estimate import estimator as estimate
from bulksend.estimate.findings import Finding
from bulksend.results import writer
from bulksend.sending.pacing import policy as pace
from bulksend.sms import sender
from bulksend.sms.rates import Confidence, confidence


@dataclass(frozen=True, slots=True)
class DryRun:
    """An estimate with how long it would take."""

    estimate: estimate.Estimate
    duration_s: float
    rate: str
    contacts_name: str
    #: What the prices rest on.
    confidence: Confidence
    #: What the provider's queue cannot hold.
    queue: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 when some rows cannot be sent."""
        return PARTLY if self.estimate.invalid else OK

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them: rows that are not sent, what could be saved, what is odd."""
        found = self.estimate
        return (*found.problems, *found.costs, *self.queue, *found.remarks)


def dry_run(settings: Settings, reporter: Reporter) -> DryRun:
    """Count, price and, with --results, write the verdict row by row. Raises as `run` does."""
    rate_per_s = pace.parse_rate(settings.guards.rate)
    if settings.only_problems and settings.results is None:
        raise errors.UsageError(
            "--only-problems writes a file, and --results does not say which",
            hint="add --results problems.csv",
            code="option_missing",
        )
    contacts = loader.open_contacts(settings.contacts)
    for remark in contacts.notes:
        reporter.note(remark)
    if settings.identity.sender is not None:
        sender.parse_sender(settings.identity.sender)
    identity = settings.identity.or_else(DEFAULT_IDENTITY)
    planned = plan.make_plan(contacts, identity, settings, reporter)
    if not planned.estimate.rows:
        raise errors.ContactsError(
            f"{settings.contacts}: the file has column names and no rows",
            hint="add the recipients below the first line",
            code="no_rows",
        )
    _write_verdicts(planned, settings)
    return _with_duration(planned, settings, rate_per_s)


def _with_duration(planned: plan.Plan, settings: Settings, rate_per_s: float) -> DryRun:
    counts = planned.estimate
    sendable = min(counts.sendable, settings.guards.limit or counts.sendable)
    parts = counts.parts * sendable // max(counts.sendable, 1)
    return DryRun(
        counts,
        duration.seconds(sendable, rate_per_s),
        settings.guards.rate,
        planned.contacts.name,
        confidence(planned.rate_card, {it.country: it.parts for it in counts.countries}),
        tuple(duration.findings(sendable, parts, rate_per_s)),
    )


def _write_verdicts(planned: plan.Plan, settings: Settings) -> None:
    if settings.results is None:
        return
    write = writer.write_problems if settings.only_problems else writer.write_estimate
    write(settings.results, planned.contacts.header.names, planned.frames, planned.rate_card)


def document(found: DryRun) -> dict[str, Any]:
    """The JSON document of the contract."""
    counts = found.estimate
    return {
        "schema": SCHEMA,
        "rows": counts.rows,
        "sendable": counts.sendable,
        "invalid": counts.invalid,
        "skipped": counts.skipped,
        "parts": counts.parts,
        "parts_max": counts.parts_max,
        "encodings": dict(counts.encodings),
        "price": _money(counts.price),
        "unpriced_rows": counts.unpriced_rows,
        "countries": list(_countries(counts)),
        "duration_s": round(found.duration_s, 3),
        "findings": [_finding(it) for it in found.findings],
        "prices_rest_on": _rest(found.confidence),
        "exit_code": found.exit_code,
    }


def _rest(found: Confidence) -> dict[str, Any]:
    """How much of the list rests on how many charges."""
    return {
        "charges": dict(found.learned),
        "typed": list(found.typed),
        "unpriced": list(found.unpriced),
        "parts_by_charges": found.parts_learned,
        "parts": found.parts,
    }


def _money(amounts: Any) -> dict[str, str]:
    return {currency: format(it, "f") for currency, it in sorted(amounts.items())}


def _finding(it: Finding) -> dict[str, Any]:
    """The four that every finding has, then those that say something about this one."""
    known: dict[str, Any] = {
        "code": it.code,
        "text": it.text,
        "rows": it.rows,
        "first_rows": list(it.first_rows),
        "kind": str(it.kind),
    }
    if it.parts is not None:
        known |= {"parts": it.parts, "price": _money(it.price)}
        known |= {"unpriced_parts": it.unpriced_parts}
    if it.rows_pushed is not None:
        known |= {"rows_pushed": it.rows_pushed}
    if it.character:
        known |= {"character": it.character, "replacement": it.replacement}
    words = {"cure": it.fix, "column": it.column, "country": it.country, "name": it.name}
    known |= {name: value for name, value in words.items() if value}
    return known | ({"positions": list(it.positions)} if it.positions else {})


def _countries(counts: estimate.Estimate) -> Iterator[dict[str, Any]]:
    for line in counts.countries:
        yield {
            "country": line.country,
            "rows": line.rows,
            "parts": line.parts,
            "price": format(line.price.amount, "f") if line.price else None,
            "currency": line.price.currency if line.price else None,
        }
