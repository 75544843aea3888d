"""What comes from outside is seen and does nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bulksend import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Ada Österberg", "Ada Österberg", id="letters"),
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="an-escape-sequence"),
        pytest.param("a\r\nb", "a\\x0d\\x0ab", id="line-ends"),
        pytest.param("a\u202eb", "a\\u202eb", id="a-bidi-control"),
        pytest.param("a\u200bb", "a\\u200bb", id="a-zero-width-space"),
        pytest.param("a\ud800b", "a\\ud800b", id="half-a-surrogate-pair"),
        pytest.param("x" * 300, "x" * 200 + "…", id="too-long"),
    ],
)
def test_every_character_is_seen_and_none_acts(text: str, shown: str) -> None:
    assert visible.visible(text) == shown


def test_each_currency_stands_on_its_own_to_the_last_decimal() -> None:
    assert visible.amounts({"USD": Decimal("1.20400"), "EUR": Decimal("0.07")}) == (
        "EUR 0.07 + USD 1.20400"
    )
    assert visible.amounts({}) == ""
