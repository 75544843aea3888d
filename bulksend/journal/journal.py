"""The journal of the run that sends: takes the lock, claims, settles."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bulksend import atomic_file, errors
from bulksend.journal import ballast, integrity, reader, renumber, schema, upgrade
from bulksend.journal.hashes import Hashes
from bulksend.journal.lock import Lock, unmakeable
from bulksend.journal.models import NO_MEMORY, Batch, MemoryKeys, Skip
from bulksend.sms.message import Message, Outcome, Reply, Status, advance

if TYPE_CHECKING:
    from bulksend.journal.writer import Waiter, Writer

_CRASHED = errors.Code.IN_FLIGHT_AT_CRASH


def _no_memory(row: int) -> MemoryKeys:  # noqa: ARG001
    return NO_MEMORY


class Journal(reader.Reader):
    """A context manager from `create` or `open`; claims and settles inside `writing()`."""

    _writer: Writer

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: Lock) -> None:
        super().__init__(connection, path)
        self._lock = lock
        self._run = 0
        batch = self.batch()
        self.hashes = Hashes(batch.hash_key, batch.sender)
        #: How the claimed rows stood, and how much this connection had changed then.
        self._counts: tuple[int, dict[Status, int]] = (-1, {})
        #: Rows that may have been sent whatever a later claim of them comes to.
        self._maybe_sent = self._read_maybe_sent()

    @classmethod
    def create(cls, path: Path, batch: Batch, facts: Mapping[str, str] | None = None) -> Self:
        """A new batch's journal, which has these facts, too, from the first moment on.

        Raises Locked, JournalError, or BatchMismatch if one is there.
        """
        lock = Lock(reader.lock_path(path))
        lock.take()
        try:
            _new_file(path, {**(facts or {}), "batch": batch.to_json()})
            return cls._opened(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing batch's journal. What a dead run left claimed becomes unknown."""
        lock = Lock(reader.lock_path(path))
        lock.take()
        try:
            return cls._opened(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    @contextlib.contextmanager
    def at_rest(cls, path: Path) -> Iterator[Batch]:
        """An existing batch whose journal is one file within the block, and nobody works on it.

        Raises as `open`.
        """
        record = cls.open(path)
        try:
            batch = record.batch()
            integrity.close(record._connection, path)
            yield batch
        finally:
            record._lock.release()

    @classmethod
    def _opened(cls, path: Path, lock: Lock) -> Self:
        connection = integrity.connect(path, "rw")
        try:
            integrity.harden(connection)
            version = integrity.version_of(connection)
            if upgrade.is_old(version):
                upgrade.bring_up_to_date(connection, version)
            integrity.mark_open(connection)
            journal = cls(connection, path, lock)
            journal._mark_interrupted()
            journal._begin_run()
        except sqlite3.Error as failure:
            integrity.close(connection, path)
            raise integrity.failed(path, failure) from None
        except errors.JournalError:
            integrity.close(connection, path)
            raise
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise integrity.failed(self._path, error) from None

    def close(self) -> None:
        """Give back the lock; the file alone is enough to go on."""
        integrity.close(self._connection, self._path)
        self._lock.release()

    @contextlib.asynccontextmanager
    async def writing(
        self, memory_keys: Callable[[int], MemoryKeys] = _no_memory
    ) -> AsyncIterator[None]:
        """Claims and settlements are possible inside; nothing else is, until it ends.

        `memory_keys`: of a row that is claimed, the hashes that this computer's memory has of it.
        """
        self._memory_keys = memory_keys
        room = ballast.beside(self._path)
        room.take()
        from bulksend.journal.writer import Writer  # who only reads waits for no event loop

        self._writer = Writer(self._connection, room)
        try:
            yield
        finally:
            await self._writer.stop()
            room.give_up()

    @property
    def settles(self) -> bool:
        """Whether an outcome can still be made durable: inside `writing()`."""
        return self._writer.settles

    def claim(self, message: Message, body: bytes) -> Waiter:
        """Done when it is durable that this row is about to be sent."""
        hashes, row = self.hashes, message.row
        request = (row, message.claim, self._run, hashes.of_body(body), _now_ms())
        keys = hashes.of_row(message.phone, message.text) + self._memory_keys(row)
        return self._writer.claim((*request, *keys, message.country, message.parts))

    def skip(self, skip: Skip) -> Waiter:
        """Done when it is durable that a row is left out. Nothing that was sent ever is."""
        return self._writer.skip(_flat(skip))

    def leave_out(self, skips: Iterable[Skip]) -> None:
        """These rows are left out, all or none of them. Not inside `writing()`."""
        rows = [_flat(skip) for skip in skips]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(schema.SKIP, rows)
        self._connection.execute("COMMIT")

    def unskip(self, rows: Iterable[int]) -> None:
        """These rows are open again. Not inside `writing()`."""
        self._connection.executemany(schema.UNSKIP, ((row,) for row in rows))

    def settle(self, outcome: Outcome) -> Waiter:
        """Done when the outcome is durable, with all others that share its commit.

        A row that an earlier claim may have reached is not settled by one that did not.
        """
        reply = outcome.reply
        status = schema.CODE_OF[reply.status]
        self._note_maybe_sent(outcome.row, reply.status)
        return self._writer.settle(
            (outcome.row, outcome.claim, status, _now_ms(), outcome.attempts, *_columns(reply))
        )

    def effective_status(self, row: int, status: Status) -> Status:
        """What a row is once a claim ended so: unknown while an earlier one may have arrived."""
        without_text = status in (Status.UNSENT, Status.REFUSED)
        return Status.UNKNOWN if without_text and row in self._maybe_sent else status

    def counts(self) -> dict[Status, int]:
        """Claimed rows by status, counted again only after something was written: nobody else
        writes while the lock is held.
        """
        changes = self._connection.total_changes
        if self._counts[0] != changes:
            self._counts = changes, super().counts()
        return dict(self._counts[1])

    def is_unknown(self, row: int) -> bool:
        """Whether a row is unknown right now."""
        return bool(self._connection.execute(schema.IS_UNKNOWN, (row,)).fetchone()[0])

    def _note_maybe_sent(self, row: int, status: Status) -> None:
        if status is Status.UNKNOWN:
            self._maybe_sent.add(row)
        elif status is Status.ACCEPTED:
            self._maybe_sent.discard(row)

    def _read_maybe_sent(self) -> set[int]:
        return {row for (row,) in self._connection.execute(schema.MAYBE_SENT)}

    def is_phone_of(self, row: int, phone: str) -> bool:
        """Whether a claimed row may have this phone; of an older journal's nobody knows."""
        phone_key = self._connection.execute(schema.PHONE_KEY, (row,)).fetchone()
        return phone_key is None or phone_key[0] in (None, self.hashes.of_phone(phone))

    def set_fact(self, name: str, value: str) -> None:
        """Note a fact of the batch, durably. Not inside `writing()`."""
        self._connection.execute(schema.SET_FACT, (name, value))

    def set_guards(self, guards: Mapping[str, Any]) -> None:
        """Keep the guards that the batch is sent with from now on. Not inside `writing()`."""
        self.set_fact("guards", json.dumps(dict(guards)))

    def set_batch(self, batch: Batch) -> None:
        """Keep other counts of the batch. Not inside `writing()`."""
        self.set_fact("batch", batch.to_json())

    def take_over(self, changes: renumber.Changes) -> None:
        """Go on with a changed contacts file. Whole or not at all; not inside `writing()`."""
        renumber.apply(self._connection, changes, _now_ms())
        self._maybe_sent = self._read_maybe_sent()

    def set_keys(self, keys: Iterable[tuple[int, int, int]]) -> None:
        """Row, row key and phone key of claims that lack them. Not inside `writing()`."""
        renumber.set_keys(self._connection, keys)

    async def resolve(self, row: int, claim: int, reply: Reply, why: str) -> None:
        """Settle an unknown row by evidence. `why` stays in the history, with what it was before.

        A reply that is unknown itself changes what is known of it, and settles nothing.
        """
        if reply.status is not Status.UNKNOWN:
            advance(Status.UNKNOWN, reply.status)
        now_ms, status = _now_ms(), schema.CODE_OF[reply.status]
        await self._writer.resolve(
            (row, claim, why, now_ms), (row, claim, status, now_ms, *_columns(reply))
        )

    async def note_asked_again(self, row: int, claim: int, why: str) -> None:
        """Note what is about to be done for an unknown row; returns when that is durable."""
        await self._writer.note((schema.NOTE_UNKNOWN, (row, claim, why, _now_ms())))

    async def note_fact(self, name: str, value: str) -> None:
        """Note a fact of the batch while rows are sent; returns when that is durable."""
        await self._writer.note((schema.SET_FACT, (name, value)))

    async def note_clock(self, low_s: float, high_s: float) -> None:
        """Note how far the server's clock is from ours, by the replies of this run."""
        spread = (self._run, int(low_s * 1000), int(high_s * 1000))
        await self._writer.note((schema.NOTE_CLOCK, spread))

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
        reply.facts.rate or None,
        reply.facts.carrier_fee or None,
        reply.facts.carrier or None,
        reply.facts.line_type or None,
        reply.facts.delivery_status or None,
    )


def _flat(skip: Skip) -> tuple[object, ...]:
    """A skip as its table keeps it."""
    other = (skip.other_batch or None, skip.other_day or None, skip.other_row or None)
    return (skip.row, *skip.keys, skip.code, skip.detail, *other, _now_ms())


def _new_file(path: Path, facts: Mapping[str, str]) -> None:
    """Whole or not at all: laid out under another name first, and never over something there."""
    if os.path.lexists(path):
        raise errors.BatchMismatch(
            f"{path}: a batch has begun here meanwhile", next_command="status"
        )
    try:
        with unmakeable(path), atomic_file.creating(path) as part:
            _lay_out(part, facts)
    except sqlite3.Error as failure:
        raise errors.JournalError(
            f"{path}: cannot be written: {failure}", hint="free space or repair the disk"
        ) from None


def _lay_out(path: Path, facts: Mapping[str, str]) -> None:
    """Synced when it returns. A file that nobody knows yet needs no way back."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(
            f"BEGIN; PRAGMA application_id={schema.APPLICATION_ID};"
            f"PRAGMA user_version={schema.VERSION}; {schema.TABLES}"
        )
        connection.executemany(schema.SET_FACT, facts.items())
        connection.execute("COMMIT")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
