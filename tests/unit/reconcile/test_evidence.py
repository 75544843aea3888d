"""What the records say of an unknown row: a table of sights, and thousands of worlds at random."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bulksend.reconcile import evidence
from bulksend.reconcile.evidence import (
    Absent,
    Certain,
    ControlRow,
    Evidence,
    Probable,
    Reason,
    Unresolved,
)
from bulksend.telnyx.records import Record, Span
from bulksend.telnyx.reference import RowReference
from tests import sizes
from tests.makers import make_message

HOUR_S = 3600.0
AT_S = 1_800_000_000.0
MARKER = RowReference("ab" * 16, b"k" * 32)
PHONE = make_message(9).phone


def record(**fields: Any) -> Record:
    values: dict[str, Any] = {
        "message_id": str(uuid.uuid4()),
        "phone": PHONE,
        "sender": "MyCompany",
        "at_s": AT_S + 0.2,
        "parts": 1,
    }
    return Record(**(values | fields))


def url(row: int, claim: int = 1) -> str:
    return f"https://example.com/?b={MARKER.mark(row, claim)}"


def neighbours(count: int, *, unseen: int = 0, masked: int = 0) -> tuple[ControlRow, ...]:
    made = []
    for number in range(count):
        phone = f"+4477008{number:05d}"
        own = record(phone=phone)
        seen = replace(own, phone="+4477*") if number < masked else own
        hidden = number >= count - unseen
        made.append(
            ControlRow(message_id=own.message_id, phone=phone, records=() if hidden else (seen,))
        )
    return tuple(made)


def sight(**fields: Any) -> Evidence:
    values: dict[str, Any] = {
        "message": make_message(9),
        "asked": Span(since_s=AT_S, until_s=AT_S + 1.0),
        "age_s": HOUR_S,
        "records": (),
    }
    return Evidence(**(values | fields))


OLD = {"age_s": 13 * HOUR_S}
KNOWN = record()


@pytest.mark.parametrize(
    ("seen", "marked", "verdict"),
    [
        pytest.param({"records": (record(),)}, False, Probable, id="one-that-fits"),
        pytest.param({"records": (record(parts=None),)}, False, Probable, id="parts-unsaid"),
        pytest.param({"records": (record(parts=2),)}, False, Reason.AMBIGUOUS, id="other-parts"),
        pytest.param(
            {"records": (record(at_s=AT_S + 2 * HOUR_S),)}, False, Reason.AMBIGUOUS, id="too-late"
        ),
        pytest.param(
            {"records": (record(at_s=AT_S - 600),)}, False, Reason.AMBIGUOUS, id="before-its-claim"
        ),
        pytest.param({"records": (record(at_s=None),)}, False, Reason.AMBIGUOUS, id="no-time"),
        pytest.param({"records": (record(), record())}, False, Reason.AMBIGUOUS, id="two-that-fit"),
        pytest.param(
            {"records": (record(),), "competing": True}, False, Reason.AMBIGUOUS, id="competing"
        ),
        pytest.param(
            {"records": (record(phone="+4477*****"),)}, False, Reason.NUMBER_MASKED, id="masked"
        ),
        pytest.param({"records": None}, False, Reason.RECORDS_UNREAD, id="unread"),
        pytest.param({"records": ()}, False, Reason.TOO_EARLY, id="none-yet"),
        pytest.param(
            {"records": (KNOWN,), "explained": frozenset({KNOWN.message_id})},
            False,
            Reason.TOO_EARLY,
            id="another-rows",
        ),
        pytest.param(
            {"records": (KNOWN, record()), "explained": frozenset({KNOWN.message_id})},
            False,
            Probable,
            id="another-rows-and-one-more",
        ),
        pytest.param({"records": (record(marked=url(9)),)}, True, Certain, id="its-mark"),
        pytest.param(
            {"records": (), "deliveries": (record(phone="", marked=url(9)),)},
            True,
            Certain,
            id="its-mark-in-a-delivery",
        ),
        pytest.param(
            {"records": None, "deliveries": (record(phone="", marked=url(9)),)},
            True,
            Certain,
            id="its-mark-though-records-are-unread",
        ),
        pytest.param(
            {"records": (record(phone="+4477*****", marked=url(9)),)},
            True,
            Certain,
            id="its-mark-on-a-masked-number",
        ),
        pytest.param(
            {"records": (record(marked=url(9)),), "competing": True},
            True,
            Certain,
            id="its-mark-though-competing",
        ),
        pytest.param(
            {"records": (record(phone="+4477001", marked=url(9)),)},
            True,
            Reason.AMBIGUOUS,
            id="its-mark-on-another-phone",
        ),
        pytest.param(
            {
                "records": (replace(KNOWN, marked=url(9)),),
                "explained": frozenset({KNOWN.message_id}),
            },
            True,
            Reason.AMBIGUOUS,
            id="its-mark-on-another-rows-message",
        ),
        pytest.param(
            {"records": (record(marked=url(9, claim=2)),)},
            True,
            Reason.TOO_EARLY,
            id="another-claims-mark",
        ),
        pytest.param(
            {"records": (record(),), "marks_shown": True},
            True,
            Reason.AMBIGUOUS,
            id="no-mark-where-marks-are-shown",
        ),
        pytest.param({"records": (record(),)}, True, Probable, id="no-mark-where-none-is-shown"),
        pytest.param({**OLD, "controls": neighbours(20)}, False, Absent, id="absent"),
        pytest.param(
            {"age_s": 11.9 * HOUR_S, "controls": neighbours(50)},
            False,
            Reason.TOO_EARLY,
            id="absent-too-early",
        ),
        pytest.param(
            {**OLD, "controls": neighbours(19)}, False, Reason.FEW_NEIGHBOURS, id="few-neighbours"
        ),
        pytest.param({**OLD}, False, Reason.FEW_NEIGHBOURS, id="no-neighbours"),
        pytest.param(
            {**OLD, "controls": neighbours(50, unseen=1)},
            False,
            Reason.NEIGHBOURS_UNSEEN,
            id="a-neighbour-unseen",
        ),
        pytest.param(
            {"age_s": 72 * HOUR_S, "controls": neighbours(50, unseen=1)},
            False,
            Reason.RECORDS_INCOMPLETE,
            id="a-neighbour-unseen-for-days",
        ),
        pytest.param(
            {**OLD, "controls": neighbours(50, masked=1)},
            False,
            Reason.NEIGHBOURS_UNSEEN,
            id="a-neighbour-masked",
        ),
        pytest.param(
            {
                **OLD,
                "controls": (*neighbours(30), ControlRow(message_id="m", phone="+1", records=None)),
            },
            False,
            Reason.NEIGHBOURS_UNSEEN,
            id="a-neighbour-unread",
        ),
        pytest.param(
            {**OLD, "records": (record(at_s=AT_S + 8 * HOUR_S),), "controls": neighbours(50)},
            False,
            Reason.AMBIGUOUS,
            id="not-absent-while-anything-is-there",
        ),
        pytest.param(
            {**OLD, "records": None, "controls": neighbours(50)},
            False,
            Reason.RECORDS_UNREAD,
            id="not-absent-while-unread",
        ),
    ],
)
def test_a_sight_settles_a_row_only_where_nothing_else_can_be_meant(
    seen: dict[str, Any], marked: bool, verdict: Any
) -> None:
    found = evidence.judge(sight(**seen), MARKER if marked else None)

    assert found is verdict if isinstance(verdict, Reason) else isinstance(found, verdict)


def test_of_one_claim_that_was_taken_twice_the_earliest_counts() -> None:
    early, late = record(marked=url(9), at_s=AT_S), record(marked=url(9), at_s=AT_S + 9)

    found = evidence.judge(sight(records=(late, early)), MARKER)

    assert found == Certain(early)


@dataclass
class World:
    """A server's truth, and records that may lag, lack some, or mask."""

    chance: random.Random
    hours: float
    lag_h: tuple[float, float]
    missing: float
    masked: bool
    marked: bool
    #: Row -> message, for rows that the server took.
    taken: dict[int, Record] = field(default_factory=dict)

    def shown(self, message: Record) -> bool:
        return (
            self.chance.uniform(*self.lag_h) <= self.hours and self.chance.random() >= self.missing
        )

    def search(self, row: int) -> tuple[Record, ...]:
        message = self.taken.get(row)
        if message is None or not self.shown(message):
            return ()
        return (replace(message, phone=message.phone[:5] + "***") if self.masked else message,)


