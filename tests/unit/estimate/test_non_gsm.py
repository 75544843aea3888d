"""What is outside GSM-7, character by character over all of Unicode."""

from __future__ import annotations

import functools

import polars as pl
import pytest

from bulksend.estimate import non_gsm as offenders
from bulksend.sms import encoding
from bulksend.sms import smart_encoding as smart


@functools.cache
def every() -> list[str]:
    return [chr(it) for it in range(0x110000) if not 0xD800 <= it < 0xE000]


def test_a_character_leaves_a_remainder_exactly_when_it_is_outside_the_alphabet() -> None:
    column = pl.Series(every())

    found = offenders.remainders(column)

    alphabet = set(encoding.BASIC + encoding.EXTENDED)
    assert [it == "" for it in found] == [it in alphabet for it in every()]


def test_every_character_is_one_token_with_its_units() -> None:
    column = pl.Series("r", [it for it in every() if encoding.encoding_of(it) == "UTF-16"])

    found = column.to_frame().select(token=offenders.tokens(pl.col("r")))["token"]

    assert found.list.len().unique().to_list() == [1]
    some = found.explode().gather_every(97)
    known = offenders.lookup(some)
    assert known["token_units"].to_list() == [
        len(it.encode("utf-16-le")) // 2 for it in known["token"]
    ]


def test_what_is_put_in_place_of_a_character_is_in_the_alphabet() -> None:
    assert all(encoding.encoding_of(it) == "GSM-7" for it in smart.SAFE.values())


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        pytest.param("’", "’", "RIGHT SINGLE QUOTATION MARK", id="quote"),
        pytest.param("Ж", "я", "Cyrillic letters", id="script"),
        pytest.param(
            "👍🏽", "👍🏽", "THUMBS UP SIGN and 1 that belong to it", id="emoji-with-tone"
        ),
        pytest.param("🇫🇷", "🇫🇷", "REGIONAL INDICATOR SYMBOL LETTER F", id="flag"),
        pytest.param("\x01", "\x01", "U+0001", id="control-character"),
    ],
)
def test_a_character_has_the_name_that_people_can_look_up(text: str, key: str, name: str) -> None:
    (token,) = pl.DataFrame({"r": [offenders.remainder(text)]}).select(
        offenders.tokens(pl.col("r"))
    )["r"][0]

    it = offenders.describe(token)
    assert it.key == key
    assert it.name.startswith(name)
