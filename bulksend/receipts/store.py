"""`<stem>.receipts`: the receipts of each message, beside the journal and apart from it.

One SQLite file of its own, so that a run, a poll and a listener fight for no file: a poll and a
listener write to it in turns, each in transactions of milliseconds. Rows are only ever added: each
holds a message's whole state, and the last one counts. No phone number and no text stands in it,
and losing it loses nothing but the asking.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bulksend import atomic_file, errors
from bulksend.journal import lock
from bulksend.receipts import message_state
from bulksend.receipts.apply import State, join

#: "brcp"
APPLICATION_ID = 0x62726370
VERSION = 1
TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE receipt (
  message_id BLOB NOT NULL,   -- 16 bytes
  version INTEGER NOT NULL,   -- 1, and one more for each change
  status TEXT NOT NULL, at_ms INTEGER NOT NULL, delivered_ms INTEGER, code TEXT, error TEXT,
  charge_status TEXT NOT NULL, charge_at_ms INTEGER NOT NULL,
  cost TEXT, currency TEXT, rate TEXT, carrier_fee TEXT,
  line_at_ms INTEGER NOT NULL, carrier TEXT, line_type TEXT,
  ours INTEGER NOT NULL,      -- 0: an event of a message that the journal does not know (yet)
  asked INTEGER NOT NULL,     -- how often its cost was asked for after it was final
  noted_ms INTEGER NOT NULL,
  PRIMARY KEY (message_id, version)
) WITHOUT ROWID;
"""
_LAST = """NOT EXISTS (SELECT 1 FROM receipt AS later
  WHERE later.message_id = receipt.message_id AND later.version = receipt.version + 1)"""
ADD = f"INSERT INTO receipt ({message_state.COLUMNS}, noted_ms) VALUES ({','.join('?' * 19)})"  # noqa: S608
STATES = f"SELECT {message_state.COLUMNS} FROM receipt WHERE {_LAST} AND message_id IN "  # noqa: S608
STRAYS = f"SELECT message_id FROM receipt WHERE {_LAST} AND NOT ours"  # noqa: S608
TOTALS = f"""
SELECT status, charge_status, currency, cost, code, count(*) FROM receipt
WHERE {_LAST} AND ours GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - of our own words alone
#: Message IDs in one query.
_AT_ONCE = 500
#: How long to wait for somebody who opens the store at the same time.
_OPENING_S, _AGAIN_S = 5.0, 0.01
_ODD = (ArithmeticError, LookupError, TypeError, ValueError)


class Reader:
    """The questions a store answers; holds a connection it does not own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def entries(self, message_ids: Iterable[str]) -> dict[str, message_state.Entry]:
        """By message ID; what is not there has no receipt yet. Raises JournalError."""
        keys = [uuid.UUID(message_id).bytes for message_id in message_ids]
        by_id: dict[str, message_state.Entry] = {}
        with _sound(self._path):
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                for row in self._connection.execute(f"{STATES} ({marks})", some):
                    entry = message_state.from_row(row)
                    by_id[entry.state.message_id] = entry
        return by_id

    def receipt_columns(self, message_ids: Sequence[bytes]) -> dict[str, Sequence[object]]:
        """By `message_state.RECEIPT_COLUMNS`, what results show of messages."""
        wanted = (str(uuid.UUID(bytes=key)) for key in message_ids)
        shown = [message_state.shown(entry.state) for entry in self.entries(wanted).values()]
        columns = zip(*shown, strict=True) if shown else ((),) * len(message_state.RECEIPT_COLUMNS)
        return dict(zip(message_state.RECEIPT_COLUMNS, columns, strict=True))

    def totals(self) -> message_state.Totals:
        """Counts and money of the batch's own messages. Raises JournalError."""
        totals = message_state.Totals()
        with _sound(self._path):
            for row in self._connection.execute(TOTALS):
                totals.add(message_state.Alike(*row))
        return totals


