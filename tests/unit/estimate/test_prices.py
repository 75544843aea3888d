"""A sum in words is never a whole one where something is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bulksend.estimate import prices

FOUR, HALF = {"USD": Decimal("4.0000")}, {"EUR": Decimal("0.5")}


@pytest.mark.parametrize(
    ("parts", "parts_max", "words"),
    [
        pytest.param(1, 1, "1 part", id="one"),
        pytest.param(2000, 2000, "2,000 parts", id="many"),
        pytest.param(1, 2, "1 part (up to 2 as networks pack them)", id="perhaps one more"),
    ],
)
def test_parts_are_said_from_the_least_to_the_most(parts: int, parts_max: int, words: str) -> None:
    assert prices.parts_in_words(parts, parts_max) == words


@pytest.mark.parametrize(
    ("price", "unpriced_rows", "words"),
    [
        pytest.param({}, 7, "", id="no card"),
        pytest.param(FOUR, 0, "USD 4.0000", id="all is priced"),
        pytest.param(FOUR, 1, "at least USD 4.0000, 1 row without a price", id="one is not"),
        pytest.param(FOUR | HALF, 0, "EUR 0.5 + USD 4.0000", id="two currencies"),
    ],
)
def test_a_price_is_said_with_what_it_lacks(
    price: dict[str, Decimal], unpriced_rows: int, words: str
) -> None:
    assert prices.price_in_words(price, unpriced_rows) == words
