"""What is said on a terminal is broken between words, and what is pasted is not broken."""

from __future__ import annotations

import io

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
            [
                "note: go on with:",
                "      bulksend resume '/a/long/way/to/some contacts file of June.csv'",
            ],
            id="a-command-stays-whole",
        ),
        pytest.param(
            "free space on the disk, then go on with: bulksend resume 'some contacts of June.csv'",
            44,
            [
                "free space on the disk, then go on with:",
                "  bulksend resume 'some contacts of June.csv'",
            ],
            id="a-command-gets-a-line-of-its-own",
        ),
        pytest.param(
            "call.xlsx is there already, and is not as bulksend wrote it for this batch",
            50,
            [
                "call.xlsx is there already, and is not as bulksend",
                "  wrote it for this batch",
            ],
            id="the-name-of-the-program-is-no-command",
        ),
        pytest.param(
            "start it: TELNYX_API_KEY=sandbox bulksend run contacts.csv --from MyCompany",
            60,
            [
                "start it:",
                "  TELNYX_API_KEY=sandbox bulksend run contacts.csv --from MyCompany",
            ],
            id="a-command-with-its-variable",
        ),
        pytest.param(
            "      do: `bulksend doctor --probe-key --to +NUMBER` finds out, for one text or two",
            60,
            [
                "      do: `bulksend doctor --probe-key --to +NUMBER` finds",
                "          out, for one text or two",
            ],
            id="a-command-in-a-sentence",
        ),
        pytest.param(
            "warn  sender: no sender ID is listed on the profile, so Telnyx may refuse it",
            60,
            [
                "warn  sender: no sender ID is listed on the profile, so",
                "      Telnyx may refuse it",
            ],
            id="a-check",
        ),
        pytest.param(
            "invalid        9  1: two numbers in one cell; 1: letters in the phone number (row 13)",
            60,
            [
                "invalid        9  1: two numbers in one cell; 1: letters in",
                "                  the phone number (row 13)",
            ],
            id="a-count-and-why",
        ),
        pytest.param(
            "  1 row (9): the template wants name, which is empty in this row; fill in the cell",
            60,
            [
                "  1 row (9): the template wants name, which is empty in this",
                "    row; fill in the cell",
            ],
            id="a-finding",
        ),
        pytest.param(
            "row 2 reads: Hi Ada,  two  blanks are two blanks, also in a longer text",
            40,
            [
                "row 2 reads: Hi Ada,  two  blanks are",
                "  two blanks, also in a longer text",
            ],
            id="a-text-loses-no-blank-within-a-line",
        ),
        pytest.param(
            "\x1b[1mnext: \x1b[0mbulksend resume contacts.csv, or \x1b[33mwait\x1b[0m",
            46,
            ["\x1b[1mnext: \x1b[0mbulksend resume contacts.csv, or \x1b[33mwait\x1b[0m"],
            id="colours-take-no-room",
        ),
        pytest.param(
            "row 2 reads: 王小明様、 明日は 十時に 来て ください",
            32,
            ["row 2 reads: 王小明様、 明日は", "  十時に 来て ください"],
            id="wide-letters-take-two-columns",
        ),
        pytest.param(
            "to https://example.com/a/very/long/address/that/has/no/blank now",
            30,
            ["to", "  https://example.com/a/very/long/address/that/has/no/blank", "  now"],
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


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "columns", "longest"),
    [
        pytest.param(Screen(), "60", 60, id="a-narrow-terminal"),
        pytest.param(Screen(), "80", 80, id="a-terminal"),
        pytest.param(Screen(), "200", wrapped.TEXT_WIDTH_MAX, id="a-wide-terminal"),
        pytest.param(io.StringIO(), "60", 599, id="a-pipe-gets-the-line-whole"),
    ],
)
def test_a_sentence_follows_the_width_of_the_screen(
    stream: io.StringIO, columns: str, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    lines = wrapped.to_fit("words " * 100, stream).split("\n")

    assert longest - 6 < max(len(line.rstrip()) for line in lines) <= longest
