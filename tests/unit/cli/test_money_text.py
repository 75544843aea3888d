"""What the prices of a list rest on, in a line."""

from __future__ import annotations

import pytest

from bulksend.cli.render import money_text as money
from bulksend.sms.rates import Confidence


def confidence(**fields: object) -> Confidence:
    values = {"learned": (), "typed": (), "unpriced": (), "parts_learned": 0, "parts": 100}
    return Confidence(**(values | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(confidence(unpriced=("GB",)), "", id="no-card"),
        pytest.param(
            confidence(typed=("GB",)),
            "prices: typed by hand, none learned from charges",
            id="typed",
        ),
        pytest.param(
            confidence(learned=(("GB", 12300), ("FR", 3)), typed=("DE", "AU"), parts_learned=97),
            "prices: GB from 12,300, FR from 3 charges; 2 countries typed by hand "
            "(97 % of the parts by charges)",
            id="both",
        ),
        pytest.param(
            confidence(learned=tuple((it, 5) for it in "ABCDE"), parts_learned=100),
            "prices: A from 5, B from 5, C from 5 charges, 2 countries more "
            "(100 % of the parts by charges)",
            id="many",
        ),
    ],
)
def test_a_line_says_what_prices_rest_on(found: Confidence, said: str) -> None:
    assert money.confidence(found) == said