def make_world(seed: int) -> World:
    chance = random.Random(seed)
    queue_h = chance.choice([0.0, 4.0])
    lag_h = chance.choice([(0.0, 0.0), (0.0, 6.0), (3.0, 6.0), (6.0, 6.0)])
    world = World(
        chance=chance,
        hours=chance.choice([0.1, 1.0, 4.1, 6.0, 8.0, 10.0, 12.1, 20.0]),
        lag_h=(queue_h + lag_h[0], queue_h + lag_h[1]),
        missing=chance.choice([0.0, 0.0, 0.3, 0.6, 1.0]),
        masked=chance.random() < 0.2,
        marked=chance.random() < 0.5,
    )
    for row in range(2, 60):
        if chance.random() < 0.9:
            world.taken[row] = record(
                phone=make_message(row).phone,
                at_s=AT_S + row / 50,
                marked=url(row) if world.marked else "",
            )
    return world


@pytest.mark.slow
@sizes.mostly_whole("block", range(200), short=range(8))
def test_in_no_world_is_a_row_settled_wrongly(block: int) -> None:
    verdicts = {Certain: 0, Probable: 0, Absent: 0}
    for seed in range(block * 250, block * 250 + 250):
        world = make_world(seed)
        known = [row for row in world.taken if row % 7]
        controls = tuple(
            ControlRow(
                message_id=world.taken[row].message_id,
                phone=world.taken[row].phone,
                records=world.search(row),
            )
            for row in known
        )
        explained = frozenset(world.taken[row].message_id for row in known)
        for row in range(7, 60, 7):
            seen = sight(
                message=make_message(row),
                asked=Span(since_s=AT_S, until_s=AT_S + 2.0),
                age_s=world.hours * HOUR_S,
                records=world.search(row),
                explained=explained,
                controls=controls,
            )
            found = evidence.judge(seen, MARKER if world.marked else None)
            if isinstance(found, Certain | Probable):
                verdicts[type(found)] += 1
                assert found.record.message_id == world.taken[row].message_id, seed
            if isinstance(found, Absent):
                verdicts[Absent] += 1
                assert row not in world.taken, seed

    assert all(verdicts.values()), verdicts  # the worlds are not so bad that nothing is ever seen


