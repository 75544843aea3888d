"""All receipts of one message, joined: whatever the order, and however often, the same.

A state is three groups of facts that come together: what became of it, what it cost, where it
went. Of each group the receipt wins that came furthest, then the later one, then the one with the
greater values; so joining is a maximum, and no order, repeat or delay can change how it ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from bulksend.frozen import frozen
from bulksend.sms.message import Money
from bulksend.telnyx.receipts import UNBILLED_CODE, DeliveryStatus, Receipt


@frozen
class Delivery:
    """How far it came."""

    status: DeliveryStatus
    at_ms: int = 0
    delivered_ms: int | None = None
    code: str = ""
    error: str = ""

    def order(self) -> tuple[object, ...]:
        """Furthest, with a reason, latest."""
        delivered_ms = -1 if self.delivered_ms is None else self.delivered_ms
        why = (self.code != "", self.at_ms, delivered_ms, self.code, self.error)
        return (self.status.rank, *why, self.status)


@frozen
class Charge:
    """What it cost."""

    #: Of the receipt that said so: only a final one's cost is final.
    status: DeliveryStatus = DeliveryStatus.QUEUED
    at_ms: int = 0
    cost: Money | None = None
    rate: Decimal | None = None
    carrier_fee: Decimal | None = None

    def order(self) -> tuple[object, ...]:
        """Said at all, furthest, in its own currency, latest."""
        cost = self.cost or Money(Decimal(-1), "")
        more = [-1 if amount is None else amount for amount in (self.rate, self.carrier_fee)]
        said_by = (self.status.rank, self.at_ms)
        return (self.cost is not None, *said_by, cost.currency, cost.amount, *more, self.status)


@frozen
class Line:
    """Whose number it is."""

    at_ms: int = 0
    carrier: str = ""
    line_type: str = ""

    def order(self) -> tuple[object, ...]:
        """Named, latest."""
        return (bool(self.carrier), bool(self.line_type), self.at_ms, self.carrier, self.line_type)


@frozen
class State:
    """One message."""

    message_id: str
    delivery: Delivery
    charge: Charge = Charge()
    line: Line = Line()

    @property
    def status(self) -> DeliveryStatus:
        """How far it came."""
        return self.delivery.status

    @property
    def final_cost(self) -> Money | None:
        """What it cost in the end; None while that is not known."""
        cost = self.charge.cost
        if self.delivery.code == UNBILLED_CODE and self.status.is_final:
            return Money(Decimal(0), cost.currency if cost is not None else "")
        given_up = self.status is DeliveryStatus.GIVEN_UP
        return cost if self.charge.status.is_final and not given_up else None

    @property
    def is_settled(self) -> bool:
        """Nothing is left to ask."""
        given_up = self.status is DeliveryStatus.GIVEN_UP
        return self.status.is_final and (given_up or self.final_cost is not None)


def state_of(receipt: Receipt) -> State:
    """What one receipt alone says."""
    return State(
        message_id=receipt.message_id,
        delivery=Delivery(
            status=receipt.status,
            at_ms=receipt.at_ms,
            delivered_ms=receipt.delivered_ms,
            code=receipt.code,
            error=receipt.error,
        ),
        charge=Charge(
            status=receipt.status,
            at_ms=receipt.at_ms,
            cost=receipt.cost,
            rate=receipt.rate,
            carrier_fee=receipt.carrier_fee,
        )
        if receipt.cost is not None
        else Charge(),
        line=Line(
            at_ms=receipt.at_ms if receipt.carrier or receipt.line_type else 0,
            carrier=receipt.carrier,
            line_type=receipt.line_type,
        ),
    )


def join(one: State, other: State) -> State:
    """Both together. Commutative, associative, and nothing changes by saying it twice."""
    return replace(
        one,
        delivery=max(one.delivery, other.delivery, key=Delivery.order),
        charge=max(one.charge, other.charge, key=Charge.order),
        line=max(one.line, other.line, key=Line.order),
    )


def apply(state: State | None, receipt: Receipt) -> State:
    """A message's state after one more receipt. A status never goes backwards."""
    alone = state_of(receipt)
    return alone if state is None else join(state, alone)


def states_of(receipts: Iterable[Receipt]) -> dict[str, State]:
    """By message ID, the receipts of any number of messages joined."""
    by_id: dict[str, list[State]] = {}
    for receipt in receipts:
        by_id.setdefault(receipt.message_id, []).append(state_of(receipt))
    return {message_id: reduce(join, several) for message_id, several in by_id.items()}
