"""Reading a journal: while a run writes it, and after everything."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from bulksend import errors
from bulksend.errors import Stop
from bulksend.journal import lock, schema
from bulksend.journal.models import AcceptedMessage, Batch, StatusCounts, UnknownClaim
from bulksend.sms.message import Status

#: Message IDs asked for in one query.
_AT_ONCE = 500


#: The columns of `entries`. A cost is text, exact; moments are milliseconds by our clock.
ENTRY_COLUMNS = (
    *("row", "status", "message_id", "parts", "encoding", "cost", "currency", "wait_seconds"),
    *("attempts", "error_code", "error", "claimed_at", "settled_at"),
    *("delivery_status", "delivered_at"),
)


#: What values that we never write do to those who read them.
_ODD = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)


class Reader:
    """The questions a journal answers; holds a connection it does not own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def batch(self) -> Batch:
        """What this is the journal of. Raises JournalError."""
        try:
            return Batch.from_json(self._connection.execute(schema.BATCH).fetchone()[0])
        except (*_ODD, sqlite3.Error):
            raise _not_ours(self._path) from None

    def status_counts(self) -> StatusCounts:
        """Counts, parts and money of all claimed rows."""
        parts = self._connection.execute(schema.PARTS).fetchone()[0]
        worked_ms = self._connection.execute(schema.WORKED).fetchone()[0]
        return StatusCounts(self.counts(), parts, self.cost(), worked_ms)

    def counts(self) -> dict[Status, int]:
        """Claimed rows by status: a fifth of the time that the whole standing takes."""
        rows, *found = map(int, self._connection.execute(schema.COUNTS).fetchone())
        if sum(found) != rows:
            raise _not_ours(self._path)
        return dict(zip(schema.CODE_OF, found, strict=True))

    def cost(self) -> dict[str, Decimal]:
        """What Telnyx took for the accepted rows, by currency."""
        cost: dict[str, Decimal] = {}
        with _sound(self._path):
            for currency, amount, count in self._connection.execute(schema.COST):
                cost[currency] = cost.get(currency, Decimal(0)) + Decimal(amount) * count
        return cost

    def rows_with_cost(self) -> int:
        """Accepted rows whose cost Telnyx has said."""
        with _sound(self._path):
            return sum(count for _, _, count in self._connection.execute(schema.COST))

    def refused_by_code(self) -> dict[str, int]:
        """Refused rows by Telnyx's error code; "" where there was none."""
        with _sound(self._path):
            return dict(self._connection.execute(schema.REFUSED_BY_CODE).fetchall())

    def last_stop(self) -> Stop | None:
        """Why the last run stopped early; None when it sent everything that it meant to."""
        found = self._connection.execute(schema.LAST_RUN).fetchone()
        if found is None or found[0] is None:
            return Stop.CRASHED
        return Stop(found[1]) if found[1] in list(Stop) else None

    def closed(self, again: Iterable[Status]) -> bytes:
        """One byte a row number: 0 where the row may be sent, as it was never claimed or stands in
        one of `again`; rows after the last byte were never claimed.
        """
        last = self._connection.execute(schema.LAST_ROW).fetchone()[0]
        with _sound(self._path):
            states = bytearray(last + 1)
            for row, code in self._connection.execute(schema.STATES):
                states[row] = code
        table = bytearray(range(256))
        for status in again:
            table[schema.CODE_OF[status]] = 0
        return bytes(states.translate(table))

    def next_claims(self, again: Iterable[Status]) -> dict[int, int]:
        """The claim that each row standing in one of `again` is to be sent with."""
        codes = ",".join(str(schema.CODE_OF[status]) for status in again)
        return {
            row: claim + 1 for row, claim in self._connection.execute(schema.CLAIMS.format(codes))
        }

    def unknown_claims(self) -> list[UnknownClaim]:
        """The unknown rows, in their order."""
        return [
            UnknownClaim._make((*found[:-1], bool(found[-1])))
            for found in self._connection.execute(schema.UNKNOWN_CLAIMS)
        ]

    def rows_maybe_sent(self) -> set[int]:
        """The rows of which some claim may have been sent and nobody knows."""
        return {row for (row,) in self._connection.execute(schema.ROWS_MAYBE_SENT)}

    def known_messages(self, message_ids: Iterable[str]) -> set[str]:
        """Those of the messages that are known to be rows of this batch."""
        wanted = [uuid.UUID(it).bytes for it in message_ids]
        known: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join(f"?{number}" for number in range(1, len(some) + 1))
            found = self._connection.execute(schema.KNOWN.format(marks), some)
            known |= {str(uuid.UUID(bytes=it)) for (it,) in found}
        return known

    def neighbours(self, claimed_ms: int, within_ms: int, most: int) -> list[tuple[int, int, str]]:
        """Accepted rows claimed around a moment, the nearest first: row, moment, message ID."""
        found = self._connection.execute(schema.NEIGHBOURS, (claimed_ms, within_ms, most))
        return [(row, at_ms, str(uuid.UUID(bytes=it))) for row, at_ms, it in found]

    def accepted_messages(self) -> list[AcceptedMessage]:
        """The accepted rows with their messages, the oldest first. Raises JournalError."""
        with _sound(self._path):
            return [
                AcceptedMessage(row, claim, str(uuid.UUID(bytes=key)), claimed_ms, settled_ms)
                for row, claim, key, claimed_ms, settled_ms in self._connection.execute(
                    schema.ACCEPTED
                )
            ]

    def clocks(self) -> tuple[int | None, int | None]:
        """The server's clock less ours in all runs, in milliseconds: the least and the most."""
        low_ms, high_ms = self._connection.execute(schema.CLOCKS).fetchone()
        return low_ms, high_ms

    def forget(self) -> None:
        """Delete this journal, whose batch cost nothing, so that it can be begun anew."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{suffix}").unlink(missing_ok=True)

    def entries(self, first_row: int, last_row: int) -> dict[str, Sequence[object]]:
        """The claimed rows from `first_row` to `last_row`, in their order, column by column."""
        found = self._connection.execute(schema.ENTRIES, (first_row, last_row)).fetchall()
        columns = zip(*found, strict=True) if found else ((),) * len(ENTRY_COLUMNS)
        return dict(zip(ENTRY_COLUMNS, columns, strict=True))

    def damaged(self) -> errors.JournalError:
        """What to raise where a value makes no sense."""
        return _not_ours(self._path)


@contextlib.contextmanager
def read(path: Path) -> Iterator[Reader]:
    """A reader without the lock; works while a run is going. Raises JournalError."""
    connection = connect(path, "ro")
    try:
        yield Reader(connection, path)
    except sqlite3.Error as failure:
        raise errors.JournalError(
            f"{path}: cannot be read: {failure}", hint="restore it from a backup"
        ) from None
    finally:
        connection.close()


def lock_path(path: Path) -> Path:
    """The lock stands beside the journal."""
    return path.with_name(f"{path.name}.lock")


def is_running(path: Path) -> bool:
    """Whether a run works on this batch right now."""
    return lock.is_held(lock_path(path))


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a journal of ours. Raises JournalError for anything else."""
    if not path.is_file():
        raise errors.JournalError(
            f"{path}: there is no such journal", hint="a batch begins with the command run"
        )
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0
        )
        # A journal may come from anywhere: nothing in it may run.
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        acting = connection.execute(schema.ACTING).fetchone()[0]
    except sqlite3.Error:
        raise _not_ours(path) from None
    if found != schema.APPLICATION_ID or version != schema.VERSION or acting:
        connection.close()
        raise _not_ours(path)
    return connection


@contextlib.contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Raises JournalError for what somebody else's hand, or a failing disk, has put in."""
    try:
        yield
    except _ODD:
        raise _not_ours(path) from None


def _not_ours(path: Path) -> errors.JournalError:
    return errors.JournalError(
        f"{path}: is not a journal of this version of bulksend, or is damaged",
        hint="move it away, or name another one with --journal",
        code="journal_foreign",
    )
