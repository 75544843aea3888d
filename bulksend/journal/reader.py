"""Reading a journal: while a run writes it, and after everything."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulksend import errors
from bulksend.errors import Stop
from bulksend.journal import integrity, lock, schema
from bulksend.journal.models import (
    AcceptedMessage,
    Batch,
    RowKeys,
    Skip,
    StatusCounts,
    UnknownClaim,
)
from bulksend.sms.message import Charge, Money, Status

#: Message IDs asked for in one query.
_AT_ONCE = 500


#: The columns of `entries`. A cost is text, exact; moments are milliseconds by our clock.
ENTRY_COLUMNS = (
    *("row", "status", "message_id", "parts", "encoding", "cost", "currency", "wait_seconds"),
    *("attempts", "error_code", "error", "claimed_at", "settled_at"),
    *("delivery_status", "delivered_at", "rate", "carrier_fee", "carrier", "line_type"),
)
#: What Telnyx takes for a message, and in what; anything else is none of ours.
_AMOUNT, _CURRENCY = re.compile(r"-?\d{1,13}(\.\d{1,20})?"), re.compile("[A-Z]{3}")
#: No contacts file has more rows.
_ROW_MAX = 200_000_000
#: How a row that a run left out stands in the states.
_SKIPPED = 9
#: Rows handed out at a time.
_PORTION_ROWS = 100_000


class Reader:
    """The questions a journal answers; holds a connection it does not own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def batch(self) -> Batch:
        """What this is the journal of. Raises JournalError."""
        try:
            return Batch.from_json(self.fact("batch"))
        except (*integrity.ODD, sqlite3.Error):
            raise integrity.foreign(self._path) from None

    def fact(self, name: str) -> str:
        """What was noted under a name; "" where nothing was."""
        entry = self._connection.execute(schema.FACT, (name,)).fetchone()
        return "" if entry is None else str(entry[0])

    def guards(self) -> dict[str, Any]:
        """The guards that the batch was last sent with, as JSON keeps them. Raises JournalError."""
        with _sound(self._path):
            return dict(json.loads(self.fact("guards") or "{}"))

    def status_counts(self) -> StatusCounts:
        """Counts, parts and money of all claimed rows."""
        parts = self._connection.execute(schema.PARTS).fetchone()[0]
        worked_ms = self._connection.execute(schema.WORKED).fetchone()[0]
        return StatusCounts(self.counts(), parts, self.cost(), worked_ms)

    def counts(self) -> dict[Status, int]:
        """Claimed rows by status: a fifth of the time that all counts take."""
        rows, *by_code = map(int, self._connection.execute(schema.COUNTS).fetchone())
        if sum(by_code) != rows:
            raise integrity.foreign(self._path)
        return dict(zip(schema.CODE_OF, by_code, strict=True))

    def cost(self) -> dict[str, Decimal]:
        """What Telnyx took for the accepted rows, by currency."""
        cost: dict[str, Decimal] = {}
        with _sound(self._path):
            for currency, amount, count in self._connection.execute(schema.COST):
                if not (_AMOUNT.fullmatch(amount) and _CURRENCY.fullmatch(currency)):
                    raise integrity.foreign(self._path)
                cost[currency] = cost.get(currency, Decimal(0)) + Decimal(amount) * count
        return cost

    def rows_with_cost(self) -> int:
        """Accepted rows whose cost Telnyx has said."""
        with _sound(self._path):
            return int(self._connection.execute(schema.WITH_COST).fetchone()[0])

    def refused_by_code(self) -> dict[str, int]:
        """Refused rows by Telnyx's error code; "" where there was none."""
        with _sound(self._path):
            return dict(self._connection.execute(schema.REFUSED_BY_CODE).fetchall())

    def memory_rows(self) -> Iterator[tuple[int, bytes, bytes, int]]:
        """Rows that were sent, or may have been: number, the memory's hashes of row and phone, and
        when they were claimed (ms).
        """
        yield from self._connection.execute(schema.MEMORY_ROWS)

    def count_memory_rows(self) -> int:
        """How many of those there are."""
        return int(self._connection.execute(schema.COUNT_MEMORY_ROWS).fetchone()[0])

    def row_of_memory(self, memory_row: bytes, memory_phone: bytes) -> tuple[int, Status] | None:
        """The row with these hashes of the memory, as it is numbered now (below zero: gone from the
        contacts file), and how it stands; None where it was never claimed.
        """
        values = (memory_row, memory_phone)
        row = self._connection.execute(schema.ROW_OF_MEMORY, values).fetchone()
        with _sound(self._path):
            return None if row is None else (int(row[0]), schema.STATUS_OF[row[1]])

    def may_skip(self, row: int) -> bool:
        """Whether nothing of a row was sent or refused yet."""
        return not self._connection.execute(schema.IS_SETTLED, (row,)).fetchone()[0]

    def last_stop(self) -> Stop | None:
        """Why the last run stopped early; None when it sent everything that it meant to."""
        last = self._connection.execute(schema.LAST_RUN).fetchone()
        if last is None or last[0] is None:
            return Stop.CRASHED
        return Stop(last[1]) if last[1] in list(Stop) else None

    def earlier_stop(self) -> Stop | None:
        """Why the run before the present one stopped early; None where it did not, or crashed."""
        earlier = self._connection.execute(schema.EARLIER_RUN).fetchone()
        return Stop(earlier[0]) if earlier is not None and earlier[0] in list(Stop) else None

    def close_final(self, closed: bytes, final: Iterable[str]) -> bytes:
        """The same, with the refused rows closed whose code is one of `final`."""
        states = bytearray(closed)
        for code in final:
            for (row,) in self._connection.execute(schema.REFUSED_WITH, (code,)):
                if row < len(states):
                    states[row] = schema.CODE_OF[Status.REFUSED]
        return bytes(states)

    def closed(self, again: Iterable[Status]) -> bytes:
        """One byte a row number: 0 where the row may be sent, as it was never claimed or stands in
        one of `again`; rows after the last byte were never claimed.
        """
        last = self._connection.execute(schema.LAST_ROW).fetchone()[0]
        with _sound(self._path):
            if last > _ROW_MAX:
                raise integrity.foreign(self._path)
            states = bytearray(last + 1)
            for row, code in self._connection.execute(schema.STATES):
                states[row] = code
            for (row,) in self._connection.execute(schema.SKIPPED_ROWS):
                states[row] = _SKIPPED
        table = bytearray(range(256))
        for status in again:
            table[schema.CODE_OF[status]] = 0
        return bytes(states.translate(table))

    def first_claim(self) -> int:
        """The claim of a row that was never claimed: above all those made before the contacts file
        changed, so that no number of row and claim stands for two texts.
        """
        with _sound(self._path):
            return int(self.fact("first_claim") or 1)

    def next_claims(self, again: Iterable[Status]) -> dict[int, int]:
        """The claim that each row standing in one of `again` is to be sent with."""
        codes, first = ",".join(str(schema.CODE_OF[status]) for status in again), self.first_claim()
        return {
            row: max(claim + 1, first)
            for row, claim in self._connection.execute(schema.CLAIMS.format(codes))
        }

    def what_rows_say(self) -> Iterator[list[tuple[int, int, int | None, int | None]]]:
        """Portions of row, status as `schema.CODE_OF` has it (9: left out), row key, phone key.

        Rows that are gone from the contacts file stand below zero.
        """
        cursor = self._connection.execute(schema.WHAT_ROWS_SAY)
        while portion := cursor.fetchmany(_PORTION_ROWS):
            yield portion

    def lacks_keys(self) -> bool:
        """Whether some claims were made by a version that did not keep what their rows say."""
        return bool(self._connection.execute(schema.COUNT_WITHOUT_KEYS).fetchone()[0])

    def claims_without_keys(self) -> Iterator[tuple[int, int, bytes]]:
        """Row, status and body hash of those."""
        yield from self._connection.execute(schema.WITHOUT_KEYS)

    def gone(self) -> int:
        """Rows that were sent, or may have been, and are no longer in the contacts file."""
        return int(self._connection.execute(schema.GONE).fetchone()[0])

    def charges_apart(self) -> list[Charge]:
        """What stands in no row of the contacts file and may have cost something: rows that are
        gone from it, and earlier claims of rows that were claimed again.
        """
        with _sound(self._path):
            return [
                Charge(country, int(parts), count, _named(cost, currency))
                for country, parts, cost, currency, count in self._connection.execute(
                    schema.CHARGES_APART
                )
            ]

    def apart_uncounted(self) -> int:
        """Those of them, without a cost, of which an older version kept no country."""
        return int(self._connection.execute(schema.APART_UNCOUNTED).fetchone()[0])

    def skipped_by(self) -> dict[str, int]:
        """Rows that a run left out when their turn came, by code."""
        return dict(self._connection.execute(schema.SKIPPED_BY).fetchall())

    def skips(self) -> list[Skip]:
        """Those rows, in their order."""
        return [
            Skip(row, RowKeys(row_key, phone_key), code, detail, batch or "", day or "", other or 0)
            for row, row_key, phone_key, code, detail, batch, day, other in (
                self._connection.execute(schema.SKIPS)
            )
        ]

    def unknown_claims(self) -> list[UnknownClaim]:
        """The unknown rows, in their order."""
        return [
            UnknownClaim._make((*claim[:-2], bool(claim[-2]), claim[-1]))
            for claim in self._connection.execute(schema.UNKNOWN_CLAIMS)
        ]

    def rows_maybe_sent(self) -> set[int]:
        """The rows of which some claim may have been sent and nobody knows."""
        return {row for (row,) in self._connection.execute(schema.ROWS_MAYBE_SENT)}

    def own_messages(self, message_ids: Iterable[str]) -> set[str]:
        """Those of the messages that are known to be rows of this batch."""
        wanted = [uuid.UUID(message_id).bytes for message_id in message_ids]
        ours: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            placeholders = ",".join(f"?{number}" for number in range(1, len(some) + 1))
            rows = self._connection.execute(schema.OURS.format(placeholders), some)
            ours |= {str(uuid.UUID(bytes=message_id)) for (message_id,) in rows}
        return ours

    def neighbours(self, claimed_ms: int, within_ms: int, most: int) -> list[tuple[int, int, str]]:
        """Accepted rows claimed around a moment, the nearest first: row, moment, message ID."""
        near = self._connection.execute(schema.NEIGHBOURS, (claimed_ms, within_ms, most))
        return [(row, at_ms, str(uuid.UUID(bytes=message_id))) for row, at_ms, message_id in near]

    def accepted_messages(self) -> list[AcceptedMessage]:
        """The accepted rows with their messages, the oldest first. Raises JournalError."""
        with _sound(self._path):
            return [
                AcceptedMessage(row, claim, str(uuid.UUID(bytes=key)), claimed_ms, settled_ms)
                for row, claim, key, claimed_ms, settled_ms in self._connection.execute(
                    schema.ACCEPTED
                )
            ]

    def pace(self, most: int) -> tuple[list[tuple[int, int, float]], int, int]:
        """claimed_ms, settled_ms and wait_s of the newest accepted rows, in the order of settling;
        when the first of all was claimed, in ms since 1970, and the parts of all.
        """
        with _sound(self._path):
            newest = self._connection.execute(schema.NEWEST_ACCEPTED, (most,)).fetchall()
            return (newest[::-1], *self._connection.execute(schema.ALL_ACCEPTED).fetchone())

    def clocks(self) -> tuple[int | None, int | None]:
        """The server's clock less ours in all runs, in milliseconds: the least and the most."""
        low_ms, high_ms = self._connection.execute(schema.CLOCKS).fetchone()
        return low_ms, high_ms

    def entries(self, first_row: int, last_row: int) -> dict[str, Sequence[object]]:
        """The claimed rows from `first_row` to `last_row`, in their order, column by column."""
        rows = self._connection.execute(schema.ENTRIES, (first_row, last_row)).fetchall()
        columns = zip(*rows, strict=True) if rows else ((),) * len(ENTRY_COLUMNS)
        return dict(zip(ENTRY_COLUMNS, columns, strict=True))

    def damaged(self) -> errors.JournalError:
        """What to raise where a value makes no sense."""
        return integrity.foreign(self._path)


