"""What is money in Telnyx's words, and what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bulksend.sms.message import Money
from bulksend.telnyx import reply_facts

PRICES = {
    **{"0.0400": "0.0400", "0": "0", "0.0000": "0.0000", "12": "12", "4E-2": "0.04"},
    **{"1e3": "1000", "999999999999": "999999999999", "1.": "1"},
}
NO_PRICES = [
    *("", " ", "-1", "-0", "+1", "NaN", "sNaN", "Infinity", "a lot", "0,04", "0_04", " 0.04"),
    *("0.04 USD", "1e999999", "1e13", "1e-400", "٠.٠٤", ".", "e3", "9" * 40, "0x10"),
]


@pytest.mark.parametrize(("written", "exact"), PRICES.items())
def test_a_price_is_exact(written: str, exact: str) -> None:
    assert reply_facts.money(written, "USD") == Money(Decimal(exact), "USD")


@pytest.mark.parametrize("written", NO_PRICES)
def test_what_is_no_price_is_none_of_nothing(written: str) -> None:
    assert reply_facts.money(written, "USD") is None
    assert reply_facts.amount(written) is None


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDT", "U$D", "ÜSD", "\x1b[3"])
def test_a_currency_has_three_letters(currency: str) -> None:
    assert reply_facts.money("0.04", currency) is None


@pytest.mark.parametrize("written", [True, None, 0.04, [], {}, b"1"])
def test_only_text_and_exact_numbers_are_amounts(written: object) -> None:
    assert reply_facts.amount(written) is None


def test_a_balance_may_be_less_than_nothing() -> None:
    assert reply_facts.amount("-3.50", signed=True) == Decimal("-3.50")
    assert reply_facts.amount("--3", signed=True) is None
