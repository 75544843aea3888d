"""What stands against sending a text now, in words: pure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from bulksend.batch.memory.memory_file import Batch, Sent, Since
from bulksend.errors import Code

#: The memory has everything; a skip stays as long as the other text stands.
ALWAYS = Since(same_s=0)


def since(again_after_s: float, not_texted_within_s: float | None, now_s: float) -> Since:
    """From when on a text counts, by the two options; 0 seconds leave nobody out."""
    return Since(
        same_s=int(now_s - again_after_s) if again_after_s else None,
        any_s=int(now_s - not_texted_within_s) if not_texted_within_s else None,
    )


def not_before(bounds: Since, at_s: int) -> Since:
    """The same, with no text before a moment counting."""
    same_s, any_s = (None if s is None else max(s, at_s) for s in (bounds.same_s, bounds.any_s))
    return Since(same_s=same_s, any_s=any_s)


class Against(NamedTuple):
    """Why a row is left out, as it stands in journal and results."""

    code: Code
    sentence: str
    batch_id: str
    #: ISO, UTC.
    day: str
    row: int


def explain(
    entry: Sent, text: int, batches: Mapping[int, Batch], is_running: Callable[[Batch], bool]
) -> Against:
    """Name batch, day and row."""
    batch = batches.get(entry.batch)
    code, sentence = reason(batch, entry.at_s, is_running, is_same=entry.text == text)
    batch_id = batch.batch_id if batch else ""
    return Against(code, f"{sentence}{entry.row}", batch_id, _iso_day(entry.at_s), entry.row)


def reason(
    batch: Batch | None, at_s: int, is_running: Callable[[Batch], bool], *, is_same: bool
) -> tuple[Code, str]:
    """Code and sentence for any row of a batch and day; the sentence lacks the row's number."""
    where = f"{batch.name if batch else 'another batch'}, row "
    if not is_same:
        return Code.TEXTED_LATELY, f"texted on {day_of(at_s)}: {where}"
    if batch is not None and is_running(batch):
        return Code.CLAIMED_ELSEWHERE, f"another run is about to send it: {where}"
    return Code.SENT_BEFORE, f"sent on {day_of(at_s)}: {where}"


@functools.lru_cache(maxsize=4096)
def day_of(at_s: int) -> str:
    """The day of a moment as it is written: `27 Nov 2026`."""
    moment = _moment(at_s)
    return f"{moment.day} {moment:%b %Y}"


@functools.lru_cache(maxsize=4096)
def _iso_day(at_s: int) -> str:
    return f"{_moment(at_s):%F}"


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
