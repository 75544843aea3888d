"""The file of the memory: one line for each text that was sent or is about to be.

A line is there before its request leaves. It is taken away only where it is certain that the row
was not sent; so what a killed run leaves behind errs on the side of "texted".
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bulksend.batch.memory import bucket_map, keys, memory_tables, recent
from bulksend.frozen import frozen

#: How long it waits for another run's write.
_BUSY_S = 60.0

_OF_PHONE = "SELECT text, batch, row, at_s FROM sent WHERE phone = ?1 AND batch <> ?2"
_OF_PHONES = """
SELECT phone, text, batch, row, at_s FROM json_each(?1) CROSS JOIN sent ON phone = value
WHERE batch <> ?2 AND at_s >= ?3
"""
_OWN = "SELECT row FROM sent WHERE phone = ?1 AND text = ?2 AND batch = ?3"
_ADD = "INSERT OR REPLACE INTO sent (phone, text, batch, row, at_s) VALUES (?1, ?2, ?3, ?4, ?5)"
#: With a power cut; what the journals of the batches at work show brings them back.
_LAST_LINES_MAY_GO = "PRAGMA synchronous=NORMAL"
#: Of a large batch nearly each row is on a page of its own; written once for many blocks of rows,
#: they cost half. In pages of 1024 bytes.
_PAGES_WRITTEN_TOGETHER = 8192
_CACHE_BYTES = 16 << 20
_BEGIN = """
INSERT INTO batch (batch_id, name, sender, journal, began_s, open) VALUES (?1, ?2, ?3, ?4, ?5, 1)
ON CONFLICT (batch_id) DO UPDATE SET journal = excluded.journal, open = 1
RETURNING id
"""


class Batch(NamedTuple):
    """A batch that is remembered."""

    number: int
    batch_id: str
    #: What its contacts file was called.
    name: str
    sender: str
    #: Where its journal lay.
    journal: str
    began_s: int
    open: bool


class Wanted(NamedTuple):
    """A row that is about to be sent."""

    row: int
    phone: int
    text: int


class Sent(NamedTuple):
    """A row that was sent, or is about to be, by another batch."""

    text: int
    batch: int
    row: int
    at_s: int


@frozen(kw_only=False)
class Since:
    """From when on a text counts, in seconds since 1970; None: no text does."""

    #: The same text from the same sender.
    same_s: int | None = None
    #: Any text at all.
    any_s: int | None = None

    @property
    def earliest_s(self) -> int:
        """No text before it counts."""
        return min((each for each in (self.same_s, self.any_s) if each is not None), default=0)

    @property
    def asks(self) -> bool:
        """False where nobody is left out, whatever they had."""
        return self.same_s is not None or self.any_s is not None

    def reason(self, entries: Sequence[Sent], text: int) -> Sent | None:
        """What stands against this text to this phone: the same text before any other."""
        if not entries:
            return None
        latest = sorted(entries, key=lambda entry: -entry.at_s) if len(entries) > 1 else entries
        for entry in latest:
            if self.same_s is not None and entry.text == text and entry.at_s >= self.same_s:
                return entry
        for entry in latest:
            if self.any_s is not None and entry.at_s >= self.any_s:
                return entry
        return None


class Store:
    """An open file. Every method raises sqlite3.Error where the file, or its disk, fails."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._map = bucket_map.BucketMap(connection)
        self._recent = recent.Recent(connection)

    def checkpoint(self) -> None:
        """What stands in the companion goes into the file."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def into_one_file(self) -> None:
        """Nothing stands in a companion any more, so that the file can be moved."""
        if self._connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
            raise sqlite3.OperationalError("the memory could not be written as one file")

    def close(self) -> None:
        """The file alone is enough to go on."""
        self._connection.close()

    def begin(self, batch: Batch) -> int:
        """A run of this batch begins; its number here. It outlives a power cut, and with it the
        knowledge that the batch's journal is to be asked what was lost.
        """
        name, journal = memory_tables.storable(batch.name), memory_tables.storable(batch.journal)
        values = (batch.batch_id, name, batch.sender, journal, batch.began_s)
        self._connection.execute("PRAGMA synchronous=FULL")
        try:
            with self._writing():
                return int(self._connection.execute(_BEGIN, values).fetchone()[0])
        finally:
            self._connection.execute(_LAST_LINES_MAY_GO)

    def reserve(
        self, number: int, rows: Sequence[Wanted], bounds: Since, now_s: int
    ) -> dict[int, Sent]:
        """Note these rows as about to be sent, but for those that another batch has: by row."""
        with self._writing():
            if self._recent.has_any(besides=number) or self._recent.is_full:
                self._merge_recent()
            taken = self._taken(number, rows, bounds)
            free = [each for each in rows if each.row not in taken] if taken else rows
            self._recent.add(number, now_s, free)
        return taken

    def _taken(self, number: int, rows: Sequence[Wanted], bounds: Since) -> dict[int, Sent]:
        """Which of these rows another batch has, of all that are in their place."""
        if not bounds.asks:
            return {}
        bits = self._map.current()
        buckets = map(keys.bucket_of, (each.phone for each in rows))
        maybe = [
            each
            for each, bucket in zip(rows, buckets, strict=True)
            if bits[bucket >> 3] >> (bucket & 7) & 1
        ]
        entries: dict[int, list[Sent]] = {}
        lines = self._lines_of({each.phone for each in maybe}, number, bounds.earliest_s)
        for phone, *entry in lines:
            entries.setdefault(phone, []).append(Sent._make(entry))
        reasons = (
            (each.row, bounds.reason(entries.get(each.phone, ()), each.text)) for each in maybe
        )
        return {row: entry for row, entry in reasons if entry is not None}

    def of_phone(self, phone: int, besides: int = 0) -> list[Sent]:
        """What is known of a phone, but for one batch's rows."""
        self._settle()
        rows = self._connection.execute(_OF_PHONE, (phone, besides))
        return [Sent._make(each) for each in rows]

    def lines_of(
        self, phones: Iterable[int], since_s: int = 0
    ) -> list[tuple[int, int, int, int, int]]:
        """Phone, text, batch, row and moment (s) of all lines of these phones since then.

        Each phone once; in order they need no sorting.
        """
        self._settle()
        return self._lines_of(phones, 0, since_s)

    def _lines_of(
        self, phones: Iterable[int], besides: int, since_s: int
    ) -> list[tuple[int, int, int, int, int]]:
        wanted = json.dumps(sorted(phones))
        return self._connection.execute(_OF_PHONES, (wanted, besides, since_s)).fetchall()

    def own_row(self, wanted: Wanted, number: int) -> int | None:
        """The row by which a batch itself has this text to this phone."""
        self._settle()
        values = (wanted.phone, wanted.text, number)
        row = self._connection.execute(_OWN, values).fetchone()
        return int(row[0]) if row else None

    def release(self, number: int, rows: Iterable[Wanted]) -> None:
        """These were certainly not sent."""
        gone = list(rows)
        with self._writing():
            self._recent.drop((number, each.row, each.phone, each.text) for each in gone)
            self._connection.executemany(
                "DELETE FROM sent WHERE phone = ? AND text = ? AND batch = ?",
                [(each.phone, each.text, number) for each in gone],
            )

    def replace(self, number: int, rows: Iterable[tuple[Wanted, int]]) -> None:
        """What a batch's journal shows takes the place of what was noted: rows and moments (s)."""
        with self._writing():
            self._recent.drop_batch(number)
            self._connection.execute("DELETE FROM sent WHERE batch = ?", (number,))
            gone = dict(self._connection.execute("SELECT phone, at_s FROM forgotten").fetchall())
            shown = [
                (each.phone, each.text, number, each.row, at_s)
                for each, at_s in rows
                if at_s > gone.get(each.phone, -1)
            ]
            self._add(sorted(shown))
            self._map.mark({keys.bucket_of(values[0]) for values in shown})
            self._connection.execute("UPDATE batch SET open = 0 WHERE id = ?", (number,))

    def end(self, number: int) -> None:
        """The run ended, and what it did not send is released."""
        with self._writing():
            self._merge_recent()
            self._connection.execute("UPDATE batch SET open = 0 WHERE id = ?", (number,))

    def batches(self) -> dict[int, Batch]:
        """All that are remembered, by number."""
        rows = self._connection.execute(
            "SELECT id, batch_id, name, sender, journal, began_s, open FROM batch"
        )
        return {
            each[0]: Batch._make((*map(memory_tables.named, each[:6]), bool(each[6])))
            for each in rows
        }

    def texts_of(self, number: int) -> int:
        """How many rows of a batch are noted."""
        self._settle()
        row = self._connection.execute("SELECT count(*) FROM sent WHERE batch = ?", (number,))
        return int(row.fetchone()[0])

    def forget(self, phone: int, now_s: int) -> int:
        """Take out what is held of a phone; how many texts that were. The mark stays."""
        with self._writing():
            self._merge_recent()
            gone = self._connection.execute("DELETE FROM sent WHERE phone = ?", (phone,)).rowcount
            self._connection.execute(
                "INSERT OR REPLACE INTO forgotten VALUES (?1, ?2)", (phone, now_s)
            )
        return gone

    def forgotten_s(self, phone: int) -> int | None:
        """When a phone was forgotten."""
        row = self._connection.execute(
            "SELECT at_s FROM forgotten WHERE phone = ?", (phone,)
        ).fetchone()
        return int(row[0]) if row else None

    def prune(self, before_s: int) -> None:
        """Drop what is too old. Passes over the file only where a batch is."""
        oldest = self._connection.execute("SELECT min(began_s) FROM batch").fetchone()[0]
        if oldest is None or oldest >= before_s:
            return
        with self._writing():
            self._merge_recent()
            self._connection.execute("DELETE FROM sent WHERE at_s < ?", (before_s,))
            self._connection.execute(
                "DELETE FROM batch WHERE began_s < ? AND id NOT IN (SELECT batch FROM sent)",
                (before_s,),
            )

    def occupied(self) -> bytes:
        """The buckets that hold anything, a bit each; b"" where nothing is remembered."""
        self._settle()
        if self._connection.execute("SELECT 1 FROM sent LIMIT 1").fetchone() is None:
            return b""
        return bytes(self._map.bits())

    def _settle(self) -> None:
        """What runs at work have noted goes where it is looked for."""
        if self._recent.has_any():
            with self._writing():
                self._merge_recent()

    def _merge_recent(self) -> None:
        self._map.mark(map(keys.bucket_of, self._recent.phones()))
        self._recent.merge()

    def _add(self, rows: Iterable[tuple[int, ...]]) -> None:
        self._connection.executemany(_ADD, rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, whole or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._map.rolled_back()
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


#: What SQLite raises.
Failure = sqlite3.Error


class NotOurs(Exception):
    """A database, and none of the memory's."""


def connect(path: Path, secret: keys.Keys) -> Store:
    """Raises NotOurs for a database of somebody else's, sqlite3.Error for what is damaged."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_S
    )
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        if (
            application_id != memory_tables.APPLICATION_ID
            and connection.execute("PRAGMA schema_version").fetchone()[0]
        ):
            raise NotOurs
        memory_tables.bring_up_to_date(connection)
        mark = connection.execute("SELECT mark FROM secret").fetchone()
        if mark is None or mark[0] != secret.check():
            raise sqlite3.DatabaseError("the memory has another secret")
        connection.execute("SELECT count(*) FROM batch").fetchone()
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_WRITTEN_TOGETHER}")
        connection.execute(f"PRAGMA cache_size={-_CACHE_BYTES // 1024}")
        connection.execute(_LAST_LINES_MAY_GO)
    except BaseException:
        connection.close()
        raise
    return Store(connection)
