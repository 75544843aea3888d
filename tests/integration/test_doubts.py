"""Unknown rows in the journal: what is known of them, and how evidence settles them for good."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bulksend import errors, journal
from bulksend.sms.message import Outcome, Reply, Status
from tests.integration.test_journal import make_batch, settle_all
from tests.makers import accepted, entries_of, make_message, refused, unknown, unsent

ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.journal"


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


async def test_a_doubt_knows_its_bytes_its_times_and_the_answer_that_decided_nothing(
    path: Path,
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: accepted(), 5: unknown("server_error", http_status=503)})
        async with record.writing():
            await record.note_clock(-1.5, 3.0)
        (unknown_claim,) = record.unknown_claims()
        known = record.hashes.of_body(b"body")

    assert (unknown_claim.row, unknown_claim.claim, unknown_claim.http, unknown_claim.code) == (
        5,
        1,
        503,
        "server_error",
    )
    assert unknown_claim.body == known
    assert unknown_claim.claimed_ms <= unknown_claim.settled_ms
    assert (unknown_claim.clock_low_ms, unknown_claim.clock_high_ms) == (-1500, 3000)
    assert not unknown_claim.competing


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(accepted(message_id=ID, parts=2), id="accepted"),
        pytest.param(refused("40310"), id="refused"),
        pytest.param(Reply(status=Status.UNSENT), id="unsent"),
    ],
)
async def test_evidence_settles_an_unknown_row_and_the_doubt_stays_in_the_history(
    path: Path, reply: Reply
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown("no_reply")})
        async with record.writing():
            await record.resolve(5, 1, reply, "evidence: search")
        (entry,) = entries_of(record)

        assert record.unknown_claims() == []
        assert (entry.status, entry.message_id) == (reply.status, reply.message_id or None)
        assert entry.error_code == (reply.code or None)
    assert rows(path, "SELECT row, claim, status, code, why FROM history") == [
        (5, 1, 4, "no_reply", "evidence: search"),
    ]


@pytest.mark.parametrize(
    ("ends", "claim"),
    [
        pytest.param({5: accepted()}, 1, id="accepted"),
        pytest.param({5: refused()}, 1, id="refused"),
        pytest.param({5: unsent()}, 1, id="unsent"),
        pytest.param({5: unknown()}, 2, id="another-claim"),
        pytest.param({6: unknown()}, 1, id="another-row"),
    ],
)
async def test_evidence_settles_nothing_but_the_unknown_claim_it_is_about(
    path: Path, ends: dict[int, Reply], claim: int
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, ends)
        before = record.status_counts()
        async with record.writing():
            with pytest.raises(errors.JournalError):
                await record.resolve(5, claim, accepted(), "evidence: search")

        assert record.status_counts() == before
    assert rows(path, "SELECT * FROM history") == []


async def test_a_row_found_absent_is_open_again_with_a_new_claim(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown()})
        async with record.writing():
            await record.resolve(5, 1, Reply(status=Status.UNSENT), "evidence: absence")

        assert record.next_claims([Status.UNSENT]) == {5: 2}
        assert not record.closed([Status.UNSENT])[5]
        await settle_all(record, {5: unknown()}, claim=2)
        (unknown_claim,) = record.unknown_claims()
        assert (unknown_claim.claim, unknown_claim.competing) == (2, False)


async def test_a_claim_after_an_unknown_one_is_rivalled(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown(), 6: unknown()})
        await settle_all(record, {5: unknown()}, claim=2)
        await settle_all(record, {6: accepted()}, claim=2)

        (unknown_claim,) = record.unknown_claims()
        assert (unknown_claim.row, unknown_claim.competing) == (5, True)
        assert record.rows_maybe_sent() == {5, 6}


@pytest.mark.parametrize(
    ("left", "replaced", "competing"),
    [
        pytest.param({}, (), False, id="no-row-is-gone"),
        pytest.param({6: unknown()}, (), False, id="another-phone"),
        pytest.param({5: unknown()}, (), True, id="the-same-phone"),
        pytest.param({5: accepted()}, (), False, id="the-same-phone-with-a-known-message"),
        pytest.param({6: unknown()}, (6,), True, id="a-phone-that-is-not-known-any-more"),
    ],
)
async def test_an_unknown_row_competes_with_one_that_left_the_contacts_file(
    path: Path, left: dict[int, Reply], replaced: tuple[int, ...], competing: bool
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, left)
        moves = [(row, -row) for row in left]
        record.take_over(journal.Changes(batch=record.batch(), moves=moves, replaced=replaced))
        await settle_all(record, {5: unknown()}, claim=2)

        assert [claim.competing for claim in record.unknown_claims()] == [competing]


async def test_asking_again_is_durable_before_it_is_done_and_counts_as_the_last_request(
    path: Path,
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown()})
        (before,) = record.unknown_claims()
        async with record.writing():
            await record.note_asked_again(5, 1, "asked for again with its key")
            assert rows(path, "SELECT row, why FROM history") == [
                (5, "asked for again with its key")
            ]
        (after,) = record.unknown_claims()

    assert after.settled_ms >= before.settled_ms
    assert after.settled_ms == rows(path, "SELECT at_ms FROM history")[0][0]
    assert not after.competing


async def test_an_answer_that_decides_nothing_changes_what_is_known_of_the_doubt(
    path: Path,
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown("no_reply")})
        async with record.writing():
            await record.resolve(5, 1, unknown("server_error", http_status=502), "not decided")
        (unknown_claim,) = record.unknown_claims()

    assert (unknown_claim.code, unknown_claim.http) == ("server_error", 502)


async def test_messages_are_known_whichever_claim_they_came_with(path: Path) -> None:
    ids = [f"40385f64-5717-4562-b3fc-{number:012x}" for number in range(1200)]
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(
            record, {row: accepted(message_id=it) for row, it in enumerate(ids[:700], start=2)}
        )

        assert record.own_messages(ids) == set(ids[:700])
        assert record.own_messages([]) == set()


async def test_neighbours_are_the_accepted_rows_claimed_nearest(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing():
            for row in range(2, 12):
                await record.claim(make_message(row), b"body")
                reply = unknown() if row == 6 else accepted()
                await record.settle(Outcome(row, 1, 1, reply))
        (unknown_claim,) = record.unknown_claims()
        near = record.neighbours(unknown_claim.claimed_ms, 60_000, 4)

        assert len(near) == 4
        assert 6 not in {row for row, _, _ in near}
        assert record.neighbours(unknown_claim.claimed_ms + 10_000_000, 60_000, 4) == []


async def test_clocks_are_the_least_and_the_most_of_all_runs(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        assert record.clocks() == (None, None)
        async with record.writing():
            await record.note_clock(2.0, 2.0)
            await record.note_clock(-4.0, 1.0)
    with journal.Journal.open(path) as record:
        async with record.writing():
            await record.note_clock(9.0, 9.0)

        assert record.clocks() == (-4000, 9000)


@pytest.mark.parametrize(
    ("phone", "is_its"),
    [
        pytest.param(make_message(5).phone, True, id="its-own"),
        pytest.param(make_message(6).phone, False, id="another-rows"),
    ],
)
async def test_a_row_knows_its_phone_without_keeping_it(
    path: Path, phone: str, is_its: bool
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {5: unknown()})

        assert record.is_phone_of(5, phone) is is_its
        assert record.is_phone_of(99, phone)
