"""What a command tells and asks while it works; the front door decides how that looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulksend.sending.limited_by import LimitedBy
from bulksend.sms.message import Outcome, Reply, Status

if TYPE_CHECKING:
    from bulksend.receipts.counts import AskingProgress


_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class Progress:
    """What the rows of this run came to so far."""

    def __init__(
        self,
        total: int,
        *,
        ended_before: int = 0,
        accepted_before: int = 0,
        cost_before: Mapping[str, Decimal] = _NOTHING,
    ) -> None:
        #: Rows this run means to send.
        self.total = total
        #: Rows that ended in earlier runs of the batch.
        self.ended_before = ended_before
        #: Of them, the accepted.
        self.accepted_before = accepted_before
        #: And what they were charged, by currency.
        self.cost_before = cost_before
        self.by_status: Counter[Status] = Counter()
        self.parts = 0
        #: Charged so far, by currency.
        self.cost: dict[str, Decimal] = {}
        #: What limits the pace right now.
        self.limited_by = LimitedBy.NOTHING
        #: Until when everybody left must wait for quiet hours to end; aware.
        self.waits_until: datetime | None = None
        #: For how many seconds each of them did.
        self.limited_s: defaultdict[LimitedBy, float] = defaultdict(float)
        #: Why the last row that was given up for now could not be sent.
        self.given_up: Reply | None = None

    @property
    def done(self) -> int:
        """How many rows of this run have ended."""
        return sum(self.by_status.values())

    @property
    def batch_cost(self) -> dict[str, Decimal]:
        """Charged over all runs of the batch, by currency."""
        names = self.cost.keys() | self.cost_before.keys()
        zero = Decimal(0)
        return {
            name: self.cost.get(name, zero) + self.cost_before.get(name, zero) for name in names
        }

    def add(self, outcome: Outcome) -> None:
        """Count how one row ended."""
        reply = outcome.reply
        self.by_status[reply.status] += 1
        if reply.status is Status.UNSENT:
            self.given_up = reply
        if reply.status is Status.ACCEPTED:
            self.parts += reply.parts or 0
            if reply.cost is not None:
                spent = self.cost.get(reply.cost.currency, Decimal(0))
                self.cost[reply.cost.currency] = spent + reply.cost.amount


class Reporter:
    """Whoever shows a command to a person or a program: what is not overridden is not shown."""

    #: Set from outside to stop as the first Ctrl-C does, where no signal can arrive.
    stopped = False

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody to answer a question."""
        return False

    def note(self, sentence: str) -> None:
        """A warning or a remark."""

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        """Ask; with `typed` the person must type exactly that. Raises UsageError if it cannot.

        `repeats`: it may text or cost twice, and a yes of the options file answers no such thing.
        """
        raise NotImplementedError

    def reading(self, rows: int) -> None:
        """So many rows of the contacts file were read."""

    def read(self) -> None:
        """The contacts file was read to its end."""

    def begin(self, progress: Progress) -> None:
        """Sending starts."""

    def advance(self, progress: Progress, outcomes: Sequence[Outcome]) -> None:
        """Rows ended."""

    def pulse(self, progress: Progress) -> None:
        """Time passes, with or without rows."""

    def end(self, progress: Progress) -> None:
        """Sending ended."""

    def asking(self, progress: AskingProgress) -> None:
        """How far the asking about accepted messages is."""

    def asked(self) -> None:
        """The asking ended."""


class Silent(Reporter):
    """The library's view: nobody is asked, for its caller has consented by calling."""

    can_ask = True

    def confirm(
        self,
        question: str,  # noqa: ARG002
        *,
        typed: str = "",  # noqa: ARG002
        ask: str = "Send?",  # noqa: ARG002
        repeats: bool = False,  # noqa: ARG002
    ) -> bool:
        """The call was the consent."""
        return True
