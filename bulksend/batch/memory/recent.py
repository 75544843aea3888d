"""Lines that a run has noted and that are not yet in their place: appended in the order of rows.

In its place nearly every line of a large memory is on a page of its own. So a run appends what it
notes, and lays many lines down at once in the order of the pages; whoever asks the memory has it
done first. A line here is as durable as one in its place.
"""

from __future__ import annotations

import functools
import itertools
import sqlite3
from collections.abc import Iterable, Sequence

TABLE = """
CREATE TABLE recent (
  batch INTEGER NOT NULL, row INTEGER NOT NULL, phone INTEGER NOT NULL, text INTEGER NOT NULL,
  at_s INTEGER NOT NULL, PRIMARY KEY (batch, row, phone, text)
) WITHOUT ROWID
"""
#: Laid down together; whoever looks meanwhile does it in a third of a second.
MOST = 100_000
_ADD = "INSERT OR REPLACE INTO recent (batch, row, phone, text, at_s)"
#: So many rows are added by one statement: each statement gives the interpreter away, and takes it
#: back from the thread that sends. SQLite takes 999 values at least.
_ADDED_TOGETHER = 300
_DROP = "DELETE FROM recent WHERE batch = ? AND row = ? AND phone = ? AND text = ?"
_OF_OTHERS = "SELECT EXISTS (SELECT 1 FROM recent WHERE batch < ?1 OR batch > ?1)"
_PHONES = "SELECT phone FROM recent"
_MERGE = """
INSERT OR REPLACE INTO sent (phone, text, batch, row, at_s)
SELECT phone, text, batch, row, at_s FROM recent ORDER BY phone, text, batch
"""


class Recent:
    """The table `recent` of an open memory, inside of its transactions.

    Every method raises sqlite3.Error where the file, or its disk, fails.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        #: How many this connection has added since it last laid any down.
        self._added = 0

    def add(self, number: int, at_s: int, keys: Sequence[tuple[int, int, int]]) -> None:
        """Row, phone and text of lines of one batch and moment."""
        for first in range(0, len(keys), _ADDED_TOGETHER):
            some = keys[first : first + _ADDED_TOGETHER]
            values = (number, at_s, *itertools.chain.from_iterable(some))
            self._connection.execute(_adding(len(some)), values)
        self._added += len(keys)

    def drop(self, keys: Iterable[tuple[int, int, int, int]]) -> None:
        """Batch, row, phone and text of lines that may be here."""
        self._connection.executemany(_DROP, keys)

    def drop_batch(self, number: int) -> None:
        """All lines of a batch."""
        self._connection.execute("DELETE FROM recent WHERE batch = ?", (number,))

    @property
    def is_full(self) -> bool:
        """Whether so many were added that they are to be merged."""
        return self._added >= MOST

    def has_any(self, besides: int = 0) -> bool:
        """Whether lines of a batch besides this one are here."""
        return bool(self._connection.execute(_OF_OTHERS, (besides,)).fetchone()[0])

    def phones(self) -> list[int]:
        """Of all lines that are here."""
        return [phone for (phone,) in self._connection.execute(_PHONES)]

    def merge(self) -> None:
        """All lines go to their place."""
        self._connection.execute(_MERGE)
        self._connection.execute("DELETE FROM recent")
        self._added = 0


@functools.cache
def _adding(lines: int) -> str:
    """The statement that adds so many."""
    first = range(3, 3 + 3 * lines, 3)
    values = ", ".join(f"(?1, ?{at}, ?{at + 1}, ?{at + 2}, ?2)" for at in first)
    return f"{_ADD} VALUES {values}"
