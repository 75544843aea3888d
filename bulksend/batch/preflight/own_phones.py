"""One row's text to phones of one's own: one request each, never repeated, kept nowhere."""

from __future__ import annotations

import asyncio
import uuid
from decimal import Decimal

from bulksend import errors
from bulksend.batch import connection
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import OwnPhones
from bulksend.batch.summary import OK, PARTLY, STOPPED, UNKNOWN_LEFT
from bulksend.contacts import rows
from bulksend.frozen import frozen
from bulksend.sms.message import Message, Reply, Status
from bulksend.sms.phone import parse
from bulksend.telnyx.client import Envelope
from bulksend.visible import counted


@frozen(kw_only=False)
class Tried:
    """One phone and what its request came to."""

    phone: str
    reply: Reply


@frozen
class OwnText:
    """What was tried, phone by phone."""

    row: int
    text: str
    tried: tuple[Tried, ...]

    @property
    def cost(self) -> dict[str, Decimal]:
        """By currency, as far as the replies say it."""
        sums: dict[str, Decimal] = {}
        for each in self.tried:
            cost = each.reply.cost
            if cost is not None:
                sums[cost.currency] = sums.get(cost.currency, Decimal(0)) + cost.amount
        return sums

    @property
    def exit_code(self) -> int:
        """0 when every phone's text was accepted."""
        statuses = {each.reply.status for each in self.tried}
        if Status.UNSENT in statuses:
            return STOPPED
        if Status.UNKNOWN in statuses:
            return UNKNOWN_LEFT
        return PARTLY if Status.REFUSED in statuses else OK


@frozen(kw_only=False)
class _RowText:
    """What one row's recipient would get."""

    row: int
    text: str
    parts: int


def send(
    plan: Plan, own_phones: OwnPhones, access: connection.Access, reporter: Reporter
) -> OwnText:
    """Ask, and send. No batch begins, and nothing is remembered.

    Raises UsageError for a row that has no text to send, a phone that is none, and without consent.
    """
    chosen = _text_of(plan, own_phones.test_row)
    phones = [_phone(number) for number in own_phones.test_to]
    if not access.is_sandbox:
        _ask(plan, phones, chosen, reporter)
    messages = [
        Message(
            row=chosen.row,
            phone=phone.e164,
            text=chosen.text,
            country=phone.country,
            parts=chosen.parts,
        )
        for phone in phones
    ]
    tried = asyncio.run(_send(plan, access, messages))
    return OwnText(row=chosen.row, text=chosen.text, tried=tuple(tried))


def _ask(plan: Plan, phones: list[parse.Phone], chosen: _RowText, reporter: Reporter) -> None:
    named = ", ".join(phone.e164 for phone in phones)
    question = (
        f"a test: the text of row {chosen.row} from {plan.identity.sender} to {named}, "
        f"{counted(len(phones), 'text')} of {counted(chosen.parts, 'part')}\n"
        f"  {chosen.text[:160]!r}"
    )
    if not reporter.confirm(question, repeats=True):
        raise errors.UsageError("no consent; nothing was sent", code="no_consent")


def _text_of(plan: Plan, wanted: int | None) -> _RowText:
    """Of the row that is wanted, or of the first that would be sent. Raises UsageError."""
    chosen = rows.choose(plan.frames, wanted)
    if chosen is None:
        which = "no row can be sent" if wanted is None else f"there is no row {wanted}"
        raise errors.UsageError(
            f"{which} in {plan.contacts.name}",
            hint="rows count from 2 below a header",
            code="test_row_missing",
        )
    if chosen.text is None:
        raise errors.UsageError(
            f"row {chosen.row} has no text to send: {chosen.problem}",
            hint="correct the row, or name another",
            code="test_row_invalid",
        )
    return _RowText(chosen.row, chosen.text, chosen.parts or 1)


def _phone(number: str) -> parse.Phone:
    parsed = parse.parse_phone(number, None)
    if isinstance(parsed, parse.Phone):
        return parsed
    raise errors.UsageError(f"{number}: {parsed.text}", code="test_phone_invalid")


async def _send(plan: Plan, access: connection.Access, messages: list[Message]) -> list[Tried]:
    """One after the other; after a reply that stops everything, no more."""
    identity = plan.identity
    envelope = Envelope(sender=identity.sender or "", profile_id=identity.profile_id or "")
    tried: list[Tried] = []
    async with (
        connection.opened(access) as server,
        server.client(envelope) as gateway,
    ):
        for message in messages:
            reply = await gateway.send(gateway.body(message), f"test-{uuid.uuid4()}")
            tried.append(Tried(message.phone, reply))
            if reply.stop is not None:
                break
    return tried
