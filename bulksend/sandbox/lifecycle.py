"""What becomes of an accepted message: Telnyx's statuses by the clock, ends and costs by script.

    [{"fate": "delivery_failed", "code": "40008", "share": 0.03},
     {"fate": "delivery_unconfirmed", "to_ends_with": "7"},
     {"fate": "expired", "code": "40014", "share": 0.01, "seconds": 5},
     {"fate": "never", "share": 0.01},
     {"fate": "delivered", "final_price": "0.0444", "no_first_cost": true}]

Shares are shares of all messages and add up; what no rule meets is delivered.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bulksend.frozen import frozen
from bulksend.sandbox.scripts import script

#: How a message may end: Telnyx's status, the word of its detail records, and the error it has.
ENDS = {
    "delivered": ("delivered", "delivered", ""),
    "delivery_failed": ("delivery_failed", "failed", "40008"),
    "delivery_unconfirmed": ("delivery_unconfirmed", "dlr_unconfirmed", ""),
    "sending_failed": ("sending_failed", "gw_reject", "40002"),
    "expired": ("expired", "gw_timeout", "40014"),
    "never": ("sent", "", ""),  # no network ever says what became of it
    "queued": ("queued", "", ""),  # it never leaves
}
#: Telnyx's queue let it expire, and takes no money for it (error page 40014).
_UNBILLED = "40014"
NEVER_S = float("inf")
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


@frozen
class Fate:
    """One way to end, and the messages that end so; everything that is set must fit."""

    fate: str = "delivered"
    #: Telnyx's error code; "": the usual one of this end.
    code: str = ""
    share: float = 0.0
    to_ends_with: str = ""
    #: After the message left the queue; None: as the sandbox is set.
    seconds: float | None = None
    #: What a part costs in the end, as a decimal amount; "": as was said first.
    final_price: str = ""
    #: The reply to the send, or every later payload, says null instead of a cost.
    no_first_cost: bool = False
    no_final_cost: bool = False

    @property
    def error_code(self) -> str:
        """Of the end, "" where nothing went wrong."""
        return self.code or ENDS[self.fate][2]

    @property
    def billed(self) -> bool:
        """Whether it costs anything in the end."""
        return self.error_code != _UNBILLED


DELIVERED = Fate()


def parse_fates(text: str) -> tuple[Fate, ...]:
    """Fates from JSON, or from the file that `text` names. Raises UsageError."""
    example = 'for example [{"fate": "delivery_failed", "share": 0.1}]'
    return script.parse(text, Fate, example, ("fate", ENDS))


def choose(fates: Sequence[Fate], to: str, message_id: str, seed: int) -> Fate:
    """The fate of one message: the same for the same message and seed, always."""
    draw = random.Random(f"{seed} fate {message_id}").random()  # noqa: S311 - no secret
    for fate in fates:
        if not to.endswith(fate.to_ends_with):
            continue
        if not fate.share or draw < fate.share:
            return fate
        draw -= fate.share
    return DELIVERED


@frozen
class Course:
    """The moments of one message, in seconds since the epoch."""

    #: When it leaves the queue.
    left_s: float
    sending_s: float
    sent_s: float
    final_s: float
    fate: Fate

    def status(self, now_s: float) -> str:
        """Telnyx's word for where it is."""
        if now_s >= self.final_s:
            return ENDS[self.fate.fate][0]
        expires_in_queue = self.fate.fate == "expired" and not self.fate.billed
        if self.fate.fate == "queued" or expires_in_queue or now_s < self.sending_s:
            return "queued"
        if now_s < self.sent_s:
            return "sending" if now_s > self.left_s else "queued"
        return "sent"

    def is_final(self, now_s: float) -> bool:
        """Whether nothing changes any more."""
        return now_s >= self.final_s

    def recorded_s(self) -> float:
        """From when on it may be in the detail records: queued messages never are."""
        in_queue = self.fate.fate == "queued" or not self.fate.billed
        return self.final_s if in_queue else self.left_s


def course(fate: Fate, left_s: float, delivery_s: tuple[float, float, float]) -> Course:
    """When a message that leaves the queue at `left_s` gets where."""
    final_s = fate.seconds if fate.seconds is not None else delivery_s[2]
    endless = fate.fate in ("never", "queued")
    return Course(
        left_s=left_s,
        sending_s=left_s + delivery_s[0],
        sent_s=left_s + min(delivery_s[1], final_s),
        final_s=NEVER_S if endless else left_s + final_s,
        fate=fate,
    )


def moment(at_s: float) -> str:
    """ISO 8601 as Telnyx writes it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")


def is_date_time(text: str) -> bool:
    """Whether it is written as RFC 3339 has it: a day, a time and a zone."""
    return _DATE_TIME.fullmatch(text) is not None


def parse_moment(text: str) -> float | None:
    """Seconds since the epoch; None for what is no moment."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
