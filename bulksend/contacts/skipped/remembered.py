"""Rows held against what the memory of this computer knows of their phones, a frame at a time.

Only phones whose bucket holds anything are hashed and looked up; texts only of those that are
known. What is said of a row is the same for all rows of a batch and day but for the row's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.contacts.skipped.phone_buckets import Occupied
from bulksend.frozen import frozen

_DAY_S = 86_400
_LINES = {
    "phone": pl.Int64,
    "other_text": pl.Int64,
    "batch": pl.Int64,
    "other_row": pl.Int64,
    "at_s": pl.Int64,
}
#: A line of the memory: hashes of phone and text, number of the batch, row there, moment (s).
Line = tuple[int, int, int, int, int]


@frozen
class Bounds:
    """From when on a text counts, in seconds since 1970; None: no text does."""

    #: The same text, and any text at all, leave a row out.
    same_s: int | None
    any_s: int | None
    #: The same text is worth a word.
    same_lately_s: int | None
    #: Any text is worth a word.
    lately_s: int


class Memory(Protocol):
    """Whoever knows the lines, and what is to be said and counted of them."""

    def phones(self, phones: Sequence[str]) -> Sequence[int]:
        """The hash of each phone."""

    def texts(self, texts: Sequence[str]) -> Sequence[int]:
        """The hash of each text."""

    def lines(self, phones: Sequence[int]) -> Sequence[Line]:
        """All lines of these phones, each once and in order, that count for anything."""

    def reason(self, batch: int, at_s: int, *, is_same: bool) -> tuple[str, str]:
        """Code, and a sentence that ends before the number of the row."""

    def count_lately(self, batch: int, at_s: int, rows: int) -> None:
        """So many rows had a text of this batch on this day."""

    def count_same(self, batch: int, at_s: int, rows: int) -> None:
        """So many rows had their very text in this batch on this day."""


@frozen(kw_only=False)
class TextedBefore:
    """Those of whom the memory knows something that stands against another text."""

    occupied: Occupied
    memory: Memory
    bounds: Bounds

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Counts on the way what is only worth a word."""
        lines = self._lines(sendable)
        if not lines.height:
            return left_out.none()
        bounds = self.bounds
        same, other = _latest(_same(lines), bounds.same_s), _latest(lines, bounds.any_s)
        other = other.join(same, on="row", how="anti")
        counted = same
        if bounds.same_lately_s != bounds.same_s:
            counted = _latest(_same(lines), bounds.same_lately_s)
        against = pl.concat([same, other])
        others = _same(against).join(counted, on="row", how="anti")
        for batch, at_s, rows in _days(_latest(lines, bounds.lately_s)):
            self.memory.count_lately(batch, at_s, rows)
        for batch, at_s, rows in _days(pl.concat([counted, others])):
            self.memory.count_same(batch, at_s, rows)
        return self._named(against)

    def _lines(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """row, text, and the lines of its phone: row by row, what was noted last first."""
        nothing = pl.DataFrame(schema={"row": pl.UInt32, "text": pl.Int64, **_LINES})
        if not sendable.height:
            return nothing
        candidates = sendable.filter(self.occupied.holds(sendable["to_e164"]))
        hashes = self.memory.phones(candidates["to_e164"].to_list())
        phones = pl.Series(hashes, dtype=pl.Int64)
        rows = self.memory.lines(phones.unique().sort().to_list())
        lines = pl.DataFrame(rows, schema=_LINES, orient="row")
        if not lines.height:
            return nothing
        whole = candidates.select("row", "text", phone=phones).join(lines, on="phone")
        texts = pl.Series(self.memory.texts(whole["text"].to_list()), dtype=pl.Int64)
        return whole.with_columns(text=texts).sort("row", "at_s", descending=[False, True])

    def _named(self, against: pl.DataFrame) -> pl.DataFrame:
        """row, code, sentence."""
        if not against.height:
            return left_out.none()
        day, is_same = pl.col("at_s") // _DAY_S, pl.col("text") == pl.col("other_text")
        keyed = against.with_columns(day=day, is_same=is_same)
        kinds = keyed.group_by("batch", "day", "is_same").agg(pl.col("at_s").first())
        reasons = [
            self.memory.reason(batch, at_s, is_same=same)
            for batch, same, at_s in kinds.select("batch", "is_same", "at_s").iter_rows()
        ]
        code, words = zip(*reasons, strict=True)
        kinds = kinds.select(
            *("batch", "day", "is_same"), code=pl.Series(code), words=pl.Series(words)
        )
        whole = keyed.join(kinds, on=["batch", "day", "is_same"])
        sentence = pl.format("{}{}", "words", "other_row")
        return whole.select("row", "code", sentence=sentence).sort("row")


def _same(lines: pl.DataFrame) -> pl.DataFrame:
    """Those of the very text of their row."""
    return lines.filter(pl.col("text") == pl.col("other_text"))


def _latest(lines: pl.DataFrame, since_s: int | None) -> pl.DataFrame:
    """One of each row, the last that was noted, from then on."""
    if since_s is None:
        return lines.clear()
    counting = lines.filter(pl.col("at_s") >= since_s)
    return counting.filter(pl.col("row").ne_missing(pl.col("row").shift()))


def _days(lines: pl.DataFrame) -> list[tuple[int, int, int]]:
    """Batch, a moment, and how many rows, of each batch and day."""
    days = lines.group_by("batch", day=pl.col("at_s") // _DAY_S, maintain_order=True)
    return days.agg(pl.col("at_s").first(), rows=pl.len()).drop("day").rows()
