"""What a person should know before a batch goes out: how many rows, which first, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import polars as pl

_FIRST_ROWS = 5

#: Of rows that are sent all the same: the column that marks them, and what it means.
_MARKS = {
    "landline": "a fixed line by its numbering plan; a text will hardly arrive there",
    "lost_plus": "written with its country but without the plus; check the countries",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble or surprise."""

    code: str
    text: str
    rows: int
    #: The first few, as the spreadsheet numbers them.
    first_rows: tuple[int, ...]


def problems(composed: pl.DataFrame) -> Iterator[Finding]:
    """Why rows of a composed frame are not sent."""
    troubled = composed.filter(pl.col("problem").is_not_null())
    found = troubled.group_by("problem", maintain_order=True).agg(
        text=pl.col("problem_text").first(), rows=pl.len(), first=pl.col("row").head(_FIRST_ROWS)
    )
    for code, text, rows, first in found.iter_rows():
        yield Finding(code, text, rows, tuple(first))


def remarks(sendable: pl.DataFrame) -> Iterator[Finding]:
    """What is odd about rows of a composed frame that are sent."""
    for code, text in _MARKS.items():
        rows = sendable["row"].filter(sendable[code])
        if len(rows):
            yield Finding(code, text, len(rows), tuple(rows.head(_FIRST_ROWS)))


def gather(known: dict[str, Finding], found: Iterable[Finding]) -> None:
    """Add what a further chunk shows; the first sentence of a kind is the one that stays."""
    for it in found:
        before = known.get(it.code, replace(it, rows=0, first_rows=()))
        known[it.code] = replace(
            before,
            rows=before.rows + it.rows,
            first_rows=(*before.first_rows, *it.first_rows)[:_FIRST_ROWS],
        )
