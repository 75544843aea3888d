"""What settles an unknown row, or why it stays one: the values, and the decision, both pure.

Strongest first: the reply to its own key (`idempotency`), its mark in Telnyx's records, one record
of its number, sender and time that nothing else of ours explains, and last that there is none
where its neighbours are seen. A wrong answer here is a text sent twice or forgotten, so whatever
is odd leaves the row as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum

from bulksend.frozen import frozen
from bulksend.setting_names import Pieces, Sentences, Setting, Typed
from bulksend.sms.message import Message, Status
from bulksend.telnyx.records import Record, Span
from bulksend.telnyx.reference import RowReference

#: A row that is in no record counts as absent only after Telnyx's queue (4 hours), the lag of the
#: records (seen up to 6), and 2 hours more.
ABSENT_AFTER_S = 12 * 3600.0
#: What is in no record after so long is not on its way: to look again is of no use.
RECORDS_LATE_S = 3 * 24 * 3600.0
#: How many accepted neighbours must be seen before a row's absence says anything, and the most
#: that are looked for.
CONTROLS_MIN, CONTROLS_MAX = 20, 100
#: A neighbour was claimed within so long of the row.
NEIGHBOUR_S = 600.0
#: How far a record may stand from the requests of its row.
_BEFORE_S, _AFTER_S = 120.0, 900.0
#: How far from them a text to the same phone is looked for.
_WIDE_BEFORE_S, _WIDE_AFTER_S = 3600.0, ABSENT_AFTER_S


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
    KEY_NOT_HONOURED = "key_not_honoured"
    BYTES_DIFFER = "bytes_differ"
    NO_SERVER_TIME = "no_server_time"
    KEY_TOO_OLD = "key_too_old"
    KEY_NOT_REMEMBERED = "key_not_remembered"
    KEY_BUSY = "key_busy"
    REFUSED_NOW = "refused_now"
    NO_ANSWER = "no_answer"
    STOPPED = "stopped"
    # of Telnyx's records
    RECORDS_UNREAD = "records_unread"
    NUMBER_MASKED = "number_masked"
    AMBIGUOUS = "ambiguous"
    TOO_EARLY = "too_early"
    FEW_NEIGHBOURS = "few_neighbours"
    NEIGHBOURS_UNSEEN = "neighbours_unseen"
    RECORDS_INCOMPLETE = "records_incomplete"
    NOT_CONFIRMED = "not_confirmed"
    # of the batch
    ROW_GONE = "row_gone"
    EARLIER_CLAIM = "earlier_claim"
    SANDBOX_GONE = "sandbox_gone"


#: What a person reads for each.
_REASON_TEXT: Mapping[Reason, str | Pieces] = {
    Reason.KEY_UNPROVEN: (
        "nobody has proven that the idempotency key is honoured here; `bulksend doctor ",
        *(Typed(Setting.SENDER), " NAME ", Typed(Setting.PROFILE_ID), " UUID "),
        *(Typed(Setting.PROBE_KEY), " ", Typed(Setting.TO)),
        " +NUMBER` does, for the price of one text or two",
    ),
    Reason.KEY_NOT_HONOURED: "a probe has shown that idempotency keys are not honoured here",
    Reason.BYTES_DIFFER: "its request would no longer be the same byte for byte",
    Reason.NO_SERVER_TIME: "the server tells no time, so the age of its key is not known",
    Reason.KEY_TOO_OLD: "its key is older than 23 hours by the server's clock",
    Reason.KEY_NOT_REMEMBERED: (
        "the server answered with an error, after which it may remember no key; ",
        *(Setting.REPEAT_AFTER_5XX, " asks again all the same and may text twice"),
    ),
    Reason.KEY_BUSY: "the server still works on the first request",
    Reason.REFUSED_NOW: "its repeat was refused, which does not show that the first request was",
    Reason.NO_ANSWER: "asked for again, and no answer that decides came",
    Reason.STOPPED: "stopped before it was looked at",
    Reason.RECORDS_UNREAD: "Telnyx's records could not be read whole",
    Reason.NUMBER_MASKED: "Telnyx masks the numbers in its records",
    Reason.AMBIGUOUS: "what the records hold for its number may belong to another text",
    Reason.TOO_EARLY: "it is in no record, which says nothing until 12 hours after its request",
    Reason.FEW_NEIGHBOURS: (
        f"it is in no record, and fewer than {CONTROLS_MIN} rows were accepted in the same minutes "
        "to compare it with"
    ),
    Reason.NEIGHBOURS_UNSEEN: (
        "it is in no record, and neither are all the rows accepted in the same minutes"
    ),
    Reason.RECORDS_INCOMPLETE: (
        "it is in no record, and days later neither are all the rows accepted in the same minutes: "
        "the records will not say"
    ),
    Reason.NOT_CONFIRMED: (
        "one record fits and may be its own; nobody confirmed it (",
        Setting.YES,
        " does)",
    ),
    Reason.ROW_GONE: "the contacts file no longer makes a message of it",
    Reason.EARLIER_CLAIM: "its last request never arrived, and an earlier one may have",
    Reason.SANDBOX_GONE: "the embedded sandbox, and its memory, ended with the run",
}
REASON_TEXT: Mapping[Reason, str] = Sentences(_REASON_TEXT)
#: What may be otherwise soon, or when the cause of the stop is gone: worth another `reconcile`.
PASSING = frozenset(
    {Reason.KEY_BUSY, Reason.NO_ANSWER, Reason.STOPPED, Reason.REFUSED_NOW, Reason.NO_SERVER_TIME}
    | {Reason.RECORDS_UNREAD, Reason.TOO_EARLY, Reason.NEIGHBOURS_UNSEEN, Reason.NOT_CONFIRMED}
    | {Reason.EARLIER_CLAIM}
)


@frozen
class Resolution:
    """A row that is unknown no longer."""

    row: int
    status: Status
    by: By
    message_id: str = ""


@frozen
class Unresolved:
    """A row that stays unknown."""

    row: int
    reasons: tuple[Reason, ...]

    @property
    def passing(self) -> bool:
        """Whether to look again later is of use."""
        return any(reason in PASSING for reason in self.reasons)


@frozen
class ControlRow:
    """A neighbour that was accepted: is it seen where the row is looked for?"""

    message_id: str
    phone: str
    #: What the same search showed for it; None: it could not be read whole.
    records: tuple[Record, ...] | None

    @property
    def observed(self) -> bool:
        """Its own record, with its own number."""
        return any(
            record.message_id == self.message_id and record.phone == self.phone
            for record in self.records or ()
        )


@frozen
class Evidence:
    """Everything that was seen of one unknown row."""

    message: Message
    #: From its claim to its last request, by the server's clock.
    asked: Span
    #: Since its last request, at the least.
    age_s: float
    #: What the search for its number showed; None: it could not be read whole.
    records: tuple[Record, ...] | None
    #: What the search for its mark showed; empty where rows are not marked.
    deliveries: tuple[Record, ...] = ()
    #: Messages that other rows are known to be.
    explained: frozenset[str] = frozenset()
    #: Another claim of ours to the same phone may have been sent as well.
    competing: bool = False
    #: Records show the marks of other rows, so this row's would be shown as well.
    marks_shown: bool = False
    controls: tuple[ControlRow, ...] = ()


@frozen(kw_only=False)
class Certain:
    """The row's own message."""

    record: Record


