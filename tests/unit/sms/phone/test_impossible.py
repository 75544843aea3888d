"""Numbers that no plan can have: decided without parsing each, and said as the parser says it."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.sms.phone import columns, impossible, parse


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["+441"], id="one-digit"),
        pytest.param(["+4412", "+4479111234567890"], id="too-short-and-too-long"),
        pytest.param(["+447911", "+337911"], id="of-two-countries"),
    ],
)
def test_an_impossible_number_is_refused_in_the_parsers_words(cells: list[str]) -> None:
    frame = columns.parse_column(pl.Series(cells), None)

    assert frame["to_e164"].to_list() == [None] * len(cells)
    assert list(zip(frame["problem"], frame["problem_text"], strict=True)) == [
        (str(fault.code), fault.text) for fault in map(_fault, cells)
    ]


@pytest.mark.parametrize(
    ("code", "length", "words"),
    [
        pytest.param(44, 2, None, id="too-short-to-be-judged-by-its-length"),
        pytest.param(44, 6, "not in the numbering plan of +44", id="short"),
        pytest.param(44, 12, "too long for +44", id="long"),
    ],
)
def test_a_sentence_depends_on_the_code_and_the_length_alone(
    code: int, length: int, words: str | None
) -> None:
    sentence = impossible._sentence(code, length)

    assert sentence is None if words is None else words in (sentence or "")


def _fault(cell: str) -> parse.PhoneError:
    read = parse.parse_phone(cell, None)
    assert isinstance(read, parse.PhoneError)
    return read
