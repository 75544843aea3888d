"""What settles an unknown row, or why it stays one: the values, and the decision, both pure.

Strongest first: the reply to its own key (`idempotency`), its mark in Telnyx's records, one record
of its number, sender and time that nothing else of ours explains, and last that there is none
where its neighbours are seen. A wrong answer here is a text sent twice or forgotten, so whatever
is odd leaves the row as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulksend.sms.message import Status


class By(StrEnum):
    """What settled a row, the strongest first."""

    KEY = "key"
    REFERENCE = "reference"
    SEARCH = "search"
    ABSENCE = "absence"


class Reason(StrEnum):
    """Why a row stays unknown."""

    # of its key
    KEY_UNPROVEN = "key_unproven"
    BYTES_DIFFER = "bytes_differ"
    NO_SERVER_TIME = "no_server_time"
    KEY_TOO_OLD = "key_too_old"
    KEY_NOT_REMEMBERED = "key_not_remembered"
    KEY_BUSY = "key_busy"
    REFUSED_NOW = "refused_now"
    NO_ANSWER = "no_answer"
    STOPPED = "stopped"
    # of the batch
    ROW_GONE = "row_gone"
    SANDBOX_GONE = "sandbox_gone"


#: What a person reads for each.
REASON_TEXT: dict[Reason, str] = {
    Reason.KEY_UNPROVEN: (
        "nobody has proven that the idempotency key is honoured here; "
        "`bulksend doctor --probe-key --to +NUMBER` does, for the price of one text or two"
    ),
    Reason.BYTES_DIFFER: "its request would no longer be the same byte for byte",
    Reason.NO_SERVER_TIME: "the server tells no time, so the age of its key is not known",
    Reason.KEY_TOO_OLD: "its key is older than 23 hours by the server's clock",
    Reason.KEY_NOT_REMEMBERED: (
        "the server answered with an error, after which it may remember no key; "
        "--repeat-after-5xx asks again all the same and may text twice"
    ),
    Reason.KEY_BUSY: "the server still works on the first request",
    Reason.REFUSED_NOW: "its repeat was refused, which does not show that the first request was",
    Reason.NO_ANSWER: "asked for again, and no answer that decides came",
    Reason.STOPPED: "stopped before it was asked for",
    Reason.ROW_GONE: "the contacts file no longer makes a message of it",
    Reason.SANDBOX_GONE: "the embedded sandbox, and its memory, ended with the run",
}
#: What may be otherwise in a while, or after the stop is mended: worth another `reconcile`.
PASSING = frozenset(
    {Reason.KEY_BUSY, Reason.NO_ANSWER, Reason.STOPPED, Reason.REFUSED_NOW, Reason.NO_SERVER_TIME}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A row that is unknown no longer."""

    row: int
    status: Status
    by: By
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A row that stays unknown."""

    row: int
    reasons: tuple[Reason, ...]

    @property
    def passing(self) -> bool:
        """Whether to look again later is of use."""
        return any(it in PASSING for it in self.reasons)