def test_what_may_pass_is_worth_another_look() -> None:
    assert Unresolved(row=2, reasons=(Reason.KEY_UNPROVEN, Reason.TOO_EARLY)).passing
    assert not Unresolved(row=2, reasons=(Reason.RECORDS_INCOMPLETE,)).passing
    assert not Unresolved(row=2, reasons=(Reason.KEY_TOO_OLD, Reason.AMBIGUOUS)).passing


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert evidence.REASON_TEXT[reason]


def test_a_text_is_looked_for_before_and_after_it_can_have_left() -> None:
    wide = evidence.wide(Span(since_s=AT_S, until_s=AT_S + 10.0))

    assert wide.since_s < AT_S
    assert wide.until_s > AT_S + 10.0


@pytest.mark.parametrize(
    ("own", "explained", "verdict"),
    [
        pytest.param([{"message_id": "a"}], (), "a", id="its-own"),
        pytest.param(
            [{"message_id": "late", "at_s": AT_S + 9.0}, {"message_id": "early", "at_s": AT_S}],
            (),
            "early",
            id="the-earlier-of-two",
        ),
        pytest.param(
            [{"message_id": "nobody-knows-when", "at_s": None}, {"message_id": "known"}],
            (),
            "known",
            id="one-with-a-moment-before-one-without",
        ),
        pytest.param([{"message_id": "a"}], ("a",), None, id="known-to-be-another-rows"),
        pytest.param([{"message_id": "a", "phone": "+447700900999"}], (), None, id="another-phone"),
        pytest.param([{"message_id": "a", "phone": "+4477*****"}], (), "a", id="a-masked-phone"),
    ],
)
def test_the_record_with_a_rows_mark_is_its_own_unless_something_speaks_against_it(
    own: list[dict[str, Any]], explained: tuple[str, ...], verdict: str | None
) -> None:
    records = [record(**fields) for fields in own]

    judged = evidence.by_mark(records, PHONE.__eq__, explained)

    if verdict is None:
        assert judged is Reason.AMBIGUOUS
    else:
        assert isinstance(judged, Certain)
        assert judged.record.message_id == verdict
