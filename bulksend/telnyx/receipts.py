"""What became of a message, in Telnyx's words: three vocabularies, read into one `Receipt`.

The messages API and webhooks have one, detail records another, the older MDR reports a third; one
table brings them together. Everything here is pure; the reads are made by `receipt_search`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bulksend.frozen import frozen
from bulksend.sms.message import Money
from bulksend.telnyx import reply_facts
from bulksend.telnyx.codes import sentence
from bulksend.visible import visible

#: Telnyx's own queue gave the message up: it never left and is not billed (error page 40014).
UNBILLED_CODE = "40014"
#: The longest of a carrier's name, a line type or an error that is kept.
_SHOWN_MAX = 200


class DeliveryStatus(StrEnum):
    """What the network came to, as the results show it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    #: Ours: Telnyx was asked until it was of no use to ask any more.
    GIVEN_UP = "given_up"
    #: The network never said. Not a failure.
    DELIVERY_UNCONFIRMED = "delivery_unconfirmed"
    EXPIRED = "expired"
    SENDING_FAILED = "sending_failed"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"

    @property
    def rank(self) -> int:
        """How far the message had come: a receipt of a lower rank never undoes a higher one."""
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.rank >= _RANKS[DeliveryStatus.GIVEN_UP]


_RANKS = {status: rank for rank, status in enumerate(DeliveryStatus)}
FAILED = frozenset(
    {DeliveryStatus.EXPIRED, DeliveryStatus.SENDING_FAILED, DeliveryStatus.DELIVERY_FAILED}
)


class Vocabulary(StrEnum):
    """Where a word comes from."""

    #: `to[].status` of GET /messages/{id}, of the reply of the send, and of webhooks.
    API = "messages"
    #: `status` of GET /detail_records.
    RECORDS = "detail records"
    #: `status` of GET /reports/mdrs, in capitals there.
    REPORTS = "reports"


_S = DeliveryStatus
#: word, status, the vocabularies that have it, and where that stands. Words are compared in lower
#: case; one that is not here says nothing, and the message is asked about again.
WORDS: tuple[tuple[str, DeliveryStatus, frozenset[Vocabulary], str], ...] = (
    ("queued", _S.QUEUED, frozenset(Vocabulary), "OpenAPI OutboundMessagePayload"),
    ("scheduled", _S.QUEUED, frozenset({Vocabulary.API}), "OpenAPI, scheduled messages"),
    ("sending", _S.SENDING, frozenset(Vocabulary), "OpenAPI OutboundMessagePayload"),
    ("sent", _S.SENT, frozenset(Vocabulary), "OpenAPI; detail-records page: with the carrier"),
    ("delivered", _S.DELIVERED, frozenset(Vocabulary), "OpenAPI, all three"),
    ("read", _S.DELIVERED, frozenset({Vocabulary.API}), "telnyx-python 4.189: seen by the reader"),
    ("delivery_failed", _S.DELIVERY_FAILED, frozenset({Vocabulary.API}), "OpenAPI"),
    ("failed", _S.DELIVERY_FAILED, frozenset(Vocabulary), "OpenAPI MessageDetailRecord"),
    ("undelivered", _S.DELIVERY_FAILED, frozenset(Vocabulary), "Telnyx's messaging guide"),
    ("delivery_unconfirmed", _S.DELIVERY_UNCONFIRMED, frozenset({Vocabulary.API}), "OpenAPI"),
    (
        *("dlr_unconfirmed", _S.DELIVERY_UNCONFIRMED),
        *(frozenset({Vocabulary.RECORDS, Vocabulary.REPORTS}), "OpenAPI MessageDetailRecord"),
    ),
    (
        *("dlr_timeout", _S.DELIVERY_UNCONFIRMED, frozenset(Vocabulary)),
        "detail-records page: no delivery receipt from the carrier",
    ),
    (
        # It may have been passed on: to call it failed would invite a second text.
        *("gw_timeout", _S.DELIVERY_UNCONFIRMED, frozenset(Vocabulary)),
        "detail-records page: no response from the gateway",
    ),
    ("gw_reject", _S.SENDING_FAILED, frozenset(Vocabulary), "OpenAPI MessageDetailRecord"),
    ("sending_failed", _S.SENDING_FAILED, frozenset({Vocabulary.API}), "OpenAPI"),
    ("cancelled", _S.SENDING_FAILED, frozenset({Vocabulary.API}), "OpenAPI, scheduled messages"),
    ("expired", _S.EXPIRED, frozenset(Vocabulary), "OpenAPI OutboundMessagePayload"),
)
_STATUS_OF = {word: status for word, status, _, _ in WORDS}


@frozen
class Receipt:
    """One message at one moment, as one source shows it. Moments are ms since 1970, UTC."""

    #: As a UUID is written.
    message_id: str
    status: DeliveryStatus
    #: When it was like that, by Telnyx's clock; 0 where that is not said.
    at_ms: int = 0
    delivered_ms: int | None = None
    #: None: not said. A cost of 0 is one.
    cost: Money | None = None
    rate: Decimal | None = None
    carrier_fee: Decimal | None = None
    carrier: str = ""
    line_type: str = ""
    code: str = ""
    error: str = ""

    @property
    def is_settled(self) -> bool:
        """Final, and what it cost is known."""
        final = self.status.is_final
        return final and (self.cost is not None or self.status is DeliveryStatus.GIVEN_UP)


