"""A disk that runs full while a batch is sent: no row begins any more, and no reply is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.journal.models import NO_MEMORY
from bulksend.journal.writer import Writer
from bulksend.sms.message import Outcome, Status
from tests.acceptance import cli
from tests.crash import world as worlds
from tests.integration.test_journal import make_batch
from tests.makers import accepted, entries_of, make_message

ROWS, IN_FLIGHT = 200, 8


class Room:
    """Room for so many pages more, once."""

    def __init__(self, connection: sqlite3.Connection, pages: int) -> None:
        self._connection, self._pages, self.given = connection, pages, 0

    def give_up(self) -> bool:
        self.given += 1
        count = self._connection.execute("PRAGMA page_count").fetchone()[0]
        self._connection.execute(f"PRAGMA max_page_count={count + self._pages}")
        return self._pages > 0


async def claim_until_full(record: journal.Journal, room: Room) -> tuple[list[int], list[bool]]:
    """Rows that were claimed, and whether the outcomes of the last eight became durable."""
    writer = Writer(record._connection, room)
    record._writer, record._memory_keys = writer, lambda _: NO_MEMORY
    claimed: list[int] = []
    with pytest.raises(errors.JournalError, match="full"):
        for row in range(2, 5_000):
            await record.claim(make_message(row, text="x" * 40), b"body")
            claimed.append(row)
    settling = []
    for row in claimed[-IN_FLIGHT:]:
        try:
            settling.append(record.settle(Outcome(row, 1, 1, accepted())))
        except errors.JournalError:
            settling.append(asyncio.get_running_loop().create_future())
            settling[-1].set_exception(errors.JournalError("full"))
    ends = await asyncio.gather(*settling, return_exceptions=True)
    with pytest.raises(errors.JournalError):
        await record.claim(make_message(5_001), b"body")
    await writer.stop()
    return claimed, [end is None for end in ends]


@pytest.mark.parametrize("pages", [40, 0], ids=["with ballast", "without ballast"])
async def test_what_was_in_flight_when_the_disk_was_full_is_settled(
    tmp_path: Path, pages: int
) -> None:
    path = tmp_path / "contacts.journal"
    with journal.Journal.create(path, make_batch()) as record:
        count = record._connection.execute("PRAGMA page_count").fetchone()[0]
        record._connection.execute(f"PRAGMA max_page_count={count + 12}")
        room = Room(record._connection, pages)
        claimed, durable = await claim_until_full(record, room)
        record._connection.execute("PRAGMA max_page_count=100000")

    with journal.Journal.open(path) as record:
        statuses = {entry.row: entry.status for entry in entries_of(record)}
    assert room.given == 1
    assert all(durable) == any(durable) == bool(pages)
    assert set(statuses) == set(claimed)
    if pages:
        assert {statuses[row] for row in claimed[-IN_FLIGHT:]} == {Status.ACCEPTED}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    words = [mount or "mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """The last byte of the disk is taken by somebody else."""
    path = folder / "video.mp4"
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(os.urandom(size))
            except OSError:
                continue
    return path


@pytest.mark.slow
@pytest.mark.parametrize("state", ["on another disk", "on the same disk"])
def test_every_reply_in_flight_is_in_the_journal_and_the_rest_goes_out_later(
    tmp_path: Path, disk: Path, state: str
) -> None:
    state_folder = (disk if state == "on the same disk" else tmp_path) / "state"
    home = {"XDG_STATE_HOME": str(state_folder)}
    with cli.running_sandbox(tmp_path, latency_s=0.3) as sandbox:
        world = worlds.World(disk, sandbox, ROWS, in_flight=IN_FLIGHT, rate="100/s")
        running = cli.start(*world.run(), **home)
        cli.wait_for(lambda: sandbox.request_count() >= 2 * IN_FLIGHT)
        video = fill(disk)
        out, err = running.communicate(timeout=60)
        stopped = worlds.journal_rows(world.journal)
        texted = {it["to"] for it in sandbox.entries() if it["accepted"]}
        video.unlink()
        resumed = cli.bulksend(*world.resume(), **home)
        ledger = sandbox.accepted()

    assert running.returncode == 7, out + err
    assert "Traceback" not in err
    phones = world.phones()
    assert len(texted) < ROWS
    assert {phones[row] for row, it in stopped.items() if it["status"] == worlds.ACCEPTED} == texted
    assert not [row for row, it in stopped.items() if it["status"] in (1, worlds.UNKNOWN)]
    assert resumed.returncode == 0, resumed.stderr
    assert len(ledger) == ROWS