def _named(cost: str | None, currency: str | None) -> Money | None:
    """A cost that Telnyx has named; what is none of ours is as good as none."""
    if not (cost and currency and _AMOUNT.fullmatch(cost) and _CURRENCY.fullmatch(currency)):
        return None
    return Money(Decimal(cost), currency)


@contextlib.contextmanager
def read(path: Path) -> Iterator[Reader]:
    """A reader without the lock; works while a run is going. Raises JournalError."""
    connection = integrity.connect(path, "ro")
    try:
        yield Reader(connection, path)
    except sqlite3.Error as failure:
        raise integrity.failed(path, failure) from None
    finally:
        connection.close()


def forget(path: Path) -> None:
    """Delete a journal whose batch cost nothing, so that it can be begun anew."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def lock_path(path: Path) -> Path:
    """The lock stands beside the journal."""
    return path.with_name(f"{path.name}.lock")


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody works on this batch meanwhile. Raises Locked where somebody does, or JournalError."""
    mine = lock.Lock(lock_path(path))
    mine.take()
    try:
        yield
    finally:
        mine.release()


def is_running(path: Path) -> bool:
    """Whether a run works on this batch right now."""
    return lock.is_held(lock_path(path))


def is_suspended(path: Path) -> bool:
    """Whether the run that works on this batch was stopped by Ctrl-Z, and waits for `fg`."""
    return is_running(path) and lock.is_suspended(lock_path(path))


@contextlib.contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Raises JournalError for what somebody else's hand, or a failing disk, has put in."""
    try:
        yield
    except integrity.ODD:
        raise integrity.foreign(path) from None
