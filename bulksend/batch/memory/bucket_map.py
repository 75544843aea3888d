"""Which buckets hold a phone, as the memory's file keeps it: a bit each, and those added since."""

from __future__ import annotations

import sqlite3

from bulksend.contacts.skipped.phone_buckets import BITS

#: Buckets that are not in the map yet; so many are folded into it at a time, which writes all of
#: its two megabytes: a small batch need not.
_FRESH_MOST = 50_000


class BucketMap:
    """The tables `map` and `fresh` of an open memory, inside of its transactions.

    Every method raises sqlite3.Error where the file, or its disk, fails.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        #: As it was last read, b"" before: what it lacks may stand in the file by now.
        self._bits = bytearray()

    def mark(self, buckets: set[int]) -> None:
        """Before the lines are durable: a map that misses one would text somebody twice."""
        self._bits = self._bits or self._stored()
        new = [each for each in buckets if not self._bits[each >> 3] >> (each & 7) & 1]
        self._connection.executemany("INSERT OR IGNORE INTO fresh VALUES (?)", zip(new))
        count = self._connection.execute("SELECT count(*) FROM fresh").fetchone()[0]
        if count > _FRESH_MOST:
            self._fold()

    def bits(self) -> bytearray:
        """All of them, a bit each, as they stand in the file now."""
        bits = self._stored()
        for (bucket,) in self._connection.execute("SELECT bucket FROM fresh"):
            bits[bucket >> 3] |= 1 << (bucket & 7)
        return bits

    def _fold(self) -> None:
        """The fresh buckets go into the map."""
        self._bits = self.bits()
        self._connection.execute("INSERT OR REPLACE INTO map VALUES (1, ?)", (bytes(self._bits),))
        self._connection.execute("DELETE FROM fresh")

    def _stored(self) -> bytearray:
        row = self._connection.execute("SELECT bits FROM map").fetchone()
        return bytearray(row[0]) if row else bytearray(1 << (BITS - 3))
