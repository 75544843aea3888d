"""The unknown rows of a batch, as `reconcile` looks at them, and how each ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bulksend import journal
from bulksend.commands.plan import Plan
from bulksend.contacts import rows
from bulksend.sms.message import Message
from bulksend.telnyx.evidence import Left, Reason, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The server's clock less ours in seconds: the least and the most that was seen."""

    low_s: float
    high_s: float

    def moment_s(self, at_ms: int) -> tuple[float, float]:
        """A moment of our clock by the server's, at the earliest and at the latest."""
        return at_ms / 1000 + self.low_s, at_ms / 1000 + self.high_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One unknown row."""

    doubt: journal.Doubt
    #: None when the contacts file no longer makes one of the row.
    message: Message | None

    def clock(self, now: Clock, record: journal.Reader) -> Clock:
        """The clocks when the row was claimed: of its run, of all where that run had no reply."""
        low_ms, high_ms = self.doubt.clock_low_ms, self.doubt.clock_high_ms
        if low_ms is None or high_ms is None:
            low_ms, high_ms = record.clocks()
        if low_ms is None or high_ms is None:
            return now
        return Clock(low_s=low_ms / 1000, high_s=high_ms / 1000)

    @property
    def row(self) -> int:
        """As the spreadsheet numbers it."""
        return self.doubt.row


class Endings:
    """What became of the cases so far: each is left until it is settled."""

    def __init__(self, found: Iterable[Case]) -> None:
        self.settled: list[Settled] = []
        self._left = {it.row: Left(row=it.row, reasons=()) for it in found}

    @property
    def left(self) -> list[Left]:
        """The rows that stay unknown, in their order."""
        return [self._left[row] for row in sorted(self._left)]

    def is_left(self, row: int) -> bool:
        """Whether a row is unknown still."""
        return row in self._left

    def leave(self, row: int, *reasons: Reason) -> None:
        """One more reason why a row stays as it is."""
        self._left[row] = Left(row=row, reasons=(*self._left[row].reasons, *reasons))

    def add(self, ending: Settled | Left) -> None:
        """How one evidence ended for a row."""
        if isinstance(ending, Left):
            self.leave(ending.row, *ending.reasons)
            return
        self.settled.append(ending)
        del self._left[ending.row]


def cases(planned: Plan, doubts: Sequence[journal.Doubt]) -> list[Case]:
    """Every doubt with its message, made again from the contacts file."""
    claims = {it.row: it.claim for it in doubts}
    found = messages(planned, claims)
    return [Case(doubt=it, message=found.get(it.row)) for it in doubts]


def messages(planned: Plan, claims: Mapping[int, int]) -> dict[int, Message]:
    """The messages of the rows that `claims` names."""
    if not claims:
        return {}
    closed = bytearray(b"\1" * (max(claims) + 1))
    for row in claims:
        closed[row] = 0
    batches = rows.message_batches(
        planned.frames, closed=bytes(closed), claims=claims, limit=len(claims)
    )
    return {it.row: it for batch in batches for it in batch if it.row in claims}
