"""`--max-cost`: what is in flight is reserved at its worst, so that the cap cannot be exceeded."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bulksend.sms.message import Message, Money, Reply, Status

#: Telnyx's own limit of parts; a network may pack one part more than the formula says.
_PARTS_MAX = 10


class Budget:
    """Money spent and set aside. Currencies are added up as they are: the cap names none."""

    def __init__(
        self,
        cap: Decimal,
        price: Callable[[str, int], Money | None],
        *,
        spent: Decimal = Decimal(0),
    ) -> None:
        self._cap = cap
        self._price = price
        self._spent = spent
        self._reserved: dict[int, Decimal] = {}
        #: The most that one part cost in a country that the rate card does not know.
        self._learned: dict[str, Decimal] = {}

    @property
    def idle(self) -> bool:
        """True when nothing is set aside."""
        return not self._reserved

    def reserve(self, message: Message) -> bool:
        """Set aside the most this message can cost; False when that could exceed the cap."""
        left = self._cap - self._spent - sum(self._reserved.values(), Decimal(0))
        worst = self._worst(message)
        if worst is None:
            # Nobody knows what it costs: it goes alone, and with some money left.
            if self._reserved or left <= 0:
                return False
            worst = left
        if worst > left:
            return False
        self._reserved[message.row] = worst
        return True

    def settle(self, message: Message, reply: Reply) -> None:
        """Replace what was set aside by what it cost; an unknown row keeps its worst."""
        reserved = self._reserved.pop(message.row, Decimal(0))
        if reply.status is Status.ACCEPTED and reply.cost is not None:
            self._spent += reply.cost.amount
            self._learn(message.country, reply.cost.amount, reply.parts or message.parts)
        elif reply.status in (Status.ACCEPTED, Status.UNKNOWN):
            self._spent += reserved

    def _worst(self, message: Message) -> Decimal | None:
        parts = min(message.parts + (message.parts > 1), _PARTS_MAX)
        known = self._price(message.country, parts)
        if known is not None:
            return known.amount
        each = self._learned.get(message.country)
        return None if each is None else each * parts

    def _learn(self, country: str, cost: Decimal, parts: int) -> None:
        self._learned[country] = max(self._learned.get(country, Decimal(0)), cost / parts)


class Unlimited:
    """No cap: everything may be spent."""

    #: Nothing is ever set aside.
    idle = True

    def reserve(self, message: Message) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def settle(self, message: Message, reply: Reply) -> None:
        """Nothing to replace."""
