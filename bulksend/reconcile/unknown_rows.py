"""The unknown rows of a batch, as `reconcile` looks at them, and how each ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bulksend import journal
from bulksend.contacts import rows
from bulksend.frozen import frozen
from bulksend.reconcile.evidence import Reason, Resolution, Unresolved
from bulksend.sms.message import Message


@frozen
class Clock:
    """The server's clock less ours in seconds: the least and the most that was seen."""

    low_s: float
    high_s: float

    def moment_s(self, at_ms: int) -> tuple[float, float]:
        """A moment of our clock by the server's, at the earliest and at the latest."""
        return at_ms / 1000 + self.low_s, at_ms / 1000 + self.high_s


@frozen
class UnknownRow:
    """One unknown row."""

    unknown_claim: journal.UnknownClaim
    #: None when the contacts file no longer makes one of the row; numbered as when claimed.
    message: Message | None

    def clock(self, now: Clock, record: journal.Reader) -> Clock:
        """The clocks when the row was claimed, by the replies of its run.

        Where that run had none, anything between what is known and no difference at all.
        """
        low_ms, high_ms = self.unknown_claim.clock_low_ms, self.unknown_claim.clock_high_ms
        if low_ms is not None and high_ms is not None:
            return Clock(low_s=low_ms / 1000, high_s=high_ms / 1000)
        lowest_ms, highest_ms = record.clocks()
        return Clock(
            low_s=min(now.low_s, (lowest_ms or 0) / 1000, 0.0),
            high_s=max(now.high_s, (highest_ms or 0) / 1000, 0.0),
        )

    @property
    def row(self) -> int:
        """As the spreadsheet numbers it."""
        return self.unknown_claim.row


class Resolutions:
    """What became of the unknown_rows so far: each is left until it is settled."""

    def __init__(self, unknown_rows: Iterable[UnknownRow]) -> None:
        self.settled: list[Resolution] = []
        self._left = {
            unknown_row.row: Unresolved(row=unknown_row.row, reasons=())
            for unknown_row in unknown_rows
        }

    @property
    def left(self) -> list[Unresolved]:
        """The rows that stay unknown, in their order."""
        return [self._left[row] for row in sorted(self._left)]

    def keep(self, unknown: Collection[int]) -> None:
        """What the journal has settled is not left, though nobody added how."""
        self._left = {row: unresolved for row, unresolved in self._left.items() if row in unknown}

    def is_unresolved(self, row: int) -> bool:
        """Whether a row is unknown still."""
        return row in self._left

    def note_reasons(self, row: int, *reasons: Reason) -> None:
        """More reasons why a row stays as it is."""
        every = dict.fromkeys((*self._left[row].reasons, *reasons))
        self._left[row] = Unresolved(row=row, reasons=tuple(every))

    def add(self, resolution: Resolution | Unresolved) -> None:
        """How one evidence ended for a row."""
        if isinstance(resolution, Unresolved):
            self.note_reasons(resolution.row, *resolution.reasons)
            return
        self.settled.append(resolution)
        del self._left[resolution.row]


def unknown_rows(
    frames: rows.Frames, unknown_claims: Sequence[journal.UnknownClaim]
) -> list[UnknownRow]:
    """Every unknown claim with its message, made again from the contacts file."""
    by_row = messages(frames, {claim.row: claim.claim for claim in unknown_claims})
    return [
        UnknownRow(unknown_claim=claim, message=_as_claimed(by_row.get(claim.row), claim))
        for claim in unknown_claims
    ]


def _as_claimed(message: Message | None, claim: journal.UnknownClaim) -> Message | None:
    """With the number that its row had when it was claimed: key and reference are made of it."""
    return None if message is None else message._replace(row=claim.key_row)


def messages(frames: rows.Frames, claims: Mapping[int, int]) -> dict[int, Message]:
    """The messages of the rows that `claims` names."""
    if not claims:
        return {}
    closed = bytearray(b"\1" * (max(claims) + 1))
    for row in claims:
        closed[row] = 0
    batches = rows.message_batches(frames, closed=bytes(closed), claims=claims, limit=len(claims))
    return {message.row: message for batch in batches for message in batch if message.row in claims}
