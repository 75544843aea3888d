"""Composed frames as the later rooms want them: read again and again, and as messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from bulksend.contacts import compose, loader
from bulksend.contacts.skipped import duplicates, left_out
from bulksend.frozen import frozen
from bulksend.sms.message import Message, OnDuplicate, Status

#: Messages handed over at a time: small enough to stop quickly, large enough to cost nothing.
_BATCH_ROWS = 1000


@frozen(kw_only=False)
class Frames:
    """The contacts file, composed and with its duplicates marked, chunk by chunk."""

    contacts: loader.Contacts
    message_plan: compose.MessagePlan
    repeated: pl.DataFrame
    on_duplicate: OnDuplicate
    #: row, code, sentence of the rows that a rule leaves out.
    left_out: pl.DataFrame

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return self.composed(self.contacts.chunks())

    def without_left_out(self) -> Frames:
        """The same, with nobody left out but duplicates."""
        return replace(self, left_out=left_out.none())

    def composed(self, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """These chunks of the file, whole or in part."""
        for chunk in chunks:
            composed = compose.compose(chunk, self.message_plan)
            sendable = left_out.mark(composed, self.left_out, Status.SKIPPED)
            yield duplicates.mark(sendable, self.repeated, self.on_duplicate)


def message_batches(
    frames: Frames,
    *,
    closed: bytes,
    claims: Mapping[int, int],
    limit: int | None = None,
    first_claim: int = 1,
) -> Iterator[list[Message]]:
    """Messages in row order, a list at a time, at most `limit` in all.

    `closed` has one byte a row number, not zero for rows that are not to be sent (shorter: the
    rest is open); `claims` names the rows whose claim is not the first.
    """
    left = limit if limit is not None else 1 << 62
    # What is closed is not composed again: of ten million rows a few thousand may be open.
    chunks = (chunk.filter(_open(chunk["row"], closed)) for chunk in frames.contacts.chunks())
    for frame in frames.composed(chunk for chunk in chunks if chunk.height):
        unsent = frame.filter(pl.col("status") == "unsent")
        for piece in unsent.iter_slices(_BATCH_ROWS):
            batch = list(compose.messages(piece, claims, first_claim))[:left]
            left -= len(batch)
            if batch:
                yield batch
            if left <= 0:
                return


def rows_of_phones(frames: Frames, phones: Collection[str]) -> dict[str, list[int]]:
    """Which rows have each of these phones."""
    rows: dict[str, list[int]] = {phone: [] for phone in phones}
    for frame in frames:
        matching = frame.filter(pl.col("to_e164").is_in(list(phones)))
        for row, phone in matching.select("row", "to_e164").iter_rows():
            rows[phone].append(row)
    return rows


def _open(numbers: pl.Series, closed: bytes) -> pl.Expr:
    """Whether each row may be sent."""
    if numbers.is_empty() or int(numbers[0]) >= len(closed):
        return pl.lit(value=True)
    first, last = int(numbers[0]), int(numbers[-1])
    span = closed[first : last + 1].ljust(last + 1 - first, b"\0")
    marks = pl.Series("closed", list(span), dtype=pl.UInt8)
    return pl.lit(marks.gather(numbers - first) == 0)


@frozen(kw_only=False)
class Chosen:
    """One row as it was composed."""

    row: int
    #: None for an invalid row, whose problem says why.
    text: str | None
    parts: int | None
    problem: str | None


def choose(frames: Frames, wanted: int | None) -> Chosen | None:
    """The row with that number, or the first that would be sent; None where there is none."""
    fits = pl.col("status") == "unsent" if wanted is None else pl.col("row") == wanted
    for frame in frames:
        chosen = frame.filter(fits).select("row", "text", "parts", "problem_text").head(1)
        if chosen.height:
            return Chosen(*chosen.row(0))
    return None
