"""A plan looked at before its first text: what is certain to fail stops here, the rest is said."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch import run_notes
from bulksend.batch.connection import Access
from bulksend.batch.memory import past
from bulksend.batch.plan import Plan
from bulksend.batch.preflight import fitness, reads
from bulksend.batch.preflight.checklist import Finding, Level
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Identity, Place
from bulksend.frozen import frozen
from bulksend.sms.message import Status
from bulksend.telnyx.account import Profile
from bulksend.telnyx.client import Envelope

#: Makes the plan again for an identity that was adapted to the profile.
Replan = Callable[[Identity], Plan]
_CENT_OF_A_CENT = Decimal("0.0001")


@frozen
class Look:
    """By which way the account is looked at, for which batch, and who hears of it."""

    access: Access
    place: Place
    #: The most rows that this run sends; None: all.
    limit: int | None
    reporter: Reporter


def before_sending(plan: Plan, asked: Identity, look: Look, replan: Replan) -> Plan:
    """The plan as the profile allows it; reads only. Raises UsageError for what cannot work.

    `asked`: what the person said, which no profile changes.
    """
    facts = asyncio.run(_read(look.access, plan.identity))
    looked = _findings(plan, look, facts)
    refuse(looked)
    adapted = _adapted(plan, asked, facts.profile)
    if adapted != plan.identity:
        closed = [finding for finding in looked if finding.name == "destinations"]
        plan = replan(adapted)
        again = _findings(plan, look, facts)
        refuse(again)
        looked = [finding for finding in again if finding.name != "destinations"] + closed
    _note(looked, look.reporter)
    return plan


@frozen
class Expected:
    """What the rest of a batch comes to, by what its rows came to so far."""

    rows: int
    parts: int
    price: dict[str, Decimal]
    #: Of the whole batch, as it was counted when it began; empty where nobody noted it.
    rows_by_country: dict[str, int]

    @classmethod
    def of(cls, record: journal.Reader, rows: int) -> Expected:
        """What so many rows come to. Raises JournalError."""
        so_far, with_cost = record.status_counts(), record.rows_with_cost()
        accepted = so_far.by_status[Status.ACCEPTED]
        price = {
            currency: (amount * rows / with_cost).quantize(_CENT_OF_A_CENT, ROUND_HALF_UP)
            for currency, amount in so_far.cost.items()
            if with_cost
        }
        parts = so_far.parts * rows // accepted if accepted else rows
        countries = run_notes.countries(record)
        return cls(rows=rows, parts=parts, price=price, rows_by_country=countries)


def before_resuming(plan: Plan, record: journal.Reader, rows: int, look: Look) -> None:
    """The same look before so many rows of a batch that has begun; what they are is settled.

    Raises UsageError for what cannot work.
    """
    expected = Expected.of(record, rows)
    facts = asyncio.run(_read(look.access, plan.identity))
    batch = replace(
        batch_of(plan, look.place, look.limit),
        sendable=expected.rows,
        texts=min(expected.rows, look.limit or expected.rows),
        parts=expected.parts,
        price=expected.price,
        unpriced_rows=0 if expected.price else expected.rows,
        rows_by_country=expected.rows_by_country,
        has_begun=True,
    )
    looked = [*fitness.findings(batch, facts), *_disk(look.place.journal_path, expected.rows)]
    refuse(looked)
    _note(looked, look.reporter)


def _note(looked: Sequence[Finding], reporter: Reporter) -> None:
    for finding in looked:
        if finding.level is Level.WARN:
            reporter.note(f"{finding.name}: {finding.text}; {finding.todo}")


async def _read(access: Access, identity: Identity) -> reads.Facts:
    envelope = Envelope(sender=identity.sender or "", profile_id=identity.profile_id or "")
    async with access.client(envelope) as gateway:
        return await reads.read(gateway, identity.profile_id)


def _findings(plan: Plan, look: Look, facts: reads.Facts) -> list[Finding]:
    looked = fitness.findings(batch_of(plan, look.place, look.limit), facts)
    return [*looked, *_disk(look.place.journal_path, plan.estimate.rows)]


def _disk(journal_path: Path, rows: int) -> list[Finding]:
    try:
        free_bytes = shutil.disk_usage(journal_path.absolute().parent).free
    except OSError:  # the journal says what is the matter with its folder
        return []
    return [fitness.disk(free_bytes, rows)]


def batch_of(plan: Plan, place: Place, limit: int | None) -> fitness.Batch:
    """What a plan is about to send, the first `limit` rows of it where that is given."""
    counts, identity = plan.estimate, plan.identity
    texts = min(counts.sendable, limit or counts.sendable)
    return fitness.Batch(
        sender=identity.sender or "",
        profile_id=identity.profile_id or "",
        sendable=counts.sendable,
        rows=counts.rows,
        rows_by_country={line.country: line.rows for line in counts.countries},
        price=counts.price,
        unpriced_rows=counts.unpriced_rows,
        smart_encoding=bool(identity.smart_encoding),
        texts=texts,
        parts=counts.parts * texts // max(counts.sendable, 1),
        past=past.load(place.pace_file, identity.sender),
    )


def refuse(looked: Sequence[Finding]) -> None:
    """Raises UsageError for the first finding that is certain to fail."""
    for finding in looked:
        if finding.level is Level.FAIL:
            raise errors.UsageError(
                f"{finding.text}; nothing was sent", hint=finding.todo, code="preflight"
            )


def _adapted(plan: Plan, asked: Identity, profile: Profile | None) -> Identity:
    """Rows of closed countries are invalid, and parts are counted as the profile counts them."""
    identity = plan.identity
    if profile is None:
        return identity
    rows_by_country = {line.country: line.rows for line in plan.estimate.countries}
    if fitness.closed_countries(rows_by_country, profile):
        identity = replace(identity, destinations=",".join(sorted(profile.destinations)))
    if asked.smart_encoding is None:  # nobody has said otherwise
        identity = replace(identity, smart_encoding=profile.smart_encoding)
    return identity
