"""Journals of versions 2 and 3 are read as they are, and brought up to date when a run goes on."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from bulksend import journal
from bulksend.sms.message import Outcome, Status
from tests.integration.test_journal import make_batch
from tests.makers import accepted, entries_of, make_message

#: The tables of version 2, as its release made them.
VERSION_2 = """
PRAGMA application_id=0x62736E64; PRAGMA user_version=2;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL,
  began_ms INTEGER NOT NULL, ended_ms INTEGER, exit_code INTEGER, why TEXT,
  clock_low_ms INTEGER, clock_high_ms INTEGER
);
CREATE TABLE send (
  row INTEGER PRIMARY KEY, claim INTEGER NOT NULL, status INTEGER NOT NULL, run INTEGER NOT NULL,
  body BLOB NOT NULL, claimed_ms INTEGER NOT NULL, settled_ms INTEGER, attempts INTEGER,
  http INTEGER, code TEXT, error TEXT, message_id BLOB, parts INTEGER, encoding INTEGER,
  cost TEXT, currency TEXT, wait_s REAL, delivery_status TEXT, delivered_ms INTEGER
);
CREATE TABLE history (
  row INTEGER NOT NULL, claim INTEGER NOT NULL, status INTEGER NOT NULL,
  code TEXT, message_id BLOB, why TEXT NOT NULL, at_ms INTEGER NOT NULL
);
INSERT INTO run VALUES (1, 7, 'here', 1000, 9000, 5, 'funds', NULL, NULL);
"""
ACCEPTED, REFUSED, UNKNOWN, UNSENT = 2, 3, 4, 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Row 2 accepted, 3 refused, 4 unknown; 5 was unknown, sent again and not reached."""
    place = tmp_path / "contacts.journal"
    rows: Iterable[tuple[int, int, int]] = (
        *((2, 1, ACCEPTED), (3, 1, REFUSED), (4, 1, UNKNOWN), (5, 2, UNSENT)),
    )
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.executescript(VERSION_2)
        connection.execute("INSERT INTO meta VALUES ('batch', ?)", (make_batch().to_json(),))
        connection.executemany(
            "INSERT INTO send (row, claim, status, run, body, claimed_ms, settled_ms)"
            " VALUES (?, ?, ?, 1, x'00', 2000, 3000)",
            rows,
        )
        connection.execute(
            "INSERT INTO history VALUES (5, 1, 4, 'no_reply', NULL, 'claimed again', 2500)"
        )
    return place


def test_a_journal_of_version_2_is_read_without_being_written(path: Path) -> None:
    before = path.read_bytes()

    with journal.read(path) as reader:
        statuses = [entry.status for entry in entries_of(reader)]
        counts, gone, skipped = reader.counts(), reader.gone(), reader.skipped_by()

    assert statuses == ["accepted", "refused", "unknown", "unsent"]
    assert (counts[Status.ACCEPTED], gone, skipped) == (1, 0, {})
    assert path.read_bytes() == before


def test_a_journal_of_version_2_is_gone_on_with(path: Path) -> None:
    async def send_one_more(record: journal.Journal) -> None:
        async with record.writing():
            await record.claim(make_message(6), b"body")
            await record.settle(Outcome(6, 1, 1, accepted()))

    with journal.Journal.open(path) as record:
        asyncio.run(send_one_more(record))

    with journal.read(path) as reader:
        assert reader.counts()[Status.ACCEPTED] == 2


def test_a_doubt_that_version_2_wiped_out_is_a_doubt_again(path: Path) -> None:
    with journal.Journal.open(path) as record:
        unknown = {claim.row: claim for claim in record.unknown_claims()}
        again = record.next_claims((Status.UNKNOWN,))

    assert set(unknown) == {4, 5}
    assert (unknown[5].claim, unknown[5].code, unknown[5].claimed_ms) == (1, "no_reply", 1000)
    assert again[5] == 3  # above the claim that did not reach it


def test_bringing_up_to_date_happens_once(path: Path) -> None:
    for _ in range(2):
        with journal.Journal.open(path) as record:
            assert record.counts()[Status.UNKNOWN] == 2


@pytest.fixture
def path_3(tmp_path: Path) -> Path:
    """A journal of version 3, one row accepted: this version's without what version 4 added."""
    place = tmp_path / "third.journal"
    with journal.Journal.create(place, make_batch()) as record:
        asyncio.run(send(record, 2))
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as connection:
        for column in ("country", "counted_parts"):
            connection.execute(f"ALTER TABLE send DROP COLUMN {column}")
        connection.execute("PRAGMA user_version=3")
    return place


async def send(record: journal.Journal, row: int) -> None:
    async with record.writing():
        await record.claim(make_message(row), b"body")
        await record.settle(Outcome(row, 1, 1, accepted()))


def test_a_journal_of_version_3_is_read_without_being_written(path_3: Path) -> None:
    before = path_3.read_bytes()

    with journal.read(path_3) as reader:
        counts, skipped, charges = reader.counts(), reader.skipped_by(), reader.charges_apart()

    assert (counts[Status.ACCEPTED], skipped, charges) == (1, {}, [])
    assert path_3.read_bytes() == before


def test_a_journal_of_version_3_is_gone_on_with(path_3: Path) -> None:
    for row in (3, 4):
        with journal.Journal.open(path_3) as record:
            asyncio.run(send(record, row))

    with journal.read(path_3) as reader:
        assert reader.counts()[Status.ACCEPTED] == 3
