"""When to ask again, what to ask, and when to stop: pure; every moment is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bulksend.frozen import frozen

#: The longest interval between two passes.
INTERVAL_MAX_S = 15 * 60.0
#: After the last send, and after its own, Telnyx is asked no more: carriers report within three
#: days, and GET /messages/{id} knows ten.
GIVE_UP_AFTER_LAST_S = 72 * 3600.0
GIVE_UP_AFTER_OWN_S = 10 * 24 * 3600.0
#: Reads a second: of their own, so that the sending keeps its rate; fewer while a run works.
READS_PER_S, READS_BESIDE_RUN_PER_S = 20.0, 5.0
#: Detail records on one page.
PAGE_ROWS = 50
#: How often a final message whose cost Telnyx has not worked out is asked about once more.
COST_ASKS_MAX = 3
#: So many in a row, oldest first, still in Telnyx's queue: those behind them are too.
QUEUED_IN_ROW = 20
#: So many in a row that Telnyx does not know, and none that it knows: another account's key.
UNKNOWN_IN_ROW = 20
#: So many answers in a row that are not Telnyx's.
FOREIGN_IN_ROW = 5


def interval_s(every_s: float, passes: int) -> float:
    """How long to wait after so many passes: `every_s`, doubled each time, up to 15 minutes."""
    doubled = every_s * 2.0 ** min(max(passes - 1, 0), 32)
    return max(every_s, min(doubled, INTERVAL_MAX_S))


@frozen
class Patience:
    """How long to ask, and how often at the most."""

    #: 0: one pass.
    wait_s: float = 0.0
    every_s: float = 30.0

    @classmethod
    def of(cls, wait_s: float) -> Self:
        """Some passes also where the time is short."""
        return cls(wait_s=wait_s, every_s=min(max(wait_s / 10, 1.0), 30.0))


def next_pass_in_s(
    patience: Patience, *, waiting: int, running: bool, elapsed_s: float, passes: int
) -> float | None:
    """When to ask again; None: never. The last pass is at the end of what was waited for.

    While a run works there is always more to come, so the interval stays short.
    """
    left_s = patience.wait_s - elapsed_s
    if left_s <= 0 or not (waiting or running):
        return None
    return min(interval_s(patience.every_s, 1 if running else passes), left_s)


def is_given_up(now_s: float, last_send_s: float, own_send_s: float) -> bool:
    """Whether it is of no use to ask about a message any more."""
    after_last = now_s - max(last_send_s, own_send_s)
    return after_last > GIVE_UP_AFTER_LAST_S or now_s - own_send_s > GIVE_UP_AFTER_OWN_S


def pages_pay(open_messages: int, records: int | None) -> bool:
    """Whether reading all pages is fewer reads than asking message by message.

    `records`: how many the window holds, where the first page said so.
    """
    if records is None:
        return True
    return -(-records // PAGE_ROWS) <= open_messages


def worth_asking(in_transit: int, sent: int) -> bool:
    """Whether the few that the pages show on their way are asked about all the same.

    A record can be older than the message's own state; where they are many, the next pages tell.
    """
    return in_transit <= max(PAGE_ROWS, sent // PAGE_ROWS)


@dataclass(slots=True)
class InARow:
    """Whether the last answers were all of one kind: the oldest are asked first."""

    enough: int
    count: int = 0

    def add(self, same: bool) -> bool:
        """One more answer; True when there were enough of them."""
        self.count = self.count + 1 if same else 0
        return self.count >= self.enough
