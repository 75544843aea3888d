"""A plan looked at before its first text: what is certain to fail stops here, the rest is said."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

from bulksend import errors
from bulksend.batch.connection import Access
from bulksend.batch.plan import Plan
from bulksend.batch.preflight import fitness, reads
from bulksend.batch.preflight.checklist import Finding, Level
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Identity, Settings
from bulksend.telnyx.account import Profile
from bulksend.telnyx.client import Envelope

#: Makes the plan again for an identity that was adapted to the profile.
Replan = Callable[[Identity], Plan]


def before_sending(
    plan: Plan, settings: Settings, access: Access, reporter: Reporter, replan: Replan
) -> Plan:
    """The plan as the profile allows it; reads only. Raises UsageError for what cannot work.

    A sandbox has no account to look at; `--no-preflight` leaves it to the first reply.
    """
    if settings.sandbox or not settings.preflight or not plan.estimate.sendable:
        return plan
    facts = asyncio.run(_read(access, plan.identity))
    looked = _look(plan, settings, facts)
    _refuse(looked)
    adapted = _adapted(plan, settings, facts.profile)
    if adapted != plan.identity:
        closed = [finding for finding in looked if finding.name == "destinations"]
        plan = replan(adapted)
        again = _look(plan, settings, facts)
        _refuse(again)
        looked = [finding for finding in again if finding.name != "destinations"] + closed
    for finding in looked:
        if finding.level is Level.WARN:
            reporter.note(f"{finding.name}: {finding.text}; {finding.todo}")
    return plan


async def _read(access: Access, identity: Identity) -> reads.Facts:
    envelope = Envelope(sender=identity.sender or "", profile_id=identity.profile_id or "")
    async with access.client(envelope) as gateway:
        return await reads.read(gateway, identity.profile_id)


def _look(plan: Plan, settings: Settings, facts: reads.Facts) -> list[Finding]:
    looked = fitness.findings(batch_of(plan), facts)
    folder = settings.journal_path.absolute().parent
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError:  # the journal says what is the matter with its folder
        return looked
    return [*looked, fitness.disk(free_bytes, plan.estimate.rows)]


def batch_of(plan: Plan) -> fitness.Batch:
    """What a plan is about to send."""
    counts, identity = plan.estimate, plan.identity
    return fitness.Batch(
        sender=identity.sender or "",
        profile_id=identity.profile_id or "",
        sendable=counts.sendable,
        rows=counts.rows,
        rows_by_country={line.country: line.rows for line in counts.countries},
        price=counts.price,
        unpriced_rows=counts.unpriced_rows,
        smart_encoding=bool(identity.smart_encoding),
    )


def _refuse(looked: Sequence[Finding]) -> None:
    for finding in looked:
        if finding.level is Level.FAIL:
            raise errors.UsageError(
                f"{finding.text}; nothing was sent", hint=finding.todo, code="preflight"
            )


def _adapted(plan: Plan, settings: Settings, profile: Profile | None) -> Identity:
    """Rows of closed countries are invalid, and parts are counted as the profile counts them."""
    identity = plan.identity
    if profile is None:
        return identity
    rows_by_country = {line.country: line.rows for line in plan.estimate.countries}
    if fitness.closed_countries(rows_by_country, profile):
        identity = replace(identity, destinations=",".join(sorted(profile.destinations)))
    if settings.identity.smart_encoding is None:  # nobody has said otherwise
        identity = replace(identity, smart_encoding=profile.smart_encoding)
    return identity
