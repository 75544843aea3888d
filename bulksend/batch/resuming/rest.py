"""The rest of a batch: the rows that would be sent now, and consent to send them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from bulksend import errors, journal, visible
from bulksend.batch import batch_status, consent
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Settings
from bulksend.contacts import rows
from bulksend.setting_names import Setting
from bulksend.sms.message import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Rows that nobody has had, as far as its journal knows; the memory may leave some out."""

    plan: Plan
    count: int
    #: One byte a row number of the plan's file, not zero for rows that are not to be sent.
    closed: bytes


def of_same_file(record: journal.Journal, planned: Plan, settings: Settings) -> Rest:
    """Where the contacts file is as it was, the journal alone knows the rest."""
    unsent = batch_status.summarize_batch(record, settings, seconds=0.0).counts.unsent
    return Rest(plan=planned, count=unsent, closed=record.closed((Status.UNSENT,)))


def agree(rest: Rest, record: journal.Journal, settings: Settings, reporter: Reporter) -> None:
    """Consent to the rest, asked as `run` asks. Raises UsageError where there is none.

    A sandbox costs nothing and asks nothing.
    """
    count = min(rest.count, settings.guards.limit or rest.count)
    if not count or settings.sandbox or settings.yes:
        return
    if settings.yes_up_to is not None:
        consent.refuse_dearer(priced(rest, settings), settings.yes_up_to)
        return
    if not reporter.can_ask:
        raise consent.nobody_to_ask()
    typed = str(count) if count >= consent.TYPED_FROM else ""
    if not reporter.confirm(question(count, record, settings), typed=typed):
        raise errors.UsageError(
            "no consent; nothing was sent",
            hint=f"{Setting.YES} agrees without a question",
            code="no_consent",
        )


def question(count: int, record: journal.Reader, settings: Settings) -> str:
    """How many, from whom, and what the batch has cost so far."""
    facts, cap = record.batch(), settings.guards.max_cost
    spent = " + ".join(f"{name} {money:f}" for name, money in sorted(record.cost().items()))
    lines = [
        f"{visible.visible(settings.contacts.name)}: {visible.counted(count, 'row')} of "
        f"{facts.rows:,} would be sent now, from {visible.visible(facts.sender)}",
        f"  so far    {visible.counted(record.counts()[Status.ACCEPTED], 'row')} accepted"
        + (f", {spent} charged" if spent else ""),
        f"  cap       {cap:f} for the whole batch" if cap is not None else "",
    ]
    return "\n".join(line for line in lines if line)


def priced(rest: Rest, settings: Settings) -> Plan:
    """The plan with the price of the rest alone, by the rate card."""
    amounts: dict[str, Decimal] = {}
    unpriced = count = 0
    for messages in rows.message_batches(
        rest.plan.frames, closed=rest.closed, claims={}, limit=settings.guards.limit
    ):
        for message in messages:
            count += 1
            money = rest.plan.rate_card.price(message.country, message.parts)
            if money is None:
                unpriced += 1
            else:
                amounts[money.currency] = amounts.get(money.currency, Decimal(0)) + money.amount
    counted = replace(rest.plan.estimate, price=amounts, unpriced_rows=unpriced, sendable=count)
    return replace(rest.plan, estimate=counted)
