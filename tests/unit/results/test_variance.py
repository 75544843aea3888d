"""Estimate against charges: every difference has its causes, and they add up to it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend import errors, journal
from bulksend.results import variance
from bulksend.results.entries import Beside
from bulksend.results.variance import Group, Kind
from bulksend.sms import rates
from bulksend.sms.message import Money

CARD = rates.RateCard({"GB": Money(Decimal("0.0420"), "USD"), "FR": Money(Decimal("0.07"), "EUR")})


def group(
    country: str = "GB",
    parts: int = 1,
    charged: int | None = None,
    cost: str | None = "0.0420",
    **more: str,
) -> Group:
    values = {"encoding": "GSM-7", "charged_encoding": "GSM-7", "currency": "USD"} | more
    return Group(
        country=country,
        parts=parts,
        charged_parts=parts if charged is None else charged,
        cost=None if cost is None else Decimal(cost),
        **values,  # type: ignore[arg-type]
    )


def test_charges_as_estimated_have_no_causes() -> None:
    found = variance.variance({group(): 3, group(parts=2, cost="0.0840"): 1}, CARD)

    assert (found.parts_estimated, found.parts_charged, found.causes) == (5, 5, ())
    assert found.price_estimated == found.cost == {"USD": Decimal("0.2100")}


def test_other_parts_are_a_cause_at_the_cards_price() -> None:
    other = group(parts=1, charged=2, cost="0.0840", charged_encoding="UTF-16")

    (cause,) = variance.variance({group(): 5, other: 3}, CARD).causes

    assert (cause.kind, cause.rows, cause.parts) == (Kind.PARTS, 3, 3)
    assert (cause.amount, cause.currency) == (Decimal("0.1260"), "USD")
    assert cause.text == (
        "GB: 3 rows took 3 parts more than estimated; Telnyx encoded 3 of them in another way"
    )


def test_another_price_is_a_cause_for_the_parts_that_were_counted() -> None:
    (cause,) = variance.variance({group(parts=2, cost="0.1000"): 4}, CARD).causes

    assert (cause.kind, cause.amount) == (Kind.PRICE, Decimal("0.0640"))
    assert cause.text == "GB: a part cost 0.0500, not 0.0420 (4 rows)"


def test_fewer_parts_and_a_lower_price_save_money() -> None:
    found = variance.variance({group(parts=2, charged=1, cost="0.0400"): 1}, CARD)

    assert [(it.kind, it.amount) for it in found.causes] == [
        (Kind.PARTS, Decimal("-0.0420")),
        (Kind.PRICE, Decimal("-0.0020")),
    ]


def test_a_country_without_a_price_and_another_currency_are_causes() -> None:
    found = variance.variance({group("DE", cost="0.08"): 2, group("FR", cost="0.09"): 1}, CARD)

    assert [(it.country, it.kind, it.amount) for it in found.causes] == [
        ("DE", Kind.COUNTRY, Decimal("0.16")),
        ("FR", Kind.COUNTRY, Decimal("0.09")),
    ]
    assert "not on the rate card" in found.causes[0].text
    assert "in EUR" in found.causes[1].text


def test_without_a_rate_card_parts_alone_are_compared() -> None:
    found = variance.variance({group(parts=1, charged=2): 1, group("DE"): 1}, rates.NO_RATES)

    assert [(it.kind, it.amount) for it in found.causes] == [(Kind.PARTS, None)]
    assert not found.priced


def test_a_row_whose_cost_is_not_known_yet_is_counted() -> None:
    found = variance.variance({group(cost=None, currency=""): 2}, CARD)

    assert (found.rows_without_cost, found.causes, found.cost) == (2, (), {})


groups = st.dictionaries(
    st.builds(
        Group,
        country=st.sampled_from(["GB", "FR", "DE", ""]),
        encoding=st.just("GSM-7"),
        parts=st.integers(1, 10),
        charged_encoding=st.sampled_from(["GSM-7", "UTF-16"]),
        charged_parts=st.integers(1, 10),
        cost=st.none() | st.decimals(0, 9, places=4),
        currency=st.sampled_from(["USD", "EUR"]),
    ),
    st.integers(1, 10**9),
    max_size=12,
)


@given(groups)
def test_the_causes_add_up_to_the_difference(found: dict[Group, int]) -> None:
    compared = variance.variance(found, CARD)

    for currency in ("USD", "EUR"):
        nothing = Decimal(0)
        difference = compared.cost.get(currency, nothing)
        difference -= compared.price_estimated.get(currency, nothing)
        amounts = (it.amount or nothing for it in compared.causes if it.currency == currency)
        assert sum(amounts, nothing) == difference
    assert sum(it.parts for it in compared.causes) == (
        compared.parts_charged - compared.parts_estimated
    )


def charges(*rows: tuple[object, ...]) -> pl.DataFrame:
    """What the journal knows of accepted rows: row, parts, encoding, cost, currency."""
    schema = {"row": pl.UInt32, "parts": pl.UInt8, "encoding": pl.String}
    found = pl.DataFrame(
        list(rows), schema=schema | {"cost": pl.String, "currency": pl.String}, orient="row"
    )
    return found.with_columns(status=pl.lit("accepted"), final_cost=pl.lit(None, pl.String))


def test_rows_are_compared_as_they_pass_by(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "row": pl.Series([2, 3, 4, 5], dtype=pl.UInt32),
            "country": ["GB", "GB", None, "GB"],
            "encoding": ["GSM-7", "GSM-7", None, "UTF-16"],
            "parts": [1, 1, None, 2],
        }
    )
    entries = charges(
        (2, 1, "GSM-7", "0.0420", "USD"), (3, 1, "GSM-7", "0.0420", "USD"), (5, *[None] * 4)
    )
    refused = charges((4, 1, "GSM-7", "9", "USD")).with_columns(status=pl.lit("refused"))
    comparison = variance.Comparison(empty_reader(tmp_path))

    passed = list(
        comparison.passing(
            [
                Beside(frame.head(1), entries.head(1)),
                Beside(frame.slice(1), pl.concat([entries.slice(1), refused])),
                Beside(frame.clear(), entries.clear()),
            ]
        )
    )

    assert [it.composed.height for it in passed] == [1, 3, 0]
    assert comparison.groups == Counter(
        {
            group(): 2,
            group(parts=2, cost=None, currency="", encoding="UTF-16", charged_encoding="UTF-16"): 1,
        }
    )


def test_a_cost_that_is_no_amount_is_damage(tmp_path: Path) -> None:
    composed = pl.DataFrame(
        {
            "row": pl.Series([2], dtype=pl.UInt32),
            "country": ["GB"],
            "encoding": ["GSM-7"],
            "parts": [1],
        }
    )
    piece = Beside(composed, charges((2, 1, "GSM-7", "a lot", "USD")))

    with pytest.raises(errors.JournalError, match="damaged"):
        list(variance.Comparison(empty_reader(tmp_path)).passing([piece]))


def empty_reader(folder: Path) -> journal.Reader:
    """A reader that is only asked for the error it raises."""
    return journal.Reader(sqlite3.connect(":memory:"), folder / "a.journal")
