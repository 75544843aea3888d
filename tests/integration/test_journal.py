"""The record: durable before anything leaves, and right after any death."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend import errors, journal
from bulksend.journal.writer import Writer
from bulksend.sms.message import Message, Money, Outcome, Reply, Status
from tests.makers import accepted, entries_of, make_message, refused, unknown, unsent


def make_batch(**fields: Any) -> journal.Batch:
    values: dict[str, Any] = {
        "batch_id": "b" * 32,
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
        "tool_version": "0",
        "contacts_name": "contacts.csv",
        "contacts_size": 1,
        "contacts_sha256": "c" * 64,
        "sender": "MyCompany",
        "profile_id": "p",
        "options": {"on_missing": "error"},
        "rows": 10,
        "invalid": 0,
        "skipped": 0,
        "sendable": 10,
        "sandbox": False,
        "hash_key": b"k" * 32,
    }
    return journal.Batch(**(values | fields))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.journal"


async def settle_all(record: journal.Journal, ends: dict[int, Reply], claim: int = 1) -> None:
    async with record.writing():
        for row in ends:
            await record.claim(make_message(row, claim=claim), b"body")
        await asyncio.gather(
            *(record.settle(Outcome(row, claim, 1, reply)) for row, reply in ends.items())
        )


async def test_what_was_settled_is_read_back_to_the_last_digit(path: Path) -> None:
    reply = accepted(
        message_id="40385f64-5717-4562-b3fc-2c963f66afa6",
        parts=2,
        cost=Money(Decimal("0.08400"), "USD"),
        wait_s=0.5,
    )
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: reply, 5: refused("40310")})

        first, second = entries_of(record)

    assert (first.row, first.status, first.message_id) == (2, "accepted", reply.message_id)
    assert (first.parts, first.encoding, first.attempts) == (2, "GSM-7", 1)
    assert (first.cost, first.currency, first.wait_seconds) == ("0.08400", "USD", "0.5")
    assert (second.row, second.status) == (5, "refused")
    assert (second.error_code, second.error) == ("40310", "no")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.claimed_at)


async def test_a_batch_is_read_back_as_it_was_begun(path: Path) -> None:
    batch = make_batch()
    with journal.Journal.create(path, batch):
        pass

    with journal.read(path) as record:
        assert record.batch() == batch
    assert sorted(it.name for it in path.parent.glob("contacts*")) == [
        "contacts.journal",
        "contacts.journal.lock",
    ]


async def test_a_batch_has_its_guards_from_its_first_moment_on(path: Path) -> None:
    journal.Journal.create(path, make_batch(), {"guards": '{"max_cost": "0.20"}'}).close()

    with journal.read(path) as record:
        assert record.guards() == {"max_cost": "0.20"}


def test_a_journal_that_a_kill_left_half_written_is_read_as_it_was_before(path: Path) -> None:
    journal.Journal.create(path, make_batch()).close()
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA cache_size=1")
    writing.execute("PRAGMA cache_spill=1")
    writing.execute("BEGIN IMMEDIATE")
    for number in range(500):
        writing.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"fact {number}", "x" * 99))
    copy = path.with_name("left.journal")
    for suffix in ("", "-journal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    writing.close()

    with journal.read(copy) as record:
        assert record.batch() == make_batch()
        assert not record.fact("fact 1")


async def test_counts_and_money_are_exact_and_by_currency(path: Path) -> None:
    ends = {row: accepted(cost=Money(Decimal("0.1"), "USD"), parts=3) for row in range(2, 12)}
    ends[12] = accepted(cost=Money(Decimal("0.005"), "EUR"))
    ends |= {13: refused(), 14: unknown(), 15: unsent()}
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, ends)

        status_counts = record.status_counts()

    assert status_counts.cost == {"USD": Decimal("1.0"), "EUR": Decimal("0.005")}
    assert status_counts.parts == 31
    assert status_counts.by_status[Status.ACCEPTED] == 11
    assert [
        status_counts.by_status[it] for it in (Status.REFUSED, Status.UNKNOWN, Status.UNSENT)
    ] == [*(1, 1, 1)]


async def test_only_rows_that_may_be_sent_are_open(path: Path) -> None:
    ends = {2: accepted(), 3: refused(), 4: unknown(), 5: unsent()}
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, ends)

        closed = record.closed([Status.UNSENT])
        again = record.closed([Status.UNSENT, Status.REFUSED])

        assert [bool(closed[row]) for row in range(6)] == [False, False, True, True, True, False]
        assert not again[3]
        assert record.next_claims([Status.UNSENT, Status.REFUSED]) == {3: 2, 5: 2}


@pytest.mark.parametrize(
    ("end", "claim", "allowed"),
    [
        pytest.param(accepted(), 2, False, id="accepted-never-again"),
        pytest.param(refused(), 2, True, id="refused-with-a-new-claim"),
        pytest.param(refused(), 1, False, id="refused-with-the-old-claim"),
        pytest.param(unknown(), 2, True, id="unknown-with-a-new-claim"),
        pytest.param(unsent(), 2, True, id="unsent-with-a-new-claim"),
    ],
)
async def test_a_row_is_claimed_again_only_by_the_table(
    path: Path, end: Reply, claim: int, allowed: bool
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: end})
        if allowed:
            await settle_all(record, {2: accepted()}, claim)
            assert record.status_counts().by_status[Status.ACCEPTED] == 1
        else:
            with pytest.raises(errors.JournalError):
                await settle_all(record, {2: accepted()}, claim)


async def test_a_row_in_flight_when_a_run_died_is_unknown_and_named(path: Path) -> None:
    record = journal.Journal.create(path, make_batch())
    async with record.writing():
        await record.claim(make_message(7), b"body")
    record.close()

    with journal.Journal.open(path) as again:
        (entry,) = entries_of(again)

    assert (entry.row, entry.status, entry.error_code) == (7, "unknown", "in_flight_at_crash")


async def test_a_reader_sees_a_claim_while_the_run_is_going(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing():
            await record.claim(make_message(7), b"body")
            with journal.read(path) as reader:
                assert entries_of(reader)[0].status == "unknown"
                assert entries_of(reader)[0].error_code == "in_flight"
            assert journal.is_running(path)
    assert not journal.is_running(path)


def test_two_runs_at_once_are_one_and_the_other_is_told_who(path: Path) -> None:
    with (
        journal.Journal.create(path, make_batch()),
        pytest.raises(errors.Locked, match=f"pid {os.getpid()}"),
    ):
        journal.Journal.open(path)


def test_a_look_at_the_lock_keeps_nobody_from_sending(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.Journal.create(path, make_batch()).close()
    looking = [os.open(path.with_name(f"{path.name}.lock"), os.O_RDONLY)]
    fcntl.flock(looking[0], fcntl.LOCK_SH)
    monkeypatch.setattr("time.sleep", lambda _: os.close(looking.pop()))

    with journal.Journal.open(path) as record:
        assert not looking
        assert record.status_counts().worked_ms >= 0


def test_a_journal_is_never_made_over_another(path: Path) -> None:
    journal.Journal.create(path, make_batch()).close()

    with pytest.raises(errors.BatchMismatch):
        journal.Journal.create(path, make_batch())


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (x)")
    connection.close()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.write_bytes(b"not a database at all, no"), id="text"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(foreign, id="another-program's"),
    ],
)
def test_what_is_no_journal_of_ours_is_refused(path: Path, make: Any) -> None:
    make(path)

    with pytest.raises(errors.JournalError) as caught:
        journal.Journal.open(path)

    assert caught.value.hint


def test_the_journal_is_for_its_owner_alone_and_holds_no_number_and_no_text(path: Path) -> None:
    message = Message(2, "+447700900123", "a private text", "GB", 1)

    async def work() -> None:
        with journal.Journal.create(path, make_batch()) as record:
            async with record.writing():
                await record.claim(message, b"+447700900123 a private text")
                await record.settle(Outcome(2, 1, 1, accepted()))

    asyncio.run(work())

    assert path.stat().st_mode & 0o077 == 0
    assert b"7700900123" not in path.read_bytes()
    assert b"private" not in path.read_bytes()


class Commits:
    """A writer on a table of its own, and how many commits it made."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self.record = journal.Journal.create(path, make_batch())
        self.record._connection.set_trace_callback(self._heard)

    def _heard(self, statement: str) -> None:
        self.count += statement == "COMMIT"


