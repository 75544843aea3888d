"""A journal's rows get the numbers of a changed file, with everything that is known of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend import journal
from bulksend.sms.message import Charge, Money, Outcome, Reply, Status
from tests.integration.test_journal import make_batch
from tests.makers import accepted, entries_of, make_message, refused, unknown, unsent


async def send(
    record: journal.Journal, replies: dict[int, Reply], claim: int = 1, **fields: Any
) -> None:
    async with record.writing():
        for row, reply in replies.items():
            message = make_message(row, claim=claim, **fields)
            await record.claim(message, f"body {row}".encode())
            await record.settle(Outcome(row, claim, 1, reply))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[journal.Journal]:
    """Rows 2 accepted, 3 unknown, 4 refused, 5 unsent."""
    with journal.Journal.create(tmp_path / "contacts.journal", make_batch()) as made:
        asyncio.run(send(made, {2: accepted(), 3: unknown(), 4: refused("40310"), 5: unsent()}))
        yield made


def moved(record: journal.Journal, *moves: tuple[int, int]) -> None:
    record.take_over(journal.Changes(batch=record.batch(), moves=moves))


def statuses(record: journal.Journal) -> dict[int, str]:
    return {entry.row: entry.status for entry in entries_of(record)}


def test_rows_change_places_without_meeting(record: journal.Journal) -> None:
    moved(record, (2, 3), (3, 4), (4, 5), (5, 2))

    assert statuses(record) == {2: "unsent", 3: "accepted", 4: "unknown", 5: "refused"}


def test_a_row_that_is_gone_is_out_of_the_counts_and_comes_back(record: journal.Journal) -> None:
    moved(record, (2, -1), (3, -2))

    gone = record.gone(), record.counts()[Status.ACCEPTED], record.unknown_claims()
    moved(record, (-1, 7))

    assert gone == (2, 0, [])
    assert statuses(record) == {4: "refused", 5: "unsent", 7: "accepted"}
    assert record.gone() == 1


def test_what_a_row_that_is_gone_may_have_cost_is_known_by_country_and_parts(
    tmp_path: Path,
) -> None:
    """The dearest row of all may be the one that left: two parts to France."""
    path = tmp_path / "costs.journal"
    unpriced, odd = accepted(cost=None), accepted(cost=Money(Decimal("NaN"), "USD"))
    replies = {2: accepted(), 3: unknown(), 4: refused("40310"), 5: unsent(), 6: unpriced, 7: odd}
    with journal.Journal.create(path, make_batch()) as made:
        asyncio.run(send(made, replies, country="FR", parts=2))

        assert made.charges_apart() == []
        moved(made, *((row, 1 - row) for row in replies))

        charges = sorted(made.charges_apart(), key=lambda charge: charge.rows)
    assert charges == [
        Charge("FR", 2, 1, Money(Decimal("0.0420"), "USD")),
        Charge("FR", 2, 1, None),
        Charge("FR", 2, 2, None),
    ]


@pytest.mark.parametrize(
    ("ends", "charges"),
    [
        pytest.param([], [], id="asked for once"),
        pytest.param([accepted()], [Charge("GB", 1, 1, None)], id="then accepted: both count"),
        pytest.param([unknown()], [Charge("GB", 1, 1, None)], id="then unknown again: both count"),
        pytest.param([refused("40310")], [], id="then refused: the first alone"),
        pytest.param([unsent()], [], id="then unsent: the first alone"),
        pytest.param(
            [unknown(), accepted()], [Charge("GB", 1, 2, None)], id="the third time accepted"
        ),
    ],
)
@pytest.mark.parametrize("left_the_file", [False, True], ids=["in the file", "gone from it"])
def test_each_claim_that_may_have_arrived_may_have_cost_something(
    tmp_path: Path, ends: list[Reply], charges: list[Charge], left_the_file: bool
) -> None:
    path = tmp_path / "costs.journal"
    with journal.Journal.create(path, make_batch()) as made:
        for claim, reply in enumerate([unknown(), *ends], 1):
            asyncio.run(send(made, {3: reply}, claim=claim))
        of_the_row = []
        if left_the_file:
            moved(made, (3, -1))
            cost = ends[-1].cost if ends and ends[-1].status is Status.ACCEPTED else None
            of_the_row = [Charge("GB", 1, 1, cost)]

        apart = sorted(made.charges_apart(), key=repr)
        assert apart == sorted([*of_the_row, *charges], key=repr)
        assert made.apart_uncounted() == 0


def test_the_key_of_a_claim_stays_that_of_the_row_it_was_made_with(
    record: journal.Journal,
) -> None:
    moved(record, (3, 9))
    moved(record, (9, 4), (4, 9))

    (claim,) = record.unknown_claims()

    assert (claim.row, claim.key_row, claim.claim) == (4, 3, 1)
    assert claim.body == record.hashes.of_body(b"body 3")


def test_no_number_of_row_and_claim_stands_for_two_texts(record: journal.Journal) -> None:
    asyncio.run(send(record, {4: refused("40310")}, claim=2))
    moved(record, (4, 3), (3, 4))

    assert record.first_claim() == 3
    assert record.next_claims((Status.UNSENT, Status.REFUSED)) == {3: 3, 5: 3}


def test_a_doubt_follows_its_row(record: journal.Journal) -> None:
    asyncio.run(send(record, {3: unknown()}, claim=2))
    moved(record, (3, 8))
    asyncio.run(send(record, {8: unsent()}, claim=3))

    (claim,) = record.unknown_claims()

    assert (claim.row, claim.key_row, claim.claim) == (8, 3, 2)


def test_what_was_left_out_follows_its_row_or_is_dropped(record: journal.Journal) -> None:
    keys = record.hashes.of_row("+447700900001", "Hi")

    async def leave_out() -> None:
        async with record.writing():
            await record.skip(journal.Skip(5, keys, "sent_before", "sent"))
            await record.skip(journal.Skip(6, keys, "sent_before", "sent"))

    asyncio.run(leave_out())
    record.take_over(journal.Changes(batch=record.batch(), moves=[(5, 6)], dropped_skips=[6]))

    assert [(skip.row, skip.code) for skip in record.skips()] == [(6, "sent_before")]
    assert 5 not in statuses(record)  # it was unsent, and is what was left out


def test_a_file_that_fails_to_be_taken_over_changes_nothing(record: journal.Journal) -> None:
    before = statuses(record)

    def broken() -> Iterator[tuple[int, int]]:
        yield 2, 3
        raise RuntimeError

    with pytest.raises(RuntimeError):
        record.take_over(journal.Changes(batch=record.batch(), moves=broken()))

    assert statuses(record) == before
    moved(record, (2, 3), (3, 2))  # and can be tried again