@frozen(kw_only=False)
class Probable:
    """One record fits and nothing else explains it: for a person to confirm."""

    record: Record


@frozen(kw_only=False)
class Absent:
    """Its neighbours are seen and it is not: it never arrived."""


def wide(asked: Span) -> Span:
    """Where a text to the row's phone is looked for."""
    return Span(since_s=asked.since_s - _WIDE_BEFORE_S, until_s=asked.until_s + _WIDE_AFTER_S)


def judge(
    evidence: Evidence, row_reference: RowReference | None
) -> Certain | Probable | Absent | Reason:
    """What the records say of one row."""
    claim = (evidence.message.row, evidence.message.claim)
    every = (*(evidence.records or ()), *evidence.deliveries)
    own = [
        record
        for record in every
        if row_reference is not None and row_reference.find(record.marked) == claim
    ]
    if own:
        return by_mark(own, evidence.message.phone.__eq__, evidence.explained)
    if evidence.records is None:
        return Reason.RECORDS_UNREAD
    foreign = [record for record in evidence.records if record.message_id not in evidence.explained]
    if any(record.phone != evidence.message.phone for record in evidence.records):
        return Reason.NUMBER_MASKED
    if row_reference is not None:  # the mark of another claim of ours explains a record as well
        foreign = [record for record in foreign if row_reference.find(record.marked) is None]
    return _one_of(evidence, foreign) if foreign else _none(evidence)


def by_mark(
    own: Sequence[Record], is_its_phone: Callable[[str], bool], explained: Collection[str]
) -> Certain | Reason:
    """What the records with a row's own mark say, one at least.

    The earliest, should a server have taken one claim twice; it cannot be another row's.
    """
    others_phone = any(
        record.phone[:1] == "+" and record.phone[1:].isdecimal() and not is_its_phone(record.phone)
        for record in own
    )
    if others_phone or any(record.message_id in explained for record in own):
        return Reason.AMBIGUOUS
    return Certain(min(own, key=lambda record: (record.at_s is None, record.at_s or 0.0)))


def _one_of(evidence: Evidence, foreign: list[Record]) -> Probable | Reason:
    only = foreign[0]
    if len(foreign) > 1 or evidence.competing or evidence.marks_shown or only.at_s is None:
        return Reason.AMBIGUOUS
    near = evidence.asked.since_s - _BEFORE_S <= only.at_s <= evidence.asked.until_s + _AFTER_S
    fits = only.parts in (None, evidence.message.parts)
    return Probable(only) if near and fits else Reason.AMBIGUOUS


def _none(evidence: Evidence) -> Absent | Reason:
    if evidence.age_s < ABSENT_AFTER_S:
        return Reason.TOO_EARLY
    if len(evidence.controls) < CONTROLS_MIN:
        return Reason.FEW_NEIGHBOURS
    if all(control.observed for control in evidence.controls):
        return Absent()
    late = evidence.age_s >= RECORDS_LATE_S
    return Reason.RECORDS_INCOMPLETE if late else Reason.NEIGHBOURS_UNSEEN
