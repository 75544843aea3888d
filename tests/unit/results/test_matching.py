"""Rows of a journal found again in a changed contacts file: tables of what happens to files."""

from __future__ import annotations

import random
from collections import Counter

import polars as pl
import pytest

from bulksend.results import matching

ACCEPTED, REFUSED, UNKNOWN, UNSENT, SKIPPED = 2, 3, 4, 5, 9


def in_file(keys: str) -> pl.DataFrame:
    """One row a letter, from row 2."""
    rows = {"row": range(2, len(keys) + 2), "key": [ord(letter) for letter in keys]}
    return pl.DataFrame(rows, schema={"row": pl.UInt32, "key": pl.Int64})


def in_journal(*rows: tuple[int, int, str]) -> pl.DataFrame:
    """Number, status and key; each key is its own phone."""
    return matching.journal_rows([[(row, status, ord(key), ord(key)) for row, status, key in rows]])


def found(match: matching.Match) -> dict[int, int]:
    """New number by old."""
    return dict(match.same.select("old", "row").iter_rows())


@pytest.mark.parametrize(
    ("journal", "file", "same", "gone", "new"),
    [
        pytest.param("ab", "ab", {2: 2, 3: 3}, [], [], id="as-it-was"),
        pytest.param("ab", "ba", {2: 3, 3: 2}, [], [], id="sorted"),
        pytest.param("ab", "abc", {2: 2, 3: 3}, [], [4], id="extended"),
        pytest.param("abc", "ac", {2: 2, 4: 3}, [3], [], id="cut"),
        pytest.param("ab", "xb", {3: 3}, [2], [2], id="corrected"),
        pytest.param("ab", "xab", {2: 3, 3: 4}, [], [2], id="a-row-above"),
        pytest.param("ab", "xy", {}, [2, 3], [2, 3], id="another-file"),
        pytest.param("ab", "", {}, [2, 3], [], id="nothing-left"),
        pytest.param("aa", "aaa", {2: 2, 3: 3}, [], [4], id="once-more-on-purpose"),
        pytest.param("aaa", "aa", {2: 2, 3: 3}, [4], [], id="one-repeat-less"),
    ],
)
def test_a_row_is_known_by_what_it_says(
    journal: str, file: str, same: dict[int, int], gone: list[int], new: list[int]
) -> None:
    rows = [(number, ACCEPTED, key) for number, key in enumerate(journal, 2)]

    match = matching.match(in_file(file), in_journal(*rows))

    assert found(match) == same
    assert match.gone_rows(ACCEPTED) == gone
    assert match.new["row"].to_list() == new
    closed = match.closed_but_new()
    assert [row for row in range(2, len(file) + 2) if not any(closed[row : row + 1])] == new


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (UNSENT, ACCEPTED, 3),
        (UNSENT, UNKNOWN, 3),
        (REFUSED, SKIPPED, 3),
        (ACCEPTED, UNKNOWN, 2),
        (UNKNOWN, REFUSED, 2),
        (UNSENT, REFUSED, 3),
    ],
)
def test_of_two_that_say_the_same_the_one_that_got_furthest_stays(
    first: int, second: int, taken: int
) -> None:
    match = matching.match(in_file("a"), in_journal((2, first, "a"), (3, second, "a")))

    assert found(match) == {taken: 2}


def test_a_row_that_came_back_is_the_one_that_was_gone() -> None:
    match = matching.match(in_file("a"), in_journal((-1, ACCEPTED, "a")))

    assert list(match.moves()) == [(-1, 2)]


def test_a_row_in_the_file_comes_before_one_that_is_gone() -> None:
    match = matching.match(in_file("a"), in_journal((-1, ACCEPTED, "a"), (5, ACCEPTED, "a")))

    assert found(match) == {5: 2}
    assert match.gone_rows(ACCEPTED) == [-1]


def test_rows_of_older_journals_that_say_nothing_are_gone() -> None:
    rows = matching.journal_rows([[(2, ACCEPTED, None, None)]])

    match = matching.match(in_file("a"), rows)

    assert (match.gone_rows(ACCEPTED), match.new["row"].to_list()) == ([2], [2])
    assert match.gone_by_phone(ACCEPTED) == {}


@pytest.mark.parametrize("seed", range(30))
def test_every_row_of_either_side_has_one_place(seed: int) -> None:
    chance = random.Random(seed)
    letters = [chr(chance.randrange(97, 110)) for _ in range(40)]
    rows = [(n, chance.choice([2, 3, 4, 5, 9]), key) for n, key in enumerate(letters, 2)]
    file = "".join(chance.choice("abcdefghijklmnop") for _ in range(40))

    match = matching.match(in_file(file), in_journal(*rows))

    assert match.same.height + match.gone.height == len(rows)
    assert match.same.height + match.new.height == len(file)
    assert match.same["row"].is_unique().all() and match.same["old"].is_unique().all()
    both = Counter(letters) & Counter(file)
    assert match.same.height == both.total()
    assert all(letters[old - 2] == file[row - 2] for old, row in found(match).items())
