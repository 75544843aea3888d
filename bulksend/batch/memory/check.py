"""A contacts file held against the memory before anything is sent: who is left out, and how many.

The pass over the file asks row by row, but only for phones of which anything can be known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bulksend import journal
from bulksend.batch.memory import against
from bulksend.batch.memory.against import Against
from bulksend.batch.memory.memory_file import Batch, Sent, Since
from bulksend.batch.memory.opening import Memory
from bulksend.contacts.skipped import left_out
from bulksend.contacts.skipped.phone_buckets import Occupied
from bulksend.errors import Code


class Nobody:
    """Where nobody can have been texted before."""

    sent_before = 0
    texted_lately = 0

    def rules(self) -> tuple[left_out.Rule, ...]:
        """None."""
        return ()

    def sentences(self, rows: int, within: str) -> list[str]:  # noqa: ARG002
        """Nothing is said."""
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
        return (left_out.TextedBefore(Occupied(self._phones.buckets, bits), self._look),)

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

    def _look(self, rows: Sequence[tuple[int, str, str]]) -> Mapping[int, tuple[str, str]]:
        hashes = self._phones.many([phone for _row, phone, _text in rows])
        remembered = self._memory.store.of_phones(hashes)
        reasons: dict[int, tuple[str, str]] = {}
        for phone_hash, (row, _phone, text) in zip(hashes, rows, strict=True):
            entries = remembered.get(phone_hash)
            reason = self._against(entries, text) if entries else None
            if reason is not None:
                reasons[row] = (str(reason.code), reason.sentence)
        return reasons

    def _against(self, entries: Sequence[Sent], text: str) -> Against | None:
        key = self._memory.keys.text(self._sender, text)
        recent = next((each for each in entries if each.at_s >= (self._lately.same_s or 0)), None)
        if recent is not None:
            batch = self._batches.get(recent.batch)
            self.lately[batch.name if batch else "?", against.day_of(recent.at_s)] += 1
        self._count_same(
            self._lately.reason(entries, key) or self._bounds.reason(entries, key), key
        )
        entry = self._bounds.reason(entries, key)
        if entry is None:  # for a new batch it is said all the same
            return None
        return against.explain(entry, key, self._batches, self._is_running)

    def _count_same(self, entry: Sent | None, key: int) -> None:
        if entry is None or entry.text != key:
            return
        reason = against.explain(entry, key, self._batches, self._is_running)
        if reason.code is Code.CLAIMED_ELSEWHERE:
            self.claimed_elsewhere += 1
        else:
            self.same[against.day_of(entry.at_s)] += 1


def since(again_after_s: float, not_texted_within_s: float | None, now_s: float) -> Since:
    """From the two options. 0 seconds leave nobody out."""
    return Since(
        same_s=int(now_s - again_after_s) if again_after_s else None,
        any_s=int(now_s - not_texted_within_s) if not_texted_within_s else None,
    )


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
