"""What the accepted messages of a batch came to, in numbers that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from bulksend.frozen import frozen


@frozen
class DeliveryCounts:
    """Accepted messages by what became of them: each stands in exactly one of the five."""

    delivered: int = 0
    #: delivery_failed, sending_failed, expired.
    failed: int = 0
    #: The network never said. Not a failure.
    unconfirmed: int = 0
    #: Nobody knows yet, or nobody asked.
    waiting: int = 0
    given_up: int = 0
    #: What Telnyx took in the end, by currency, of the messages of which it is known.
    final_cost: Mapping[str, Decimal] = field(default_factory=dict)
    #: Messages that cost nothing.
    unbilled: int = 0
    #: Messages that are final and whose cost Telnyx has not said.
    without_cost: int = 0

    @property
    def asked(self) -> bool:
        """Whether anything is known of any message."""
        return bool(self.delivered or self.failed or self.unconfirmed or self.given_up)


NOBODY_ASKED = DeliveryCounts()


@frozen
class AskingProgress:
    """How far the asking is."""

    #: Accepted messages, and those of them about which there is something to ask yet.
    total: int
    waiting: int
    #: As they were counted a moment ago.
    counts: DeliveryCounts = NOBODY_ASKED
    #: How long there is to ask yet; None: one pass.
    left_s: float | None = None
    #: When the next pass comes; None: a pass is going on.
    next_pass_s: float | None = None

    @property
    def final(self) -> int:
        """Messages about which nothing is left to ask."""
        return max(self.total - self.waiting, 0)
