"""The one thread that writes: claims, settlements and notes of many rows in one commit.

No timer makes the groups: while one commit runs the next claims pile up. A failure is final; after
it every waiter and every later caller gets the same JournalError, and the sync is never tried again
(a failed fsync may have dropped what it was to write).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

from bulksend import errors
from bulksend.journal import schema

Row = tuple[Any, ...]
#: A statement that changes exactly one row of a table, and its values.
Note = tuple[str, Row]
Waiter = asyncio.Future[None]


class Writer:
    """Started inside a running loop; `stop` waits for what was handed in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._claims: list[Row] = []
        self._settlements: list[Row] = []
        self._notes: list[Note] = []
        self._waiters: list[Waiter] = []
        self._work = threading.Condition()
        self._stopping = False
        self._failure: errors.JournalError | None = None
        self._thread = threading.Thread(target=self._run, name="bulksend-journal", daemon=True)
        self._thread.start()

    def claim(self, values: Row) -> Waiter:
        """Done when the claim is durable."""
        return self._hand_in([values], [], [])

    def settle(self, values: Row) -> Waiter:
        """Done when the settlement is durable."""
        return self._hand_in([], [values], [])

    def note(self, *notes: Note) -> Waiter:
        """Done when all of them are durable, which they become together."""
        return self._hand_in([], [], notes)

    def _hand_in(
        self, claims: Sequence[Row], settlements: Sequence[Row], notes: Sequence[Note]
    ) -> Waiter:
        if self._failure is not None:
            raise self._failure
        waiter = self._loop.create_future()
        with self._work:
            self._claims += claims
            self._settlements += settlements
            self._notes += notes
            self._waiters.append(waiter)
            self._work.notify()
        return waiter

    async def stop(self) -> None:
        """Write what was handed in and end the thread."""
        with self._work:
            self._stopping = True
            self._work.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            with self._work:
                while not self._waiters and not self._stopping:
                    self._work.wait()
                claims, self._claims = self._claims, []
                settlements, self._settlements = self._settlements, []
                notes, self._notes = self._notes, []
                waiters, self._waiters = self._waiters, []
            if not waiters:
                return
            self._failure = self._failure or self._commit(claims, settlements, notes)
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
                self._loop.call_soon_threadsafe(_wake, waiters, self._failure)

    def _commit(
        self, claims: list[Row], settlements: list[Row], notes: list[Note]
    ) -> errors.JournalError | None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            again = [(values[4], values[0]) for values in claims if values[1] > 1]
            if again:
                self._connection.executemany(schema.KEEP_SUPERSEDED, again)
            self._write(schema.CLAIM, claims)
            self._write(schema.SETTLE, settlements)
            for statement, values in notes:
                self._write(statement, [values])
            self._connection.execute("COMMIT")
        except (sqlite3.Error, OSError, errors.BadTransition) as failure:
            return errors.JournalError(
                f"the journal could not be written: {failure}",
                hint="sending stopped at once; free space or mend the disk, then `bulksend resume`",
                code="journal_failed",
            )
        return None

    def _write(self, statement: str, rows: list[Row]) -> None:
        if not rows:
            return
        if self._connection.executemany(statement, rows).rowcount != len(rows):
            raise errors.BadTransition("a row was not in the state that the record expects")


def _wake(waiters: list[Waiter], failure: errors.JournalError | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue
        if failure is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(failure)
