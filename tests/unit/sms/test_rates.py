"""The rate card: exact, complete, and strict about every line."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.sms import rates
from bulksend.sms.message import Money


def load(folder: Path, content: str | bytes) -> rates.RateCard:
    path = folder / "rates.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return rates.load_rate_card(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("country,price_per_part,currency\nGB,0.0420,USD\n", id="plain"),
        pytest.param(
            "Currency;Price per part;COUNTRY\r\nusd;0.0420;gb\r\n", id="any-order-any-case"
        ),
        pytest.param(
            "\ufeffcountry,note,price_per_part,currency\n\nGB,x, 0.0420 ,USD\n\n", id="bom-blanks"
        ),
    ],
)
def test_price_is_exact(tmp_path: Path, content: str) -> None:
    card = load(tmp_path, content)

    assert card.price("GB", 3) == Money(Decimal("0.1260"), "USD")
    assert card.price("FR", 1) is None


def test_without_a_card_nothing_has_a_price() -> None:
    assert rates.NO_RATES.price("GB", 1) is None


HEADER = "country,price_per_part,currency\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("country,price,currency\n", "no column named `price_per_part`", id="column"),
        pytest.param("country,country,price_per_part,currency\n", "two columns", id="twice"),
        pytest.param(HEADER + "UK,1,USD\n", "row 2, column country: 'UK'", id="uk"),
        pytest.param(HEADER + "GB,1,USD\nGB,2,USD\n", "row 3, column country", id="country-twice"),
        pytest.param(HEADER + 'GB,"0,04",USD\n', "column price_per_part: '0,04'", id="comma"),
        pytest.param(HEADER + "GB,-1,USD\n", "column price_per_part", id="negative"),
        pytest.param(HEADER + "GB,1e-2,USD\n", "column price_per_part", id="exponent"),
        pytest.param(HEADER + "GB,NaN,USD\n", "column price_per_part", id="nan"),
        pytest.param(HEADER + "GB,1,$\n", "column currency: '$'", id="currency"),
        pytest.param(
            HEADER + f'GB,"{"1" * 200_000}",USD\n', "cannot be read as CSV", id="an-endless-cell"
        ),
        pytest.param(HEADER + "GB\n", "column price_per_part: ''", id="short-line"),
        pytest.param(b"country,\xff", "UTF-8", id="no-utf-8"),
        pytest.param(HEADER + "x" * 200_000, "cannot be read as CSV", id="endless-field"),
        pytest.param("x" * 1_000_001, "UTF-8", id="huge"),
    ],
)
def test_bad_card_is_refused_with_file_row_and_column(
    tmp_path: Path, content: str | bytes, what: str
) -> None:
    with pytest.raises(errors.UsageError) as caught:
        load(tmp_path, content)

    assert what in caught.value.message
    assert "rates.csv" in caught.value.message
    assert caught.value.hint


def test_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="cannot be read"):
        rates.load_rate_card(tmp_path / "none.csv")


LEARNED = "country,price_per_part,currency,samples,low,high,last_charged\n"


def test_a_line_without_samples_was_typed_by_somebody(tmp_path: Path) -> None:
    card = load(tmp_path, LEARNED + "GB,0.04,USD,12,0.04,0.05,2026-06-01\nFR,0.06,USD,,,,\n")

    assert card.charges == {
        "GB": rates.Charges(
            samples=12, low=Decimal("0.04"), high=Decimal("0.05"), last_charged="2026-06-01"
        )
    }
    assert card.worst("FR", 2) == card.price("FR", 2)
    assert card.worst("DE", 1) is None


@pytest.mark.parametrize(
    ("cells", "what"),
    [("many,,,", "row 2, column samples: 'many'"), ("1,x,,", "row 2, column low: 'x'")],
)
def test_a_bad_cell_of_a_learned_card_is_named(tmp_path: Path, cells: str, what: str) -> None:
    with pytest.raises(errors.UsageError, match=what):
        load(tmp_path, f"{LEARNED}GB,0.04,USD,{cells}\n")


def test_confidence_says_how_much_of_a_list_rests_on_how_many_charges(tmp_path: Path) -> None:
    card = load(tmp_path, LEARNED + "GB,0.04,USD,120,,,\nFR,0.06,USD,3,,,\nDE,0.08,USD,,,,\n")

    found = rates.confidence(card, {"FR": 10, "GB": 80, "DE": 7, "US": 3})

    assert found == rates.Confidence(
        learned=(("GB", 120), ("FR", 3)),
        typed=("DE",),
        unpriced=("US",),
        parts_learned=90,
        parts=100,
    )


def test_a_cell_without_end_is_refused_however_much_csv_would_take(tmp_path: Path) -> None:
    before = csv.field_size_limit(1 << 24)
    try:
        with pytest.raises(errors.UsageError, match="a cell without end"):
            load(tmp_path, HEADER + f'GB,"{"1" * 200_000}",USD\n')
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    ("charged", "worst"),
    [
        pytest.param(None, "0.0800", id="never-charged"),
        pytest.param("0.0300", "0.0800", id="charged-less"),
        pytest.param("0.0500", "0.1000", id="charged-more"),
    ],
)
def test_the_worst_price_is_the_cards_or_what_was_charged(charged: str | None, worst: str) -> None:
    high = None if charged is None else Decimal(charged)
    card = rates.RateCard(
        {"GB": Money(Decimal("0.0400"), "USD")},
        {"GB": rates.Charges(samples=3, low=high, high=high)},
    )

    assert card.worst("GB", 2) == Money(Decimal(worst), "USD")


CHARGED = rates.Charges(
    samples=3, low=Decimal("0.0300"), high=Decimal("0.0500"), last_charged="2026-11-01"
)


@pytest.mark.parametrize(
    "card",
    [
        pytest.param(rates.NO_RATES, id="no-card"),
        pytest.param(rates.RateCard({"GB": Money(Decimal("0.0420"), "USD")}), id="typed"),
        pytest.param(
            rates.RateCard(
                {"GB": Money(Decimal("0.0400"), "USD"), "FR": Money(Decimal("1"), "EUR")},
                {"GB": CHARGED, "FR": rates.Charges(samples=1)},
            ),
            id="learned",
        ),
    ],
)
def test_a_packed_card_is_unpacked_to_the_last_digit(card: rates.RateCard) -> None:
    assert rates.unpack(rates.pack(card)) == card


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param("[]", id="a-list"),
        pytest.param('{"GB": ["1e999999999", "USD"]}', id="an-exponent"),
        pytest.param('{"GB": ["1", "U\\u0000D"]}', id="no-currency"),
        pytest.param('{"GB": ["1", "USD", 1]}', id="half-of-what-was-charged"),
        pytest.param('{"GB": ["1", "USD", 1, "x", "1", ""]}', id="no-number"),
        pytest.param('{"GB": 1}', id="no-price"),
        pytest.param("{", id="no-json"),
    ],
)
def test_what_was_never_packed_is_no_card(packed: str) -> None:
    with pytest.raises(ValueError):
        rates.unpack(packed)


@pytest.mark.parametrize(
    ("price", "shown"),
    [("0.042", "0.0420"), ("0.04201", "0.04201"), ("1", "1.0000")],
)
def test_a_price_is_shown_with_four_decimals_at_least(price: str, shown: str) -> None:
    assert rates.shown(Decimal(price)) == shown
