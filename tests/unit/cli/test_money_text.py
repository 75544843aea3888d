"""What the prices of a list rest on, in a line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bulksend.cli.render import money_text as money
from bulksend.results.variance import Variance
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


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        pytest.param({}, "as estimated: 5 parts, USD 0.2000", id="all-known"),
        pytest.param(
            {"rows_without_cost": 2},
            "estimated: 5 parts, USD 0.2000, for the rows whose cost is known",
            id="half-known",
        ),
        pytest.param(
            {"rows_without_cost": 5, "price_estimated": {}}, "estimated: 5 parts", id="none-known"
        ),
        pytest.param(
            {"rows_without_cost": 5, "price_estimated": {}, "priced": False},
            "estimated: 5 parts",
            id="no-card",
        ),
    ],
)
def test_an_estimate_is_held_against_no_cost_that_nobody_knows(
    fields: dict[str, object], line: str
) -> None:
    values: dict[str, object] = {
        **{"rows": 5, "parts_estimated": 5, "parts_charged": 5, "priced": True, "cost": {}},
        **{"price_estimated": {"USD": Decimal("0.2000")}, "rows_without_cost": 0, "causes": ()},
    }

    assert list(money.variance(Variance(**(values | fields)))) == [line]  # type: ignore[arg-type]
