"""Values that are right unless a test says otherwise."""

from __future__ import annotations

import uuid
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from bulksend import journal
from bulksend.results import entries
from bulksend.sms.message import Message, Money, Reply, Signal, Status, Throttle

PROFILE = "00000000-0000-4000-8000-000000000001"


def make_message(row: int = 2, **fields: Any) -> Message:
    values: dict[str, Any] = {
        "phone": f"+4477009{row:05d}",
        "text": "Hi Ada",
        "country": "GB",
        "parts": 1,
    }
    return Message(row=row, **(values | fields))


def accepted(**fields: Any) -> Reply:
    values: dict[str, Any] = {
        "message_id": str(uuid.uuid4()),
        "parts": 1,
        "encoding": "GSM-7",
        "cost": Money(Decimal("0.0420"), "USD"),
        "http_status": 200,
    }
    return Reply(status=Status.ACCEPTED, **(values | fields))


def refused(code: str = "40310", **fields: Any) -> Reply:
    return Reply(status=Status.REFUSED, code=code, error="no", http_status=400, **fields)


def unknown(code: str = "no_reply", **fields: Any) -> Reply:
    return Reply(status=Status.UNKNOWN, code=code, error="?", **fields)


def unsent(code: str = "unreachable", **fields: Any) -> Reply:
    return Reply(status=Status.UNSENT, code=code, error="not sent", **fields)


def throttled(kind: Throttle = Throttle.RATE, **fields: Any) -> Reply:
    return unsent("10011", http_status=429, signal=Signal(throttle=kind, **fields))


def entries_of(reader: journal.Reader) -> list[SimpleNamespace]:
    """The claimed rows of a journal as the results show them."""
    return [SimpleNamespace(**it) for it in entries.read(reader, 1, 1_000_000).to_dicts()]
