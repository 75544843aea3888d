"""What is said on a terminal is broken between words, and what is pasted is not broken."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from bulksend.cli.terminal import wrapped

HOURS = "  hours     about 1,234 of 1,502 will not make it today, and wait until Sat 28 Nov 09:00"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        pytest.param("a short line", 60, ["a short line"], id="short"),
        pytest.param(
            HOURS,
            60,
            [
                "  hours     about 1,234 of 1,502 will not make it today, and",
                "            wait until Sat 28 Nov 09:00",
            ],
            id="below-its-label",
        ),
        pytest.param(
            "note: sender: no sender ID is listed on the profile, so Telnyx may refuse it",
            60,
            [
                "note: sender: no sender ID is listed on the profile, so",
                "      Telnyx may refuse it",
            ],
            id="a-note",
        ),
        pytest.param(
            "note: go on with: bulksend resume '/a/long/way/to/some contacts file of June.csv'",
            40,
            ["note: go on with: bulksend resume '/a/long/way/to/some contacts file of June.csv'"],
            id="a-command-stays-whole",
        ),
        pytest.param(
            "  row 2 reads: Hi Ada,  two  blanks are two blanks, also at the end of a line",
            40,
            ["  row 2 reads: Hi Ada,  two  blanks are two blanks, also at the end of a line"],
            id="a-text-stays-as-it-is",
        ),
        pytest.param(
            "to https://example.com/a/very/long/address/that/has/no/blank now",
            30,
            ["to", "https://example.com/a/very/long/address/that/has/no/blank", "now"],
            id="a-word-is-never-cut",
        ),
        pytest.param("one\n\nthree", 60, ["one", "", "three"], id="its-own-lines-stay"),
    ],
)
def test_a_long_line_is_wrapped_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrapped.wrapped(text, width).split("\n") == lines


@given(
    words=strategies.lists(strategies.text("abcdefgh,.:", min_size=1, max_size=12), max_size=40),
    width=strategies.integers(20, 200),
)
def test_no_word_is_lost_and_no_line_that_can_be_broken_is_too_long(
    words: list[str], width: int
) -> None:
    text = wrapped.wrapped(" ".join(words), width)

    assert text.split() == words
    assert all(len(line) <= width for line in text.split("\n"))
