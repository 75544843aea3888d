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
    """From the two options. 0 seconds leave nobody out."""
    return Since(
        same_s=int(now_s - again_after_s) if again_after_s else None,
        any_s=int(now_s - not_texted_within_s) if not_texted_within_s else None,
    )


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
    name = batch.name if batch else "another batch"
    where = f"{name}, row {entry.row}"
    if entry.text != text:
        code, sentence = Code.TEXTED_LATELY, f"texted on {day_of(entry.at_s)}: {where}"
    elif batch is not None and is_running(batch):
        code, sentence = Code.CLAIMED_ELSEWHERE, f"another run is about to send it: {where}"
    else:
        code, sentence = Code.SENT_BEFORE, f"sent on {day_of(entry.at_s)}: {where}"
    batch_id = batch.batch_id if batch else ""
    return Against(code, sentence, batch_id, _iso_day(entry.at_s), entry.row)


@functools.lru_cache(maxsize=4096)
def day_of(at_s: int) -> str:
    """`27 Nov 2026`."""
    moment = _moment(at_s)
    return f"{moment.day} {moment:%b %Y}"


@functools.lru_cache(maxsize=4096)
def _iso_day(at_s: int) -> str:
    return f"{_moment(at_s):%F}"


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
