"""The memory beside a run: rows are noted before they are sent, and freed where they were not.

It is asked in blocks, in the thread that reads the contacts file, so no reply ever waits for it.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from bulksend import errors, journal
from bulksend.batch.memory import against, check, keys
from bulksend.batch.memory.memory_file import Sent, Since, Wanted
from bulksend.batch.memory.opening import Memory
from bulksend.sms.message import Message, OnDuplicate, Outcome, Status

#: Of these it is certain that nobody was texted.
_NOT_SENT = (Status.UNSENT, Status.REFUSED)


class Keeper(Protocol):
    """What notes the rows of a run in the memory, or does not."""

    def listen(self, on_skip: Callable[[journal.Skip], None]) -> None:
        """Call it, in the loop that runs now, with each row that is left out from here on."""

    def reserve(self, batches: Iterable[Sequence[Message]]) -> Iterator[Sequence[Message]]:
        """The same batches without the rows that another batch has."""

    def keys(self, row: int) -> journal.MemoryKeys:
        """What stands in the journal beside a claim, so that the memory can be rebuilt from it."""

    def ended(self, outcomes: Sequence[Outcome]) -> None:
        """These rows were settled."""

    def finish(self, record: journal.Reader) -> None:
        """The run is over: free what was not sent."""


class NullKeeper:
    """For a sandbox, and for who goes on without a memory."""

    def listen(self, on_skip: Callable[[journal.Skip], None]) -> None:
        """Nobody is left out."""

    def reserve(self, batches: Iterable[Sequence[Message]]) -> Iterator[Sequence[Message]]:
        """The same batches, whole."""
        yield from batches

    def keys(self, row: int) -> journal.MemoryKeys:  # noqa: ARG002
        """No hashes: there is nothing to rebuild."""
        return journal.NO_MEMORY

    def ended(self, outcomes: Sequence[Outcome]) -> None:
        """There is nothing to note."""

    def finish(self, record: journal.Reader) -> None:
        """There is nothing to note."""


class MemoryKeeper:
    """For a real batch."""

    def __init__(
        self,
        memory: Memory,
        number: int,
        record: journal.Journal,
        bounds: Since,
        on_duplicate: OnDuplicate,
    ) -> None:
        self._memory = memory
        self._number = number
        self._record = record
        self._bounds = bounds
        self._counts_repeats = on_duplicate is OnDuplicate.SEND
        self._sender = record.batch().sender
        self._phones = memory.keys.phones()
        self._is_running = check.running()
        #: Rows that are noted and not settled as sent, and those among them to be freed.
        self._open: dict[int, Wanted] = {}
        self._free: list[Wanted] = []
        self._on_skip: Callable[[journal.Skip], None] = _nothing

    def listen(self, on_skip: Callable[[journal.Skip], None]) -> None:
        """Call it, in the loop that runs now, with each row that is left out from here on."""
        import asyncio  # a dry run keeps nothing and has no loop

        loop = asyncio.get_running_loop()

        def listen(skip: journal.Skip) -> None:
            """From the thread that reads the contacts file into the loop."""
            loop.call_soon_threadsafe(on_skip, skip)

        self._on_skip = listen

    def reserve(self, batches: Iterable[Sequence[Message]]) -> Iterator[Sequence[Message]]:
        """Noted before the pipeline sees them. Raises JournalError where that is not possible."""
        for messages in batches:
            with durably():
                taken = self._note(messages)
            yield [message for message in messages if message.row not in taken]

    def keys(self, row: int) -> journal.MemoryKeys:
        """The hashes of a row that was noted."""
        wanted = self._open[row]
        return journal.MemoryKeys(keys.to_bytes(wanted.text), keys.to_bytes(wanted.phone))

    def ended(self, outcomes: Sequence[Outcome]) -> None:
        """What was sent, or may have been, stays noted."""
        for outcome in outcomes:
            wanted, status = self._open.pop(outcome.row), outcome.reply.status
            if status is Status.ACCEPTED:
                continue
            if self._record.effective_status(outcome.row, status) in _NOT_SENT:
                self._free.append(wanted)

    def finish(self, record: journal.Reader) -> None:
        """Rows that were noted and never claimed are free, and those that were not sent."""
        if self._open:
            closed = record.closed(_NOT_SENT)
            self._free += [
                wanted for row, wanted in self._open.items() if not any(closed[row : row + 1])
            ]
        with durably():
            self._release()
            self._memory.store.end(self._number)

    def _note(self, messages: Sequence[Message]) -> dict[int, Sent]:
        self._release()
        wanted = self._wanted(messages)
        taken = self._memory.store.reserve(self._number, wanted, self._bounds, int(time.time()))
        self._open.update((each.row, each) for each in wanted if each.row not in taken)
        if taken:
            self._skip(messages, {each.row: each for each in wanted}, taken)
        return taken

    def _wanted(self, messages: Sequence[Message]) -> list[Wanted]:
        phones = self._phones.many([message.phone for message in messages])
        texts = self._memory.keys.texts(self._sender, [message.text for message in messages])
        rows = [message.row for message in messages]
        wanted = list(map(Wanted, rows, phones, texts))
        return self._repeated(messages, wanted) if self._counts_repeats else wanted

    def _repeated(self, messages: Sequence[Message], wanted: Iterable[Wanted]) -> list[Wanted]:
        """A text that goes to a phone twice on purpose is noted twice."""
        texts: set[tuple[int, int]] = set()
        repeated: list[Wanted] = []
        for message, first in zip(messages, wanted, strict=True):
            each = first
            for occurrence in itertools.count(2):
                own_row = self._memory.store.own_row(each, self._number)
                if (each.phone, each.text) not in texts and own_row in (None, message.row):
                    break
                text = self._memory.keys.text(self._sender, message.text, occurrence)
                each = each._replace(text=text)
            texts.add((each.phone, each.text))
            repeated.append(each)
        return repeated

    def _skip(
        self, messages: Sequence[Message], wanted: dict[int, Wanted], taken: dict[int, Sent]
    ) -> None:
        batches, is_running = self._memory.store.batches(), check.running()
        for message in messages:
            entry = taken.get(message.row)
            if entry is not None:
                text = wanted[message.row].text
                reason = against.explain(entry, text, batches, is_running)
                self._on_skip(skip_of(self._record, message, reason))

    def _release(self) -> None:
        if self._free:
            free, self._free = self._free, []
            self._memory.store.release(self._number, free)


def skip_of(record: journal.Journal, message: Message, reason: against.Against) -> journal.Skip:
    """A row that is left out, as the journal keeps it."""
    row_keys = record.hashes.of_row(message.phone, message.text)
    return journal.Skip(message.row, row_keys, str(reason.code), *reason[1:])


def _nothing(skip: journal.Skip) -> None:
    """Until a run tells where to."""


@contextmanager
def durably() -> Iterator[None]:
    """What cannot be remembered is not sent. Raises JournalError."""
    try:
        yield
    except (sqlite3.Error, OSError) as failure:
        raise errors.JournalError(
            f"what this computer remembers could not be written: {failure}",
            hint="free space or repair the disk, then go on",
            code="memory_failed",
            next_command="resume",
        ) from None
