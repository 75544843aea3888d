"""A contacts file held against the memory before anything is sent: who is left out, and how many.

The pass over the file asks for many rows at once, and only where anything can be known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bulksend import journal
from bulksend.batch.memory import against
from bulksend.batch.memory.memory_file import Batch, Since
from bulksend.batch.memory.opening import Memory
from bulksend.contacts.skipped import left_out, remembered
from bulksend.contacts.skipped.phone_buckets import Occupied
from bulksend.errors import Code


class Nobody:
    """Where nobody can have been texted before."""

    sent_before = 0
    texted_lately = 0

    def rules(self) -> tuple[left_out.Rule, ...]:
        """No rule: nobody is left out."""
        return ()

    def sentences(self, rows: int, within: str) -> list[str]:  # noqa: ARG002
        """No sentence: nobody was texted before."""
        return []


class Check:
    """One pass over a contacts file; afterwards, what was found."""

    def __init__(self, memory: Memory, sender: str, bounds: Since, lately: Since) -> None:
        """`lately`: within what time a text of whatever kind is worth a word."""
        self._memory = memory
        self._sender = sender
        self._bounds = bounds
        self._lately = lately
        self._phones = memory.keys.phones()
        counting = (self._lately.same_s or 0, bounds.earliest_s if bounds.asks else None)
        self._earliest_s = min(each for each in counting if each is not None)
        self._batches = memory.store.batches()
        self._is_running = running()
        self.same: Counter[str] = Counter()
        #: Rows that another run has claimed so far and may have sent.
        self.claimed_elsewhere = 0
        self.lately: Counter[tuple[str, str]] = Counter()

    def rules(self) -> tuple[left_out.Rule, ...]:
        """For the pass; none where the memory holds nothing, so that nothing is asked."""
        bits = self._memory.store.occupied()
        if not bits:
            return ()
        bounds = remembered.Bounds(
            same_s=self._bounds.same_s,
            any_s=self._bounds.any_s,
            same_lately_s=self._lately.same_s,
            lately_s=self._lately.same_s or 0,
        )
        occupied = Occupied(self._phones.buckets, bits)
        return (remembered.TextedBefore(occupied, self, bounds),)

    @property
    def sent_before(self) -> int:
        """Rows whose very text their phone has had."""
        return sum(self.same.values())

    @property
    def texted_lately(self) -> int:
        """Rows whose phone has had any text within the time that is worth a word."""
        return sum(self.lately.values())

    def sentences(self, rows: int, within: str) -> list[str]:
        """What is said of `rows` sendable rows before they are sent."""
        sentences: list[str] = []
        new = rows - self.sent_before - self.claimed_elsewhere
        are_new = f"{new:,} {'is' if new == 1 else 'are'} new"
        if self.sent_before:
            days = _listed(self.same)
            sentences.append(
                f"{self.sent_before:,} of these {rows:,} got this very text on {days}; {are_new}"
            )
        if self.claimed_elsewhere:
            sentences.append(
                f"another run is about to send {self.claimed_elsewhere:,} of these {rows:,} this "
                f"very text; {are_new}"
            )
        if self.texted_lately:
            names = Counter({f"{name}, {day}": count for (name, day), count in self.lately.items()})
            sentences.append(
                f"{self.texted_lately:,} of these {rows:,} were texted something within {within}: "
                f"{_listed(names)}"
            )
        return sentences

    def phones(self, phones: Sequence[str]) -> Sequence[int]:
        """The hash of each phone."""
        return self._phones.many(phones)

    def texts(self, texts: Sequence[str]) -> Sequence[int]:
        """The hash of each text from the sender."""
        return self._memory.keys.texts(self._sender, texts)

    def lines(self, phones: Sequence[int]) -> Sequence[remembered.Line]:
        """All lines of these phones that count for anything."""
        return self._memory.store.lines_of(phones, self._earliest_s)

    def reason(self, batch: int, at_s: int, *, is_same: bool) -> tuple[str, str]:
        """Code, and a sentence that ends before the number of the row."""
        entry = self._batches.get(batch)
        code, sentence = against.reason(entry, at_s, self._is_running, is_same=is_same)
        return str(code), sentence

    def count_lately(self, batch: int, at_s: int, rows: int) -> None:
        """So many rows had a text of this batch on this day."""
        entry = self._batches.get(batch)
        self.lately[entry.name if entry else "?", against.day_of(at_s)] += rows

    def count_same(self, batch: int, at_s: int, rows: int) -> None:
        """So many rows had their very text in this batch on this day."""
        entry = self._batches.get(batch)
        code, _ = against.reason(entry, at_s, self._is_running, is_same=True)
        if code is Code.CLAIMED_ELSEWHERE:
            self.claimed_elsewhere += rows
        else:
            self.same[against.day_of(at_s)] += rows


def running() -> Callable[[Batch], bool]:
    """Whether a run works on a batch; each is looked at once."""
    by_number: dict[int, bool] = {}

    def is_running(batch: Batch) -> bool:
        """Whether its journal is locked; looked up the first time it is asked."""
        if batch.number not in by_number:
            by_number[batch.number] = batch.open and journal.is_running(Path(batch.journal))
        return by_number[batch.number]

    return is_running


def _listed(counts: Counter[str]) -> str:
    """The most frequent first, and how many more there are."""
    names = [name for name, _ in counts.most_common(3)]
    more = len(counts) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
