"""The cap (`max_cost`): what a batch may cost over all its runs, in each currency.

A row is counted at its worst: the most that a part to its country has cost (a cost divided by the
parts we counted) or is on the rate card, whichever is more. What is in flight is set aside at that
price, so the cap cannot be passed by what was known. What nobody could know is the first text to a
country, so it goes alone; a country with neither price nor cost goes no further than that. A reply
without a cost that can be believed, and an unknown row, count as the worst until Telnyx says, also
when the row has left the file, and for each claim that may have arrived. A text of which a journal
of an older version kept no country counts as the dearest row of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeGuard

from bulksend.sms.message import Charge, Message, Money, Reply, Status

#: Amounts by currency.
Amounts = dict[str, Decimal]


class Budget:
    """Money spent and set aside, in each currency; `cap` holds in each of them."""

    def __init__(self, cap: Decimal, card_price: Callable[[str, int], Money | None]) -> None:
        self._cap = cap
        self._card_price = card_price
        self._spent: Amounts = {}
        #: What was set aside for each row that is in flight, and the country it goes to.
        self._reserved: dict[int, tuple[str, Amounts]] = {}
        #: The most that one part cost, by country.
        self._charged: dict[str, Amounts] = {}
        #: Countries whose first row has been answered.
        self._opened: set[str] = set()
        #: Texts of which an older version kept no country, and the dearest row so far.
        self._uncounted = 0
        self._dearest: Amounts = {}

    def add_earlier(self, charges: Sequence[Charge], costs: Mapping[str, Decimal]) -> None:
        """Count what earlier runs of the batch have spent, or may have.

        `charges` also of rows that are gone from the file, and one for each claim that may have
        arrived; `costs` is all that Telnyx has named by currency.
        """
        for charge in charges:  # first what a part costs, then what the others may have cost
            self._opened.add(charge.country)
            if _believable(charge.cost):
                self._learn(charge.country, charge.cost, charge.parts)
        named: Amounts = {}
        for charge in charges:
            self._meet(self._worst(charge.country, charge.parts))
            if _believable(charge.cost):
                named = _sum(named, {charge.cost.currency: charge.cost.amount * charge.rows})
            else:
                worst = self._worst(charge.country, charge.parts * charge.rows)
                self._spent = _sum(self._spent, worst)
        most = {
            currency: max(named.get(currency, Decimal(0)), each) for currency, each in costs.items()
        }
        self._spent = _sum(self._spent, named | most)

    def add_uncounted(self, texts: int) -> None:
        """Count texts that may have been sent, nobody knows where to or in how many parts."""
        self._uncounted += texts

    @property
    def idle(self) -> bool:
        """True when nothing is set aside."""
        return not self._reserved

    def reserve(self, message: Message) -> bool:
        """Set aside the most this message can cost; False when that could exceed the cap."""
        country = message.country
        worst = self._worst(country, message.parts)
        self._meet(worst)
        if country not in self._opened:
            if any(country == other for other, _ in self._reserved.values()):
                return False  # the first row to a country goes alone
        elif not worst:
            return False  # its first row went, and nobody knows what it cost
        taken = _sum(
            self._spent,
            *(amounts for _, amounts in self._reserved.values()),
            {currency: amount * self._uncounted for currency, amount in self._dearest.items()},
        )
        if any(spent >= self._cap for spent in taken.values()):
            return False
        if any(amount > self._cap for amount in _sum(taken, worst).values()):
            return False
        self._reserved[message.row] = (country, worst)
        return True

    def settle(self, message: Message, reply: Reply) -> None:
        """Replace what was set aside by what it cost; what nobody knows keeps its worst."""
        _, reserved = self._reserved.pop(message.row, ("", {}))
        if reply.status not in (Status.ACCEPTED, Status.UNKNOWN):
            return
        self._opened.add(message.country)
        if reply.status is Status.ACCEPTED and _believable(reply.cost):
            self._learn(message.country, reply.cost, message.parts)
            reserved = {reply.cost.currency: reply.cost.amount}
        self._spent = _sum(self._spent, reserved)

    def _worst(self, country: str, parts: int) -> Amounts:
        """The most that so many parts may cost, by currency; empty where nobody knows."""
        charged = self._charged.get(country, {})
        worst = {currency: each * parts for currency, each in charged.items()}
        card = self._card_price(country, parts)
        if card is not None:
            worst[card.currency] = max(worst.get(card.currency, Decimal(0)), card.amount)
        return worst

    def _meet(self, row: Amounts) -> None:
        for currency, amount in row.items():
            self._dearest[currency] = max(self._dearest.get(currency, Decimal(0)), amount)

    def _learn(self, country: str, cost: Money, parts: int) -> None:
        charged = self._charged.setdefault(country, {})
        each = cost.amount / max(parts, 1)
        charged[cost.currency] = max(charged.get(cost.currency, Decimal(0)), each)


def _believable(cost: Money | None) -> TypeGuard[Money]:
    return cost is not None and cost.amount >= 0


def _sum(first: Mapping[str, Decimal], *others: Mapping[str, Decimal]) -> Amounts:
    total = dict(first)
    for amounts in others:
        for currency, amount in amounts.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total


class Unlimited:
    """No cap: everything may be spent."""

    #: Nothing is ever set aside.
    idle = True

    def reserve(self, message: Message) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def settle(self, message: Message, reply: Reply) -> None:
        """Nothing to replace."""
