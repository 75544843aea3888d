"""A message's state as the store keeps it, and as the results show it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bulksend.frozen import frozen
from bulksend.receipts.apply import Charge, Delivery, Line, State
from bulksend.receipts.counts import DeliveryCounts
from bulksend.sms.message import Money
from bulksend.telnyx.receipts import FAILED, UNBILLED_CODE, DeliveryStatus

#: As they are written; `ours` and `asked` are the store's own.
COLUMNS = (
    "message_id, version, status, at_ms, delivered_ms, code, error, charge_status, charge_at_ms, "
    "cost, currency, rate, carrier_fee, line_at_ms, carrier, line_type, ours, asked"
)
#: What the results show of a message, and its ID to join by. Costs are decimal texts, moments ms
#: since 1970; a final cost is null until it is known.
RECEIPT_COLUMNS = (
    *("message_id", "delivery_status", "delivered_at", "final_cost", "final_currency"),
    *("final_rate", "final_carrier_fee", "receipt_carrier", "receipt_line_type"),
    *("receipt_code", "receipt_error"),
)


@frozen
class Entry:
    """A message as the store has it."""

    state: State
    #: 0: not there yet.
    version: int = 0
    #: False: the journal does not know the message, or not yet.
    ours: bool = False
    #: How often its cost was asked for after it was final.
    asked: int = 0

    def differs(self, earlier: Entry) -> bool:
        """Whether there is anything to add to what is there."""
        return earlier.version == 0 or (self.state, self.ours, self.asked) != (
            *(earlier.state, earlier.ours, earlier.asked),
        )


@frozen(kw_only=False)
class Alike:
    """So many messages of one status, charge and cost, as the store counts them."""

    status: str
    charge_status: str
    currency: str | None
    #: A decimal text; None: not known.
    cost: str | None
    code: str | None
    count: int


@dataclass(slots=True)
class Totals:
    """What all messages of a batch came to."""

    by_status: Counter[DeliveryStatus] = field(default_factory=Counter)
    #: By currency, of the messages whose final cost is known.
    final_cost: dict[str, Decimal] = field(default_factory=dict)
    #: Messages that cost nothing.
    unbilled: int = 0
    #: Final messages whose cost Telnyx has not said.
    without_cost: int = 0

    def add(self, alike: Alike) -> None:
        """More messages. Raises ValueError or ArithmeticError for nonsense."""
        status, count = DeliveryStatus(alike.status), alike.count
        self.by_status[status] += count
        if not status.is_final or status is DeliveryStatus.GIVEN_UP:
            return
        if alike.code == UNBILLED_CODE:
            amount = Decimal(0)
        elif alike.cost is None or not DeliveryStatus(alike.charge_status).is_final:
            self.without_cost += count
            return
        else:
            amount = Decimal(alike.cost)
        self.unbilled += 0 if amount else count
        if alike.currency:
            before = self.final_cost.get(alike.currency, Decimal(0))
            self.final_cost[alike.currency] = before + amount * count

    def counts(self, accepted: int) -> DeliveryCounts:
        """Of so many accepted messages, each counted once."""
        by_status = self.by_status
        final = sum(number for status, number in by_status.items() if status.is_final)
        return DeliveryCounts(
            delivered=by_status[DeliveryStatus.DELIVERED],
            failed=sum(by_status[status] for status in FAILED),
            unconfirmed=by_status[DeliveryStatus.DELIVERY_UNCONFIRMED],
            waiting=max(accepted - final, 0),
            given_up=by_status[DeliveryStatus.GIVEN_UP],
            final_cost=dict(self.final_cost),
            unbilled=self.unbilled,
            without_cost=self.without_cost,
        )


def to_row(entry: Entry) -> tuple[object, ...]:
    """In the order of `COLUMNS`."""
    state = entry.state
    delivery, charge, line = state.delivery, state.charge, state.line
    cost = charge.cost
    return (
        *(uuid.UUID(state.message_id).bytes, entry.version),
        *(str(delivery.status), delivery.at_ms, delivery.delivered_ms),
        *(delivery.code or None, delivery.error or None),
        *(str(charge.status), charge.at_ms),
        format(cost.amount, "f") if cost is not None else None,
        cost.currency if cost is not None else None,
        *(_text(charge.rate), _text(charge.carrier_fee)),
        *(line.at_ms, line.carrier or None, line.line_type or None),
        *(int(entry.ours), entry.asked),
    )


def from_row(row: Sequence[Any]) -> Entry:
    """Back from the store. Raises what nonsense in it raises."""
    key, version, status, at_ms, delivered_ms, code, error, *more = row
    charged, charged_at_ms, cost, currency, rate, fee, line_at_ms, carrier, line_type, *own = more
    ours, asked = own
    return Entry(
        state=State(
            message_id=str(uuid.UUID(bytes=key)),
            delivery=Delivery(
                status=DeliveryStatus(status),
                at_ms=at_ms,
                delivered_ms=delivered_ms,
                code=code or "",
                error=error or "",
            ),
            charge=Charge(
                status=DeliveryStatus(charged),
                at_ms=charged_at_ms,
                cost=None if cost is None else Money(Decimal(cost), currency or ""),
                rate=None if rate is None else Decimal(rate),
                carrier_fee=None if fee is None else Decimal(fee),
            ),
            line=Line(at_ms=line_at_ms, carrier=carrier or "", line_type=line_type or ""),
        ),
        version=version,
        ours=bool(ours),
        asked=asked,
    )


def shown(state: State) -> tuple[object, ...]:
    """In the order of `RECEIPT_COLUMNS`."""
    cost, charge = state.final_cost, state.charge
    return (
        *(uuid.UUID(state.message_id).bytes, str(state.status), state.delivery.delivered_ms),
        format(cost.amount, "f") if cost is not None else None,
        (cost.currency or None) if cost is not None else None,
        *(_text(charge.rate), _text(charge.carrier_fee)),
        *(state.line.carrier or None, state.line.line_type or None),
        *(state.delivery.code or None, state.delivery.error or None),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
