"""Ranges have exactly the numbers that the expression means."""

from __future__ import annotations

import random
import re

import phonenumbers
import pytest

from bulksend.sms.phone import kinds, plans, ranges


@pytest.mark.parametrize(
    ("expression", "length", "expected"),
    [
        pytest.param("7[0-9]{2}", 3, ((700, 800),), id="a-digit-and-any"),
        pytest.param("7[0-9]{2}", 4, (), id="no-numbers-of-that-length"),
        pytest.param("[13-5]", 1, ((1, 2), (3, 6)), id="a-class"),
        pytest.param(r"1\d", 2, ((10, 20),), id="any-digit-as-libphonenumber-writes-it"),
        pytest.param("1(?:2|3[0-4])5", 3, ((125, 126),), id="alternatives-of-other-lengths"),
        pytest.param(
            "1(?:2|3[0-4])5",
            4,
            tuple((n, n + 1) for n in range(1305, 1350, 10)),
            id="in-the-middle",
        ),
        pytest.param("0[0-9]{1,3}", 3, ((0, 100),), id="zeros-before-it"),
        pytest.param("8[0-9](?:[0-9]{2})?", 4, ((8000, 9000),), id="a-group-that-may-be-missing"),
        pytest.param("8[0-9](?:[0-9]{2})?", 3, (), id="which-is-there-as-a-whole"),
        pytest.param("[12]{2}", 2, ((11, 13), (21, 23)), id="a-class-twice"),
        pytest.param("", 3, (), id="nothing"),
    ],
)
def test_an_expression_means_these_numbers(
    expression: str, length: int, expected: ranges.Ranges
) -> None:
    assert ranges.ranges_of(expression, length) == expected


@pytest.mark.parametrize("code", [1, 7, 44, 49, 54, 61, 262, 590, 800, 880])
def test_the_plans_of_the_world_mean_the_same_either_way(code: int) -> None:
    dice = random.Random(code)
    for length in range(4, 13):
        expressions = {*plans.general_patterns(code, length)}
        expressions.update(pattern for _kind, pattern in kinds.patterns(code, length))
        for expression in expressions:
            numbers = ranges.ranges_of(expression, length)
            edges = [edge + by for pair in numbers[:20] for edge in pair for by in (-1, 0)]
            tried = [*edges, *(dice.randrange(10**length) for _ in range(20))]
            for number in (each for each in tried if 0 <= each < 10**length):
                fits = re.fullmatch(expression, f"{number:0{length}d}") is not None
                assert ranges.holds(numbers, number) is fits, (expression, number)


def test_first_digits_alone_leave_the_rest_free() -> None:
    assert ranges.beginning_with("26[48]|9", 4) == ((2640, 2650), (2680, 2690), (9000, 10_000))


@pytest.mark.parametrize("expression", ["[0-9]+", "1.2", "1*", "^12$", "a"])
def test_what_no_plan_has_is_refused_and_never_guessed(expression: str) -> None:
    with pytest.raises(ValueError, match="no expression of a numbering plan"):
        ranges.ranges_of(expression, 3)


def test_every_plan_of_the_library_can_be_read() -> None:
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        for _country, expression, _begins in plans.countries_of(code):
            ranges.ranges_of(expression, 1)