async def test_rows_of_one_turn_and_of_the_next_share_a_commit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulksend.journal.writer.GATHER_S", 60.0)  # a turn may take its time here
    commits = Commits(path)

    async def claim(row: int) -> None:
        if row % 2:
            await asyncio.sleep(0)
        await commits.record.claim(make_message(row), b"body")

    async with commits.record.writing():
        await asyncio.gather(*(claim(row) for row in range(2, 52)))
        assert commits.count == 1
        await asyncio.gather(
            *(commits.record.settle(Outcome(row, 1, 1, accepted())) for row in range(2, 52))
        )
    commits.record.close()

    assert commits.count == 2


async def test_who_gives_up_waiting_for_a_claim_stops_no_other_row(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing():
            given_up, other = (
                asyncio.ensure_future(record.claim(make_message(row), b"body")) for row in (2, 3)
            )
            given_up.cancel()
            await other
            await record.settle(Outcome(3, 1, 1, accepted()))

        assert {it.row: it.status for it in entries_of(record)} == {2: "unknown", 3: "accepted"}


DISK_FULL = """
    import asyncio, resource, signal, sys
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from bulksend import errors, journal
    from tests.integration.test_journal import make_batch
    from tests.makers import make_message

    async def work():
        with journal.Journal.create(Path({path!r}), make_batch()) as record:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
            async with record.writing():
                for row in range(2, 100_000):
                    await record.claim(make_message(row), b"body")

    try:
        asyncio.run(work())
    except errors.JournalError as failure:
        print("stopped:", failure.code)
"""


def test_a_full_disk_stops_at_once_and_hangs_nobody(path: Path) -> None:
    root = str(Path(__file__).parent.parent.parent)
    script = textwrap.dedent(DISK_FULL).format(root=root, path=str(path))

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )

    assert "stopped: journal_failed" in ended.stdout, ended.stderr
    with journal.Journal.open(path) as record:
        assert record.status_counts().by_status[Status.UNKNOWN] > 0


