"""The values that pass through the house: Message, Reply, Outcome; and a row's Status.

A `Message` leaves `contacts`, is claimed in the journal, becomes one or more requests in
`sending`, each of which comes back as a `Reply`; the last one makes the `Outcome`, which the
journal settles. They are named tuples, as each row makes them anew: a frozen dataclass takes four
times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bulksend import errors
from bulksend.frozen import frozen


class Status(StrEnum):
    """Where a row stands. All but CLAIMED appear in the results CSV."""

    #: Provably never left; safe to send.
    UNSENT = "unsent"
    #: The durable note that it is about to be sent; found by a later run it means unknown.
    CLAIMED = "claimed"
    #: Telnyx said yes, with a message ID.
    ACCEPTED = "accepted"
    #: Telnyx said no for good.
    REFUSED = "refused"
    #: It may have left and nobody answered.
    UNKNOWN = "unknown"
    #: The row never became a message.
    INVALID = "invalid"
    #: Left out on purpose: a duplicate, an opt-out.
    SKIPPED = "skipped"


class OnDuplicate(StrEnum):
    """What the same text to the same phone again in one file does."""

    SKIP = "skip"
    SEND = "send"
    ERROR = "error"


#: The only transitions. `refused` and `unknown` are claimed again on the user's word alone.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.UNSENT: frozenset({Status.CLAIMED}),
    Status.CLAIMED: frozenset({Status.ACCEPTED, Status.REFUSED, Status.UNKNOWN, Status.UNSENT}),
    Status.REFUSED: frozenset({Status.CLAIMED}),
    Status.UNKNOWN: frozenset({Status.ACCEPTED, Status.REFUSED, Status.CLAIMED, Status.UNSENT}),
    Status.ACCEPTED: frozenset(),
    Status.INVALID: frozenset(),
    Status.SKIPPED: frozenset(),
}


def advance(status: Status, to: Status) -> Status:
    """The only way a status changes. Raises BadTransition, which is a bug of ours."""
    if to not in TRANSITIONS[status]:
        raise errors.BadTransition(f"a row cannot go from {status} to {to}")
    return to


@frozen(kw_only=False)
class Money:
    """An exact amount in one currency."""

    amount: Decimal
    #: ISO 4217.
    currency: str


class Charge(NamedTuple):
    """Rows to one country that were counted and charged alike."""

    country: str
    #: Of each row, by our count.
    parts: int
    rows: int
    #: Of each row; None where nobody has named it, or nobody knows whether it was sent.
    cost: Money | None


class Message(NamedTuple):
    """One text to one phone, ready to send."""

    #: As the spreadsheet numbers its rows: the header is 1, the first recipient 2.
    row: int
    #: E.164 with its plus.
    phone: str
    text: str
    #: ISO 3166 alpha-2 of the phone, "" where the plan has none.
    country: str
    #: Billed parts by Telnyx's documented formula.
    parts: int
    #: 1, and one more for every sending again that the user approved.
    claim: int = 1


class Throttle(StrEnum):
    """Why Telnyx asked to go slower."""

    RATE = "rate"
    QUEUE_FULL = "queue_full"


@frozen(kw_only=False)
class Signal:
    """What one reply says about the pace."""

    throttle: Throttle | None = None
    #: Retry-After, in seconds from now.
    retry_after_s: float | None = None
    #: x-ratelimit-remaining.
    remaining: int | None = None
    #: x-ratelimit-reset, in seconds from now.
    reset_s: float | None = None


class ReplyFacts(NamedTuple):
    """What a reply says of an accepted message beside its cost; "" where it does not say."""

    #: Of `cost_breakdown`, exact decimals.
    rate: str = ""
    carrier_fee: str = ""
    carrier: str = ""
    line_type: str = ""
    #: Telnyx's first word on the delivery, mostly `queued`.
    delivery_status: str = ""


NO_FACTS = ReplyFacts()


class Reply(NamedTuple):
    """What one request came to."""

    #: One of accepted, refused, unsent, unknown.
    status: Status
    #: Telnyx's code, or one of errors.Code; "" when accepted, unless it was lost at once.
    code: str = ""
    #: One sentence for people, without phone numbers or control characters.
    error: str = ""
    http_status: int | None = None
    message_id: str = ""
    parts: int | None = None
    encoding: str = ""
    cost: Money | None = None
    #: How long Telnyx will hold the message back because of rate limits.
    wait_s: float | None = None
    signal: Signal | None = None
    #: Every further row would be pointless.
    stop: errors.Stop | None = None
    #: True when Telnyx replayed the reply of an earlier request with the same idempotency key.
    replayed: bool = False
    facts: ReplyFacts = NO_FACTS


class Outcome(NamedTuple):
    """How sending ended for one claim of one row."""

    row: int
    claim: int
    #: Requests made, from 1; 0 when none left.
    attempts: int
    reply: Reply

    @property
    def status(self) -> Status:
        """The row's status after this claim."""
        return self.reply.status


def idempotency_key(batch_id: str, row: int, claim: int) -> str:
    """The key of one claim of one row: the same on every attempt, `[A-Za-z0-9-]`, under 64 long."""
    return f"{batch_id}-{row}-{claim}"