def status_of(word: object) -> DeliveryStatus | None:
    """The status that a word of any vocabulary means; None for one that nobody knows."""
    return _STATUS_OF.get(word.strip().lower()) if isinstance(word, str) else None


def parse(body: bytes) -> Any:
    """JSON with its amounts as they are written. Raises ValueError, RecursionError."""
    return json.loads(body, parse_float=Decimal)


def from_message(payload: object, at: object = None) -> Receipt | None:
    """Out of the payload of GET /messages/{id} or of a webhook; None where it says nothing.

    `at`: when the event occurred, where it was one.
    """
    if not isinstance(payload, Mapping) or payload.get("direction", "outbound") != "outbound":
        return None
    to = payload.get("to")
    first = to[0] if isinstance(to, list) and to else to
    recipient: Mapping[str, Any] = first if isinstance(first, Mapping) else {}
    message_id, status = parse_id(payload.get("id")), status_of(recipient.get("status"))
    if message_id is None or status is None:
        return None
    parts = payload.get("cost_breakdown")
    breakdown: Mapping[str, Any] = parts if isinstance(parts, Mapping) else {}
    code, error = _problem(payload.get("errors"))
    completed_ms = _moment_ms(payload.get("completed_at"))
    moments = (at, payload.get("completed_at"), payload.get("sent_at"), payload.get("received_at"))
    return _receipt(
        message_id=message_id,
        status=status,
        at_ms=next((ms for moment in moments if (ms := _moment_ms(moment)) is not None), 0),
        delivered_ms=completed_ms if status is _S.DELIVERED else None,
        cost=_money(payload.get("cost")),
        rate=_amount_of(breakdown.get("rate")),
        carrier_fee=_amount_of(breakdown.get("carrier_fee")),
        carrier=_shown(recipient.get("carrier") or payload.get("carrier")),
        line_type=_shown(recipient.get("line_type") or payload.get("line_type")),
        code=code,
        error=error,
        left=payload.get("sent_at") is not None,
    )


def from_record(entry: Mapping[str, Any]) -> Receipt | None:
    """Out of a detail record; None where it is not one of an outbound message."""
    message_id = parse_id(entry.get("uuid"))
    code, error = _problem(entry.get("errors"))
    status = _record_status(entry, code)
    if message_id is None or status is None or entry.get("direction") == "inbound":
        return None
    completed_ms = _moment_ms(entry.get("completed_at"))
    moments = (completed_ms, *(_moment_ms(entry.get(name)) for name in ("sent_at", "created_at")))
    currency = entry.get("currency")
    return _receipt(
        message_id=message_id,
        status=status,
        at_ms=next((moment for moment in moments if moment is not None), 0),
        delivered_ms=completed_ms if status is _S.DELIVERED else None,
        cost=_money({"amount": entry.get("cost"), "currency": currency}),
        rate=reply_facts.amount(entry.get("rate")),
        carrier_fee=reply_facts.amount(entry.get("carrier_fee")),
        carrier=_shown(entry.get("carrier")),
        line_type=_shown(entry.get("line_type")),
        code=code,
        error=error,
        left=entry.get("sent_at") is not None,
    )


def _record_status(entry: Mapping[str, Any], code: str) -> DeliveryStatus | None:
    """Records have no word for what is on its way, and one for all that timed out."""
    word = entry.get("status")
    if word is None or word == "":
        return _S.SENT if entry.get("sent_at") else None
    timed_out = isinstance(word, str) and word.strip().lower() == "gw_timeout"
    return _S.EXPIRED if timed_out and code else status_of(word)


def _receipt(*, left: bool, **fields: Any) -> Receipt:
    """What expired in Telnyx's queue cost nothing, whatever a first reply has said."""
    receipt = Receipt(**fields)
    queue_expiry = receipt.status is _S.EXPIRED and not left and receipt.code in ("", UNBILLED_CODE)
    if receipt.code != UNBILLED_CODE and not queue_expiry:
        return receipt
    if not receipt.status.is_final:
        return receipt
    currency = receipt.cost.currency if receipt.cost is not None else ""
    return Receipt(**fields | {"cost": Money(Decimal(0), currency)})


def parse_id(value: object) -> str | None:
    """A message ID as a UUID is written; None for anything else."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _problem(errors: object) -> tuple[str, str]:
    """Code and words of the first error; detail records have codes alone."""
    first = errors[0] if isinstance(errors, Sequence) and errors else None
    if isinstance(errors, str):
        first = errors
    if isinstance(first, Mapping):
        return _shown(first.get("code"))[:20], sentence(first)
    return (_shown(first)[:20], "") if first else ("", "")


def _shown(value: object) -> str:
    """A word of theirs without control characters and without numbers of people."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return visible(str(value))[:_SHOWN_MAX]


def _money(value: object) -> Money | None:
    """`{"amount": "0.0420", "currency": "USD"}`; older records call the amount `cost`."""
    if not isinstance(value, Mapping):
        return None
    amount, currency = value.get("amount", value.get("cost")), value.get("currency")
    if isinstance(amount, bool) or not isinstance(currency, str):
        return None
    return reply_facts.money(str(amount), currency)


def _amount_of(value: object) -> Decimal | None:
    return reply_facts.amount(value.get("amount") if isinstance(value, Mapping) else value)


def _moment_ms(value: object) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    at_ms = round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    return at_ms if 0 <= at_ms <= 253_402_300_799_999 else None
