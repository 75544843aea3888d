"""The journal of the run that sends: takes the lock, claims, settles."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bulksend import atomic_file, errors
from bulksend.journal import reader as reading
from bulksend.journal import schema
from bulksend.journal.lock import Lock
from bulksend.journal.models import Batch
from bulksend.journal.writer import Waiter, Writer
from bulksend.sms.message import Message, Outcome, Reply, Status, advance

_CRASHED = errors.Code.IN_FLIGHT_AT_CRASH


class Journal(reading.Reader):
    """A context manager from `create` or `open`; claims and settles inside `writing()`."""

    _writer: Writer

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: Lock) -> None:
        super().__init__(connection, path)
        self._lock = lock
        self._run = 0
        self._hash_key = self.batch().hash_key

    @classmethod
    def create(cls, path: Path, batch: Batch) -> Self:
        """A new batch's journal. Raises Locked, JournalError, or BatchMismatch if one is there."""
        lock = Lock(reading.lock_path(path))
        lock.take()
        try:
            _new_file(path, batch)
            return cls._opened(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing batch's journal. What a dead run left claimed becomes unknown."""
        lock = Lock(reading.lock_path(path))
        lock.take()
        try:
            return cls._opened(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(cls, path: Path, lock: Lock) -> Self:
        connection = reading.connect(path, "rw")
        try:
            _harden(connection)
            journal = cls(connection, path, lock)
            journal._mark_interrupted()
            journal._begin_run()
        except sqlite3.Error as failure:
            connection.close()
            raise errors.JournalError(
                f"{path}: cannot be used: {failure}", hint="free space or mend the disk"
            ) from None
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the lock; the file alone is enough to go on."""
        with contextlib.suppress(sqlite3.Error):
            # One file is left: a reader would otherwise leave its shared memory beside it.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode=DELETE")
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._lock.release()

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Claims and settlements are possible inside; nothing else is, until it ends."""
        self._writer = Writer(self._connection)
        try:
            yield
        finally:
            await self._writer.stop()

    def claim(self, message: Message, body: bytes) -> Waiter:
        """Done when it is durable that this row is about to be sent."""
        return self._writer.claim(
            (message.row, message.claim, self._run, self.body_hash(body), _now_ms())
        )

    def settle(self, outcome: Outcome) -> Waiter:
        """Done when the outcome is durable, with all others that share its commit."""
        reply = outcome.reply
        status = schema.CODE_OF[reply.status]
        return self._writer.settle(
            (outcome.row, outcome.claim, status, _now_ms(), outcome.attempts, *_columns(reply))
        )

    async def resolve(self, row: int, claim: int, reply: Reply, why: str) -> None:
        """Settle an unknown row by evidence. `why` stays in the history, with what it was before.

        A reply that is unknown itself changes what is known of the doubt, and settles nothing.
        """
        if reply.status is not Status.UNKNOWN:
            advance(Status.UNKNOWN, reply.status)
        now_ms, status = _now_ms(), schema.CODE_OF[reply.status]
        await self._writer.note(
            (schema.NOTE_UNKNOWN, (row, claim, why, now_ms)),
            (schema.RESOLVE, (row, claim, status, now_ms, *_columns(reply))),
        )

    async def note_asked_again(self, row: int, claim: int, why: str) -> None:
        """Note what is about to be done for an unknown row; returns when that is durable."""
        await self._writer.note((schema.NOTE_UNKNOWN, (row, claim, why, _now_ms())))

    async def note_clock(self, low_s: float, high_s: float) -> None:
        """Note how far the server's clock is from ours, by the replies of this run."""
        spread = (self._run, int(low_s * 1000), int(high_s * 1000))
        await self._writer.note((schema.NOTE_CLOCK, spread))

    def body_hash(self, body: bytes) -> bytes:
        """What is kept of a request: enough to see that it is the same, nothing to read."""
        return hashlib.blake2b(body, digest_size=8, key=self._hash_key).digest()

    def end_run(self, exit_code: int, why: str) -> None:
        """How this run ended; a run without an end died."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute(schema.END_RUN, (_now_ms(), exit_code, why, self._run))

    def _mark_interrupted(self) -> None:
        values = (_now_ms(), _CRASHED, errors.TEXT_FOR[_CRASHED])
        self._connection.execute(schema.MARK_INTERRUPTED, values)

    def _begin_run(self) -> None:
        values = (os.getpid(), socket.gethostname(), _now_ms())
        self._run = self._connection.execute(schema.BEGIN_RUN, values).lastrowid or 0


def _columns(reply: Reply) -> tuple[object, ...]:
    """A reply as the table `send` keeps it, from `http` to `wait_s`."""
    cost = reply.cost
    return (
        reply.http_status,
        reply.code or None,
        reply.error or None,
        bytes.fromhex(reply.message_id.replace("-", "")) if reply.message_id else None,
        reply.parts,
        schema.ENCODINGS.get(reply.encoding),
        format(cost.amount, "f") if cost is not None else None,
        cost.currency if cost is not None else None,
        reply.wait_s,
    )


def _new_file(path: Path, batch: Batch) -> None:
    """Whole or not at all: laid out under another name first, and never over something there."""
    if os.path.lexists(path):
        raise errors.BatchMismatch(
            f"{path}: a batch has begun here meanwhile", next_command="status"
        )
    try:
        with atomic_file.creating(path) as part:
            _lay_out(part, batch)
    except OSError as failure:
        raise errors.JournalError(
            f"cannot make {path}: {failure.strerror}",
            hint="the journal's folder must be writable; or give --journal another place",
            code="journal_unwritable",
        ) from None
    except sqlite3.Error as failure:
        raise errors.JournalError(
            f"{path}: cannot be written: {failure}", hint="free space or mend the disk"
        ) from None


def _lay_out(path: Path, batch: Batch) -> None:
    """Synced when it returns. A file that nobody knows yet needs no way back."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(
            f"BEGIN; PRAGMA application_id={schema.APPLICATION_ID};"
            f"PRAGMA user_version={schema.VERSION}; {schema.TABLES}"
        )
        connection.execute(schema.KEEP_BATCH, (batch.to_json(),))
        connection.execute("COMMIT")


def _harden(connection: sqlite3.Connection) -> None:
    """FULL: a commit that returned survives a power cut (NORMAL does not: measured)."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync=ON")
        connection.execute("PRAGMA checkpoint_fullfsync=ON")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