CLAIMER = """
    import asyncio, sys
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from bulksend import journal
    from bulksend.sms.message import Outcome
    from tests.integration.test_journal import make_batch
    from tests.makers import accepted, make_message

    async def worker(record, rows):
        for row in rows:
            await record.claim(make_message(row), b"body")
            print("c", row, flush=True)
            await record.settle(Outcome(row, 1, 1, accepted()))
            print("s", row, flush=True)

    async def work():
        with journal.Journal.create(Path({path!r}), make_batch()) as record:
            async with record.writing():
                rows = iter(range(2, 1_000_000))
                await asyncio.gather(*(worker(record, rows) for _ in range(8)))

    asyncio.run(work())
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_whatever_was_said_to_be_durable_survives_kill_9(path: Path, seed: int) -> None:
    root = str(Path(__file__).parent.parent.parent)
    script = textwrap.dedent(CLAIMER).format(root=root, path=str(path))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    said = [process.stdout.readline()]
    time.sleep(random.Random(seed).uniform(0.01, 0.3))
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.stdout.close()
    process.wait()

    claimed = {int(line[2:]) for line in said if line.startswith("c") and line.endswith("\n")}
    settled = {int(line[2:]) for line in said if line.startswith("s") and line.endswith("\n")}
    with journal.Journal.open(path) as record:
        known = {it.row: it.status for it in entries_of(record)}
    assert claimed <= set(known)
    assert all(known[row] == "accepted" for row in settled)
    assert sum(it == "unknown" for it in known.values()) <= 8


class FullDisk:
    """A connection whose first commit fails, once somebody says so."""

    def __init__(self) -> None:
        self.commits = 0
        self.asked, self.may_fail = threading.Event(), threading.Event()

    def execute(self, statement: str) -> None:
        if statement == "COMMIT":
            self.commits += 1
            self.asked.set()
            self.may_fail.wait(5)
            if self.commits == 1:
                raise sqlite3.OperationalError("database or disk is full")

    def executemany(self, _statement: str, rows: list[Any]) -> Any:
        return type("Cursor", (), {"rowcount": len(rows)})


async def test_after_a_failed_commit_nothing_is_tried_again() -> None:
    disk = FullDisk()
    writer = Writer(disk)  # type: ignore[arg-type]
    first = writer.claim((2, 1, 1, b"", 0))
    await asyncio.to_thread(disk.asked.wait, 5)
    behind = writer.claim((3, 1, 1, b"", 0))
    disk.may_fail.set()

    for waiter in (first, behind):
        with pytest.raises(errors.JournalError, match="disk is full"):
            await waiter
    with pytest.raises(errors.JournalError):
        writer.claim((4, 1, 1, b"", 0))
    await writer.stop()
    assert disk.commits == 1


async def again(record: journal.Journal, row: int, reply: Reply) -> None:
    claim = record.next_claims((Status.UNKNOWN, Status.REFUSED, Status.UNSENT))[row]
    async with record.writing():
        await record.claim(make_message(row, claim=claim), b"body")
        await record.settle(Outcome(row, claim, 1, reply))


@pytest.mark.parametrize(
    ("replies", "status", "claim"),
    [
        pytest.param([unsent()], "unknown", 1, id="not-reached"),
        pytest.param([refused("40300")], "unknown", 1, id="refused"),
        pytest.param([accepted()], "accepted", 2, id="accepted"),
        pytest.param([unknown()], "unknown", 2, id="unknown-again"),
        pytest.param([unknown(), unsent()], "unknown", 2, id="the-last-that-may-have-arrived"),
        pytest.param([unsent(), refused("40310")], "unknown", 1, id="twice-in-vain"),
        pytest.param([unsent(), accepted()], "accepted", 3, id="in-vain-and-then-accepted"),
    ],
)
async def test_a_doubt_outlives_later_claims_that_leave_no_text(
    path: Path, replies: list[Reply], status: str, claim: int
) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: unknown()})
        for reply in replies:
            await again(record, 2, reply)

        (entry,) = entries_of(record)
        open_claims = [(it.row, it.claim) for it in record.unknown_claims()]

    assert entry.status == status
    assert open_claims == ([(2, claim)] if status == "unknown" else [])


async def test_evidence_against_the_later_claim_leaves_the_earlier_one_open(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: unknown()})
        await again(record, 2, unknown())
        async with record.writing():
            await record.resolve(2, 2, unsent(), "evidence: absence")
        first = [(it.claim, it.competing) for it in record.unknown_claims()]
        async with record.writing():
            await record.resolve(2, 1, unsent(), "evidence: absence")

        assert first == [(1, False)]
        assert record.counts()[Status.UNSENT] == 1
        assert record.next_claims((Status.UNSENT,)) == {2: 3}


async def test_a_row_left_out_at_its_turn_stands_as_skipped(path: Path) -> None:
    message = make_message(3)
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: accepted()})
        keys = record.hashes.of_row(message.phone, message.text)
        async with record.writing():
            await record.skip(journal.Skip(3, keys, "sent_before", "sent", "b1", "2026-11-20", 9))

        shown = [(it.row, it.status, it.error_code) for it in entries_of(record)]
        closed = record.closed((Status.UNSENT,))
        record.unskip([3])

        assert shown == [(2, "accepted", None), (3, "skipped", "sent_before")]
        assert closed[3] != 0 and record.closed((Status.UNSENT,))[3:] in (b"", b"\0")


async def test_a_row_that_may_have_been_sent_is_never_left_out(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: unknown()})
        keys = record.hashes.of_row("+447700900123", "Hi")
        with pytest.raises(errors.JournalError):
            async with record.writing():
                await record.skip(journal.Skip(2, keys, "sent_before", "sent"))

    with journal.read(path) as reader:
        assert [it.status for it in entries_of(reader)] == ["unknown"]


@pytest.mark.parametrize("marked", [True, False])
async def test_a_journal_without_its_wal_is_believed_only_where_nothing_can_be_missing(
    path: Path, tmp_path: Path, marked: bool
) -> None:
    copy = tmp_path / "copy.journal"
    with journal.Journal.create(path, make_batch()) as record:
        await settle_all(record, {2: accepted()})
        if marked:
            copy.write_bytes(path.read_bytes())
    if not marked:
        copy.write_bytes(path.read_bytes())

    if marked:
        with pytest.raises(errors.JournalError) as refusal, journal.read(copy):
            pass
        assert refusal.value.code == "journal_incomplete"
        with pytest.raises(errors.JournalError, match="not whole"):
            journal.Journal.open(copy)
    else:
        with journal.Journal.open(copy) as record:
            assert record.counts()[Status.ACCEPTED] == 1
