"""A batch against what its account and profile allow: pure, one finding each.

A `fail` is certain: not one text would go. What may still work is a `warn`: accounts top themselves
up, and a sender ID may be known to Telnyx without being listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bulksend.batch.preflight import checklist
from bulksend.batch.preflight.checklist import Finding, Level
from bulksend.batch.preflight.reads import Facts
from bulksend.estimate import duration
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.telnyx.account import Balance, Profile
from bulksend.visible import counted

#: What a sender ID may send that nobody has raised (rate-limiting page): messages a second, and
#: how many may wait. The rest is refused until there is room (40318).
DEFAULT_SENDER_PER_S = 0.1
DEFAULT_QUEUE = 1_440
#: What a row takes in the journal, its companion and the results.
_ROW_BYTES = 600


@frozen
class Batch:
    """What is about to be sent."""

    sender: str
    profile_id: str
    sendable: int
    #: In the contacts file.
    rows: int
    #: Rows that would be sent, by ISO country; of a batch that has begun, all that it had.
    rows_by_country: Mapping[str, int]
    has_begun: bool = False
    #: By currency; what is not priced is missing in it.
    price: Mapping[str, Decimal]
    unpriced_rows: int = 0
    smart_encoding: bool = False
    #: Texts of this run, and their parts by Telnyx's formula.
    texts: int
    parts: int
    #: What earlier batches taught of the sender's queue.
    past: duration.Past = duration.NO_PAST


def findings(batch: Batch, facts: Facts) -> list[Finding]:
    """Everything that is worth saying, what is certain to fail first in its place."""
    key = checklist.key(facts.first)
    if facts.refused:
        return [key]
    looked = [key, _credit(batch, facts.balance), *_profile(batch, facts)]
    if facts.profile is not None and facts.profile.enabled:
        looked.append(checklist.sender(batch.sender, facts.senders, facts.profile))
    looked += [checklist.clock(facts.clock_ahead_s), _queue(batch)]
    return looked


def _credit(batch: Batch, balance: Balance | None) -> Finding:
    finding = checklist.balance(balance)
    if balance is None or finding.level is Level.FAIL:
        return finding
    price = batch.price.get(balance.currency, Decimal(0))
    if price <= balance.available:
        return finding
    text = (
        f"{finding.text}, and the estimate is {balance.currency} {price:f}: "
        "what the credit does not cover stays unsent"
    )
    return Finding("balance", Level.WARN, text, "top up the account")


def _profile(batch: Batch, facts: Facts) -> list[Finding]:
    looked = checklist.profile(facts.profile, batch.profile_id, batch.smart_encoding, facts.second)
    profile = facts.profile
    if profile is None or not profile.enabled:
        return looked
    replaced = {
        "destinations": _destinations(batch, profile),
        "spend limit": _limit(batch, profile),
    }
    return [replaced.get(finding.name) or finding for finding in looked]


def _destinations(batch: Batch, profile: Profile) -> Finding | None:
    """None: as it is said without a batch."""
    closed = closed_countries(batch.rows_by_country, profile)
    if not closed:
        return None
    rows = sum(closed.values())
    named = ", ".join(sorted(closed))
    most = "up to " if batch.has_begun else ""
    cannot_go = f"{most}{counted(min(rows, batch.sendable), 'row')} cannot go"
    text = f"{cannot_go}: the profile is closed to {named}"
    todo = "open the countries on the profile in the portal (whitelisted destinations)"
    everywhere = rows >= sum(batch.rows_by_country.values())
    return Finding("destinations", Level.FAIL if everywhere else Level.WARN, text, todo)


def closed_countries(rows_by_country: Mapping[str, int], profile: Profile) -> dict[str, int]:
    """The countries of a batch that a profile may not send to, with their rows."""
    if "*" in profile.destinations:
        return {}
    return {
        country: rows
        for country, rows in rows_by_country.items()
        if country and country not in profile.destinations
    }


def _limit(batch: Batch, profile: Profile) -> Finding | None:
    """None: as it is said without a batch."""
    limit, price = profile.daily_limit, batch.price.get("USD", Decimal(0))
    if limit is None or limit <= 0:
        return None
    if price > limit:
        text = (
            f"USD {limit:f} a day, and the estimate is USD {price:f}: "
            "the batch stops there until midnight UTC"
        )
        return Finding("spend limit", Level.WARN, text, "raise the limit, or resume the day after")
    if batch.unpriced_rows:
        return None
    return Finding("spend limit", Level.OK, f"USD {limit:f} a day; the estimate is below it")


def _queue(batch: Batch) -> Finding:
    """At what this sender took before; of one that never sent, at what a new one is allowed."""
    todo = "ask Telnyx for the limit of your sender ID"
    texts = counted(batch.texts, "text")
    if batch.past.parts_per_s is not None:
        takes_s = duration.seconds(batch.parts, batch.past.parts_per_s)
        text = (
            f"this sender's queue took {_rate(batch.past.parts_per_s)} before: "
            f"{texts} {'takes' if batch.texts == 1 else 'take'} {duration.in_words(takes_s)}"
        )
        level = Level.WARN if takes_s > duration.QUEUE_S else Level.OK
        return Finding("queue", level, text, todo if level is Level.WARN else "")
    if batch.texts <= DEFAULT_QUEUE:
        return Finding("queue", Level.OK, "fits into the queue of any sender ID")
    hours = batch.texts / DEFAULT_SENDER_PER_S / 3600
    text = (
        f"a sender ID that Telnyx has not raised sends 0.1 a second, and {DEFAULT_QUEUE:,} may "
        f"wait: {texts} take {hours:,.0f} hours then"
    )
    return Finding("queue", Level.WARN, text, todo)


def _rate(parts_per_s: float) -> str:
    shown = f"{parts_per_s:,.1f}" if parts_per_s >= 0.1 else f"{parts_per_s:.3f}"
    return f"{shown.removesuffix('.0')} parts a second"


def disk(free_bytes: int, rows: int) -> Finding:
    """Whether the journal and the results have room."""
    needed_bytes = rows * _ROW_BYTES
    text = f"{free_bytes / 1e6:,.0f} MB free, {needed_bytes / 1e6:,.1f} MB are needed"
    if free_bytes < needed_bytes:
        return Finding(
            "disk", Level.FAIL, text, f"free some space, or give {Setting.JOURNAL} another place"
        )
    return Finding("disk", Level.OK, text)
