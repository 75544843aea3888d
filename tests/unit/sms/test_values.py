"""Sender IDs, rate cards, statuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.sms import rates, sender
from bulksend.sms.message import TRANSITIONS, Money, Status, advance, idempotency_key


@pytest.mark.parametrize("text", ["MyCompany", "A", "Shop 24", "12345678901"[:10] + "a"])
def test_a_sender_id_is_taken(text: str) -> None:
    assert sender.parse_sender(text) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no characters"),
        ("TwelveLetter", "12 characters"),
        ("12345", "no letter"),
        ("My-Shop", "-"),
        (" Shop", "space"),
        ("Café", "é"),
    ],
)
def test_a_wrong_sender_id_says_what_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(errors.UsageError, match=fault):
        sender.parse_sender(text)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_a_status_changes_only_by_the_table(status: Status, to: Status) -> None:
    if to in TRANSITIONS[status]:
        assert advance(status, to) is to
    else:
        with pytest.raises(errors.BadTransition):
            advance(status, to)


def test_an_idempotency_key_names_batch_row_and_claim() -> None:
    assert idempotency_key("b" * 32, 42, 1) == f"{'b' * 32}-42-1"


def test_a_rate_card_prices_exactly(tmp_path: Path) -> None:
    card = tmp_path / "rates.csv"
    card.write_text("Country;Price_per_part;Currency\ngb;0.0420;usd\nFR;0.065;EUR\n")

    loaded = rates.load_rate_card(card)

    assert loaded.price("GB", 3) == Money(Decimal("0.1260"), "USD")
    assert loaded.price("FR", 1) == Money(Decimal("0.065"), "EUR")
    assert loaded.price("DE", 1) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("country,price_per_part,currency\nUK,0.04,USD\n", ["row 2", "country", "GB"]),
        ("country,price_per_part,currency\nGB,cheap,USD\n", ["row 2", "price_per_part"]),
        ("country,price_per_part,currency\nGB,0.04,dollars\n", ["row 2", "currency"]),
        ("country,price\nGB,0.04\n", ["price_per_part"]),
        ("country,price_per_part,currency\nGB,1,USD\nGB,2,USD\n", ["row 3", "second time"]),
        ("", ["empty"]),
    ],
)
def test_a_wrong_rate_card_names_row_and_column(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    card = tmp_path / "rates.csv"
    card.write_text(text)

    with pytest.raises(errors.UsageError) as caught:
        rates.load_rate_card(card)

    for name in names:
        assert name in caught.value.message
