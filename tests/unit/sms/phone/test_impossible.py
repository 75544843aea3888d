"""Numbers that no plan can have: decided without parsing each, and said as the parser says it."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.sms.phone import columns, parse


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["+441"], id="one-digit"),
        pytest.param(["+4412", "+4479111234567890"], id="too-short-and-too-long"),
        pytest.param(["+447911", "+337911"], id="of-two-countries"),
        pytest.param(["+44 - 1 2"], id="blanks-where-digits-should-be"),
    ],
)
def test_an_impossible_number_is_refused_in_the_parsers_words(cells: list[str]) -> None:
    frame = columns.parse_column(pl.Series(cells), None)

    assert frame["to_e164"].to_list() == [None] * len(cells)
    assert list(zip(frame["problem"], frame["problem_text"], strict=True)) == [
        (str(fault.code), fault.text) for fault in map(_fault, cells)
    ]


def _fault(cell: str) -> parse.PhoneError:
    read = parse.parse_phone(cell, None)
    assert isinstance(read, parse.PhoneError)
    return read
