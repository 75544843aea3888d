"""The one thread that writes: claims, settlements and notes of many rows in one commit.

What is handed in while a commit runs, and as long as each turn of the loop brings some more, goes
together, for a commit costs as much as ten rows. A failure is final; after it every waiter and
every later caller gets the same JournalError, and the sync is never tried again (a failed fsync may
have dropped what it was to write).

A full disk is met before any sync: then the ballast is given up, no row is claimed any more, and
what was in flight is still settled.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bulksend import errors
from bulksend.journal import schema
from bulksend.sms.message import Status

Row = tuple[Any, ...]
#: A statement that changes exactly one row of a table, and its values.
Note = tuple[str, Row]
Waiter = asyncio.Future[None]
#: The longest that the first row of a group waits for others. Where the machine is the limit, most
#: rows in flight come together; where they come one by one, none waits.
GATHER_S = 0.005
#: What SQLite says of a disk, or a share of it, that takes no more.
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
#: How a claim ends that nobody was texted by.
_WITHOUT_TEXT = (schema.CODE_OF[Status.REFUSED], schema.CODE_OF[Status.UNSENT])


@dataclass(slots=True)
class _Group:
    """What one commit makes durable, and who waits for it."""

    claims: list[Row] = field(default_factory=list)
    claimed: list[Waiter] = field(default_factory=list)
    settlements: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    skips: list[Row] = field(default_factory=list)
    #: What an unknown row was, and what evidence says it is.
    resolutions: list[tuple[Row, Row]] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)
    #: The waiter of all settlements. Each claim has its own: whoever awaits one may be cancelled.
    settled: Waiter | None = None

    @property
    def size(self) -> int:
        """How many things it makes durable."""
        lists = (self.claims, self.settlements, self.notes, self.skips, self.resolutions)
        return sum(map(len, lists))


class _Ballast(Protocol):
    """Room that can be made on a full disk."""

    def give_up(self) -> bool:
        """Make room; whether there was any to make."""


class _NoBallast:
    """None."""

    def give_up(self) -> bool:
        """There is none."""
        return False


_NO_BALLAST = _NoBallast()
Failure = errors.JournalError


class Writer:
    """Started inside a running loop; `stop` waits for what was handed in.

    Groups are made in the loop's thread and only committed in the other: nothing needs a lock.
    """

    def __init__(self, connection: sqlite3.Connection, ballast: _Ballast = _NO_BALLAST) -> None:
        self._connection = connection
        self._ballast = ballast
        self._loop = asyncio.get_running_loop()
        self._gathering = _Group()
        self._idle = asyncio.Event()
        self._idle.set()
        #: Why nothing is written any more, and why no row is claimed any more.
        self._failure: Failure | None = None
        self._full: Failure | None = None
        #: One group at a time; None ends the thread.
        self._groups: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bulksend-journal", daemon=True)
        self._thread.start()

    @property
    def settles(self) -> bool:
        """Whether an outcome can still be made durable."""
        return self._failure is None

    def claim(self, values: Row) -> Waiter:
        """Done when the claim is durable."""
        if self._full is not None:
            raise self._full
        waiter = self._join()
        self._gathering.claimed.append(waiter)
        self._gathering.claims.append(values)
        return waiter

    def settle(self, values: Row) -> Waiter:
        """Done when the settlement is durable, with all others of the same commit."""
        group = self._gathering
        if group.settled is None or self._failure is not None:
            group.settled = self._waiting()  # which raises after a failure
        group.settlements.append(values)
        return group.settled

    def note(self, *notes: Note) -> Waiter:
        """Done when all of them are durable, which they become together."""
        waiter = self._waiting()
        self._gathering.notes.extend(notes)
        return waiter

    def skip(self, values: Row) -> Waiter:
        """Done when it is durable that a row is left out."""
        waiter = self._waiting()
        self._gathering.skips.append(values)
        return waiter

    def resolve(self, unknown_row: Row, settlement: Row) -> Waiter:
        """Done when an unknown row is settled by evidence, with what it was before."""
        waiter = self._waiting()
        self._gathering.resolutions.append((unknown_row, settlement))
        return waiter

    async def stop(self) -> None:
        """Write what was handed in and end the thread."""
        await self._idle.wait()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join)

    def _join(self) -> Waiter:
        """A place in the group that is being gathered."""
        if self._failure is not None:
            raise self._failure
        if self._idle.is_set():
            self._idle.clear()
            self._begin_gathering()
        return self._loop.create_future()

    def _waiting(self) -> Waiter:
        """A place beside those that wait for more than a claim."""
        waiter = self._join()
        self._gathering.waiters.append(waiter)
        return waiter

    def _begin_gathering(self) -> None:
        self._loop.call_soon(self._gather, 0, self._loop.time() + GATHER_S)

    def _gather(self, before: int, until_s: float) -> None:
        """Another turn, if the last one brought something."""
        size = self._gathering.size
        if size > before and self._loop.time() < until_s:
            self._loop.call_soon(self._gather, size, until_s)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        group, self._gathering = self._gathering, _Group()
        self._groups.put(group)

    def _committed(self, group: _Group, full: Failure | None, failure: Failure | None) -> None:
        """In the loop again: wake who waited; what was gathered meanwhile is next."""
        self._full, self._failure = full, failure
        _wake(group.waiters, failure)
        _wake(group.claimed, failure or full)
        if self._gathering.waiters or self._gathering.claimed:
            self._begin_gathering()
        else:
            self._idle.set()

    def _run(self) -> None:
        full: Failure | None = None
        failure: Failure | None = None
        while (group := self._groups.get()) is not None:
            if full is None and failure is None:
                failure = self._commit(group)
                full = self._make_room(failure)
                failure = None if full else failure
            if full is not None and failure is None:
                failure = self._commit(replace(group, claims=[]))
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._committed, group, full, failure)

    def _make_room(self, failure: Failure | None) -> Failure | None:
        """Where the disk is full: give up the ballast, and say why no row is claimed any more."""
        cause = failure.__cause__ if failure is not None else None
        name = getattr(cause, "sqlite_errorname", "") or ""
        if name not in _FULL or not self._ballast.give_up():
            return None
        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()
        return failure

    def _commit(self, group: _Group) -> Failure | None:
        if not group.size:
            return None
        try:
            self._write_group(group)
        except Exception as cause:  # whatever it is: a thread that dies in silence is a hang
            failure = errors.JournalError(
                f"the journal could not be written: {cause}",
                hint="sending stopped at once; free space or repair the disk, then go on",
                code="journal_failed",
                next_command="resume",
            )
            failure.__cause__ = cause
            return failure
        return None

    def _write_group(self, group: _Group) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._supersede([(values[4], values[0]) for values in group.claims if values[1] > 1])
        self._write(schema.CLAIM, group.claims)
        self._write(schema.SETTLE, group.settlements)
        self._write(schema.SKIP, group.skips)
        self._connection.executemany(schema.DROP_UNSENT, [(skip[0],) for skip in group.skips])
        for statement, values in group.notes:
            self._write(statement, [values])
        for unknown_row, settlement in group.resolutions:
            self._write(schema.NOTE_UNKNOWN, [unknown_row])
            self._write(schema.RESOLVE, [settlement])
        self._return_to_earlier_claim(group.settlements)
        self._return_to_earlier_claim([settlement for _, settlement in group.resolutions])
        self._connection.execute("COMMIT")

    def _supersede(self, claims: list[Row]) -> None:
        """What a row was before this claim; where that may have arrived it stays open."""
        if claims:
            self._connection.executemany(schema.NOTE_SUPERSEDED, claims)
            self._connection.executemany(schema.KEEP_EARLIER_CLAIM, claims)

    def _return_to_earlier_claim(self, settlements: list[Row]) -> None:
        """Rows whose last claim left no text and whose earlier one may have: unknown, as before."""
        again = [each[:4] for each in settlements if each[1] > 1 and each[2] in _WITHOUT_TEXT]
        for row, claim, _, at_ms in again:
            self._connection.execute(schema.NOTE_WITHOUT_EFFECT, (row, claim, at_ms))
            self._connection.execute(schema.BACK_TO_EARLIER_CLAIM, (row, claim))
            self._connection.execute(schema.DROP_EARLIER_CLAIM, (row,))

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
