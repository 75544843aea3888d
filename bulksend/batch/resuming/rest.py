"""The rest of a batch: the rows that would be sent now, and consent to send them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bulksend import errors, journal, visible
from bulksend.batch import batch_status, consent
from bulksend.batch.control import quiet
from bulksend.batch.memory import past
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Guards
from bulksend.contacts import rows
from bulksend.estimate import zone_counts
from bulksend.estimate.duration import Past
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms.message import Message, Status


@frozen
class Rest:
    """Rows that nobody has had, as far as its journal knows; the memory may leave some out."""

    plan: Plan
    count: int
    #: One byte a row number of the plan's file, not zero for rows that are not to be sent.
    closed: bytes


def of_same_file(record: journal.Journal, planned: Plan) -> Rest:
    """The rest of a batch whose contacts file is as it was, by its journal alone."""
    unsent = batch_status.count_unsent(record)
    return Rest(plan=planned, count=unsent, closed=record.closed((Status.UNSENT,)))


def agree(rest: Rest, record: journal.Journal, terms: consent.Terms, reporter: Reporter) -> None:
    """Consent to the rest, asked as `run` asks. Raises UsageError where there is none.

    A sandbox costs nothing and asks nothing.
    """
    agreed, guards = terms.agreed, terms.guards
    count = min(rest.count, guards.limit or rest.count)
    if not count or agreed.sandbox:
        return
    past_pace = past.load(terms.pace_file, rest.plan.identity.sender)
    sentences = late_in_words(rest, guards, past_pace)
    if agreed.is_beforehand:
        for sentence in sentences:
            reporter.note(sentence)
        if not agreed.yes and agreed.yes_up_to is not None:
            consent.refuse_dearer(priced(rest, guards.limit), agreed.yes_up_to)
        return
    if not reporter.can_ask:
        raise consent.nobody_to_ask()
    typed = str(count) if count >= consent.TYPED_FROM else ""
    screen = question(count, record, rest.plan.contacts.name, guards, sentences)
    if not reporter.confirm(screen, typed=typed):
        raise errors.UsageError(
            "no consent; nothing was sent",
            hint=f"{Setting.YES} agrees without a question",
            code="no_consent",
        )


def question(
    count: int, record: journal.Reader, contacts_name: str, guards: Guards, late: Iterable[str] = ()
) -> str:
    """The question: how many, from whom, the cost so far, and who will not be reached today."""
    facts, cap = record.batch(), guards.max_cost
    spent = " + ".join(f"{name} {money:f}" for name, money in sorted(record.cost().items()))
    lines = [
        f"{visible.visible(contacts_name)}: {visible.counted(count, 'row')} of "
        f"{facts.rows:,} would be sent now, from {visible.visible(facts.sender)}",
        f"  so far    {visible.counted(record.counts()[Status.ACCEPTED], 'row')} accepted"
        + (f", {spent} charged" if spent else ""),
        f"  cap       {cap:f} for the whole batch" if cap is not None else "",
        *(f"  hours     {sentence}" for sentence in late),
    ]
    return "\n".join(line for line in lines if line)


def late_in_words(rest: Rest, guards: Guards, past_pace: Past) -> list[str]:
    """What quiet hours do to the rest, whose rows are read only where there are any.

    Raises UsageError where they leave nobody of it a moment to be texted in.
    """
    if guards.quiet_hours is None and not guards.quiet_days:
        return []
    counts, rows_left, parts = zone_counts.ZoneCounts(), 0, 0
    for messages in _messages(rest, guards.limit):
        phones_of: dict[str, list[str]] = {}
        for message in messages:
            phones_of.setdefault(message.country, []).append(message.phone)
            rows_left, parts = rows_left + 1, parts + message.parts
        counts.add(phones_of)
    left = replace(rest.plan.estimate, sendable=rows_left, parts=parts)
    planned = replace(rest.plan, estimate=left, zone_groups=counts.groups())
    foreseen = quiet.arrivals_of(planned, guards, past_pace, datetime.now().astimezone())
    return list(quiet.in_words(foreseen))


def priced(rest: Rest, limit: int | None) -> Plan:
    """The plan with the price of the rest alone, by the rate card."""
    amounts: dict[str, Decimal] = {}
    unpriced = count = 0
    for messages in _messages(rest, limit):
        for message in messages:
            count += 1
            money = rest.plan.rate_card.price(message.country, message.parts)
            if money is None:
                unpriced += 1
            else:
                amounts[money.currency] = amounts.get(money.currency, Decimal(0)) + money.amount
    counted = replace(rest.plan.estimate, price=amounts, unpriced_rows=unpriced, sendable=count)
    return replace(rest.plan, estimate=counted)


def _messages(rest: Rest, limit: int | None) -> Iterator[list[Message]]:
    return rows.message_batches(rest.plan.frames, closed=rest.closed, claims={}, limit=limit)
