"""One short digest for the sendable rows of a file, however they are cut into frames."""

from __future__ import annotations

import hashlib

import polars as pl
import pytest

from bulksend.estimate import digest

_ROWS = (
    ("+447700900001", "Hi Ada", "unsent"),
    ("+447700900002", "Hi José, it’s 10:30 😀", "unsent"),
    (None, None, "invalid"),
    ("+447700900003", "", "unsent"),
)


def _composed(*rows: tuple[str | None, str | None, str]) -> pl.DataFrame:
    schema = dict.fromkeys(("to_e164", "text", "status"), pl.String)
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _shown(*frames: pl.DataFrame) -> str:
    rows = digest.RowsDigest()
    for frame in frames:
        rows.add(frame)
    return rows.shown()


def test_it_is_of_phones_and_of_texts_each_with_an_end() -> None:
    phones = hashlib.sha256(b"+447700900001\x1e+447700900002\x1e+447700900003\x1e")
    texts = hashlib.sha256("Hi Ada\x1eHi José, it’s 10:30 😀\x1e\x1e".encode())
    assert _shown(_composed(*_ROWS)) == f"{phones.hexdigest()[:8]}-{texts.hexdigest()[:8]}"


@pytest.mark.parametrize("cut", range(5))
def test_where_the_file_is_cut_does_not_matter(cut: int) -> None:
    assert _shown(_composed(*_ROWS[:cut]), _composed(*_ROWS[cut:])) == _shown(_composed(*_ROWS))


def test_rows_that_are_not_sent_add_nothing() -> None:
    assert _shown(_composed(_ROWS[2])) == _shown()


def test_of_a_plan_it_names_the_sender_too() -> None:
    rows = _shown(_composed(*_ROWS))
    assert digest.of_plan("Shop", "skip", rows).partition("-")[2] == rows
    assert digest.of_plan("Shop", "skip", rows) != digest.of_plan("Shop", "send", rows)
    assert digest.of_plan("Shop", "skip", "") == ""
