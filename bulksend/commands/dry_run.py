"""`bulksend run --dry-run`: the plan, counted and priced. Opens no socket, writes no journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bulksend import errors
from bulksend.commands import plan
from bulksend.commands.settings import DEFAULT_IDENTITY, Settings
from bulksend.commands.summary import OK, PARTLY, SCHEMA
from bulksend.commands.view import View
from bulksend.contacts import estimate, loader
from bulksend.results import writer
from bulksend.sending import pace
from bulksend.sms import sender


@dataclass(frozen=True, slots=True)
class DryRun:
    """An estimate with how long it would take."""

    estimate: estimate.Estimate
    duration_s: float
    contacts_name: str

    @property
    def exit_code(self) -> int:
        """3 when some rows cannot be sent."""
        return PARTLY if self.estimate.invalid else OK


def dry_run(settings: Settings, view: View) -> DryRun:
    """Count, price and, with --results, write the verdict row by row. Raises as `run` does."""
    rate_per_s = pace.parse_rate(settings.guards.rate)
    contacts = loader.open_contacts(settings.contacts)
    for remark in contacts.notes:
        view.note(remark)
    if settings.identity.sender is not None:
        sender.parse_sender(settings.identity.sender)
    planned = plan.make_plan(contacts, settings.identity.or_else(DEFAULT_IDENTITY), settings)
    if not planned.estimate.rows:
        raise errors.ContactsError(
            f"{settings.contacts}: the file has column names and no rows",
            hint="add the recipients below the first line",
            code="no_rows",
        )
    if settings.results is not None:
        _write_verdicts(planned, settings)
    sendable = min(planned.estimate.sendable, settings.guards.limit or planned.estimate.sendable)
    return DryRun(planned.estimate, max(sendable - 1, 0) / rate_per_s, contacts.name)


def _write_verdicts(planned: plan.Plan, settings: Settings) -> None:
    if settings.results is None:
        return
    writer.write_estimate(
        settings.results, planned.contacts.header.names, planned.frames, planned.rate_card
    )


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
        "price": {currency: format(it, "f") for currency, it in sorted(counts.price.items())},
        "unpriced_rows": counts.unpriced_rows,
        "countries": list(_countries(counts)),
        "duration_s": round(found.duration_s, 3),
        "findings": [
            {
                "code": it.code,
                "text": it.text,
                "rows": it.rows,
                "first_rows": list(it.first_rows),
            }
            for it in counts.problems
        ],
        "exit_code": found.exit_code,
    }


def _countries(counts: estimate.Estimate) -> Iterator[dict[str, Any]]:
    for line in counts.countries:
        yield {
            "country": line.country,
            "rows": line.rows,
            "parts": line.parts,
            "price": format(line.price.amount, "f") if line.price else None,
            "currency": line.price.currency if line.price else None,
        }
