"""Which buckets hold a phone, as the memory's file keeps it: a bit each, and those added since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bulksend.contacts.skipped.phone_buckets import BITS

#: Buckets that are not in the map yet; more are folded into it, which writes all of its two
#: megabytes: a small batch need not.
_FRESH_MOST = 50_000


class BucketMap:
    """The tables `map` and `fresh` of an open memory, inside of its transactions.

    Every method raises sqlite3.Error where the file, or its disk, fails.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        #: As it was last read and marked since, b"" before; and what the file's version was.
        self._bits = bytearray()
        self._version = 0

    def mark(self, buckets: Iterable[int]) -> None:
        """Before the lines are durable: a map that misses one would text somebody twice."""
        bits = self.current()
        new = sorted({each for each in buckets if not bits[each >> 3] >> (each & 7) & 1})
        count = self._connection.execute("SELECT count(*) FROM fresh").fetchone()[0]
        if count + len(new) > _FRESH_MOST:
            bits = self._bits = self.bits()
        for each in new:
            bits[each >> 3] |= 1 << (each & 7)
        if count + len(new) > _FRESH_MOST:
            self._connection.execute("INSERT OR REPLACE INTO map VALUES (1, ?)", (bytes(bits),))
            self._connection.execute("DELETE FROM fresh")
        else:
            self._connection.executemany("INSERT OR IGNORE INTO fresh VALUES (?)", zip(new))

    def current(self) -> bytearray:
        """All of them, read again only where another connection has written."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if not self._bits or version != self._version:
            self._bits, self._version = self.bits(), version
        return self._bits

    def rolled_back(self) -> None:
        """What was marked last is not in the file."""
        self._bits = bytearray()

    def bits(self) -> bytearray:
        """All of them, a bit each, as they stand in the file now."""
        bits = self._stored()
        for (bucket,) in self._connection.execute("SELECT bucket FROM fresh"):
            bits[bucket >> 3] |= 1 << (bucket & 7)
        return bits

    def _stored(self) -> bytearray:
        row = self._connection.execute("SELECT bits FROM map").fetchone()
        return bytearray(row[0]) if row else bytearray(1 << (BITS - 3))