class Store(Reader):
    """A writer, beside others. A context manager from `open`."""

    @classmethod
    def open(cls, path: Path, batch_id: str) -> Self:
        """The store of a batch, made where there is none; another batch's is put aside.

        Raises JournalError, or Locked where somebody is stuck in opening it.
        """
        with _opening(path):
            _put_aside(path, batch_id)
            return cls(_connected(path, batch_id), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(sqlite3.Error):  # whoever writes still does it at the end
            self._connection.execute("PRAGMA busy_timeout=0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()

    def add(
        self,
        states: Mapping[str, State],
        *,
        ours: frozenset[str] | None = None,
        asked: frozenset[str] = frozenset(),
    ) -> int:
        """Join states to what is there, durable when it returns; how many messages changed.

        `ours`: which are the batch's own; None: all. `asked`: whose cost was asked for just now.
        """
        changed: list[tuple[object, ...]] = []
        with self._writing():
            before = self.entries(states)
            for message_id, state in states.items():
                entry = before.get(message_id) or message_state.Entry(state=state)
                after = message_state.Entry(
                    state=join(entry.state, state),
                    version=entry.version + 1,
                    ours=entry.ours or ours is None or message_id in ours,
                    asked=entry.asked + (message_id in asked),
                )
                if after.differs(entry):
                    changed.append((*message_state.to_row(after), _now_ms()))
            self._connection.executemany(ADD, changed)
        return len(changed)

    def strays(self) -> list[str]:
        """Messages that the journal did not know when their event came."""
        with _sound(self._path):
            return [str(uuid.UUID(bytes=key)) for (key,) in self._connection.execute(STRAYS)]

    def adopt(self, message_ids: Iterable[str]) -> None:
        """Messages that are the batch's own after all."""
        entries = self.entries(message_ids)
        self.add(
            {message_id: entry.state for message_id, entry in entries.items()},
            ours=frozenset(entries),
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, in which nobody else adds to what is read."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as failure:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if not isinstance(failure, sqlite3.Error):
                raise
            raise errors.JournalError(
                f"{self._path}: cannot be written: {failure}",
                hint="free space or repair the disk; what is in it stays, and nothing was sent",
                code="receipts_unwritable",
            ) from None


@contextlib.contextmanager
def read(path: Path, batch_id: str) -> Iterator[Reader | None]:
    """A reader without the lock, also while somebody writes; None where there is none yet.

    Another batch's store counts as none. Raises JournalError for a file that is no store.
    """
    if not path.exists():
        yield None
        return
    connection = _opened(path, "ro")
    try:
        yield Reader(connection, path) if _batch_of(connection, path) == batch_id else None
    finally:
        connection.close()


@contextlib.contextmanager
def asking_alone(path: Path) -> Iterator[None]:
    """Nobody else asks Telnyx about the messages of a store meanwhile: all would be asked twice.

    Raises Locked where somebody does, or JournalError. A listener asks nothing.
    """
    held = lock.Lock(path.with_name(f"{path.name}.poll.lock"))
    try:
        held.take()
    except errors.Locked as locked:
        raise errors.Locked(
            f"{path}: receipts of this batch are being asked for already",
            hint="wait for that to end, or see `bulksend status`",
            code="locked",
        ) from locked
    try:
        yield
    finally:
        held.release()


@contextlib.contextmanager
def _opening(path: Path) -> Iterator[None]:
    """One after the other: a store is made, and another batch's put aside, once."""
    held = lock.Lock(path.with_name(f"{path.name}.lock"))
    until_s = time.monotonic() + _OPENING_S
    while True:
        try:
            held.take()
            break
        except errors.Locked:
            if time.monotonic() >= until_s:
                raise
            time.sleep(_AGAIN_S)
    try:
        yield
    finally:
        held.release()


def _connected(path: Path, batch_id: str) -> sqlite3.Connection:
    if not path.exists():
        _lay_out(path, batch_id)
    connection = _opened(path, "rw")
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        connection.close()
        raise _not_ours(path) from None
    return connection


def _lay_out(path: Path, batch_id: str) -> None:
    """Whole or not at all, for the owner's eyes alone."""
    try:
        with (
            atomic_file.creating(path) as part,
            contextlib.closing(sqlite3.connect(part, isolation_level=None)) as connection,
        ):
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(
                f"BEGIN; PRAGMA application_id={APPLICATION_ID};"
                f"PRAGMA user_version={VERSION}; {TABLES}"
            )
            connection.execute("INSERT INTO meta VALUES ('batch', ?)", (batch_id,))
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as failure:
        raise errors.JournalError(
            f"cannot make {path}: {failure}",
            hint="the journal's folder must be writable",
            code="receipts_unwritable",
        ) from None


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a store of ours. Raises JournalError for anything else."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10.0
        )
        connection.execute("PRAGMA trusted_schema=OFF")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error:
        raise _not_ours(path) from None
    if (application, version) != (APPLICATION_ID, VERSION):
        connection.close()
        raise _not_ours(path)
    return connection


def _batch_of(connection: sqlite3.Connection, path: Path) -> str:
    with _sound(path):
        row = connection.execute("SELECT value FROM meta WHERE name = 'batch'").fetchone()
        return str(row[0]) if row else ""


def _put_aside(path: Path, batch_id: str) -> None:
    """An earlier batch's receipts get a name with the moment in it; a rehearsal's are not kept."""
    if not path.exists():
        return
    connection = _opened(path, "ro")
    try:
        other = _batch_of(connection, path) != batch_id
    finally:
        connection.close()
    if other and path.name.endswith(".sandbox.receipts"):
        path.unlink()
    elif other:
        path.rename(path.with_name(f"{path.stem}.{datetime.now(UTC):%Y%m%d-%H%M%S}{path.suffix}"))


@contextlib.contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Raises JournalError for what another hand, or a failing disk, has put in."""
    try:
        yield
    except (*_ODD, sqlite3.Error):
        raise _not_ours(path) from None


def _not_ours(path: Path) -> errors.JournalError:
    return errors.JournalError(
        f"{path}: is not bulksend's record of receipts, or is damaged",
        hint="move it away: `bulksend receipts` asks Telnyx again",
        code="receipts_foreign",
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
