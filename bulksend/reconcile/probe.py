"""Two requests with one idempotency key: one text when Telnyx honours it, two when it does not."""

from __future__ import annotations

import asyncio
import time
import uuid

from bulksend import errors
from bulksend.reconcile import idempotency
from bulksend.reconcile.idempotency import Proof
from bulksend.reconcile.person import Person
from bulksend.setting_names import Setting
from bulksend.sms.message import Message, Reply, Status
from bulksend.sms.phone import parse
from bulksend.telnyx.client import Client

TEXT = "bulksend is trying out how this account sends. Nothing to do."
#: Waits before the second request, and while the server still works on the first.
_WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0)


def parse_to(to: str | None) -> parse.Phone:
    """The phone that the probe texts. Raises UsageError."""
    parsed = parse.parse_phone(to or "", None)
    if isinstance(parsed, parse.Phone):
        return parsed
    raise errors.UsageError(
        f"{Setting.TO}: {parsed.text}",
        hint=f"give a phone of your own, for example {Setting.TO.to('+447700900123')}",
        code="to_invalid",
    )


def consent(to: parse.Phone, sender: str, person: Person) -> None:
    """Raises UsageError unless the person agrees to pay for one text or two."""
    question = f"a probe texts {to.e164} from {sender}: one text if the key is honoured, else two"
    if not person.confirm(question):
        raise errors.UsageError("no consent; nothing was sent", code="no_consent")


async def probe(gateway: Client, to: parse.Phone) -> tuple[Proof, str]:
    """The proof, and in words what was seen."""
    message = Message(row=0, phone=to.e164, text=TEXT, country=to.country, parts=1)
    body, key = gateway.body(message), f"probe-{uuid.uuid4()}"
    first = await gateway.send(body, key)
    if first.status is not Status.ACCEPTED:
        return _undecided(), f"the first request was {first.status}: {first.code} {first.error}"
    second = first
    for wait_s in _WAITS_S:
        await asyncio.sleep(wait_s)
        second = await gateway.send(body, key)
        if not idempotency.is_in_flight(second):
            break
    return Proof(idempotency.judge_probe(first, second), time.time()), _second_in_words(second)


def _undecided() -> Proof:
    return Proof(idempotency.Verdict.UNDECIDED, time.time())


def _second_in_words(second: Reply) -> str:
    if second.status is not Status.ACCEPTED:
        return f"the second request was {second.status}: {second.code} {second.error}"
    return "the second reply is marked as replayed" if second.replayed else "no mark of a replay"
