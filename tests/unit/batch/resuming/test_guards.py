"""What the journal keeps of the guards, and gives back."""

from __future__ import annotations

import json
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend import errors
from bulksend.batch.resuming import guards
from bulksend.batch.settings import Guards, Settings
from bulksend.contacts.layout import Layout
from bulksend.sms import rates
from tests.integration.test_journal import make_batch

EVERY = Guards(
    rate="4/min",
    max_in_flight=2,
    max_cost=Decimal("0.20"),
    rates=Path("/lists/rates.csv"),
    patience_s=30.0,
    again_after_s=0.0,
    not_texted_within_s=86400.0,
    suppress=(Path("/lists/a.csv"), Path("/lists/b.csv")),
    countries=("GB", "FR"),
    quiet_hours=(time(21), time(8)),
    quiet_days=("sun", "holidays"),
)


@pytest.mark.parametrize("name", sorted(EVERY.chosen))
def test_each_guard_comes_back_as_it_was(name: str) -> None:
    given = Guards(**{name: getattr(EVERY, name)})

    kept = json.loads(json.dumps(guards.pack(given)))

    assert guards.unpack(kept) == given
    assert guards.unpack(kept).chosen == {name}


def test_all_of_them_come_back_and_a_flag_weighs_more() -> None:
    own = guards.unpack(json.loads(json.dumps(guards.pack(EVERY))))

    assert own == EVERY
    assert Guards(max_cost=Decimal(1)).or_else(own).max_cost == 1
    assert Guards(max_cost=Decimal(1)).or_else(own).rate == "4/min"


def test_a_limit_is_for_one_run() -> None:
    assert guards.pack(Guards(limit=3)) == {}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["GB,0.0420,USD"], id="typed"),
        pytest.param(["GB,0.0420,USD", "FR,12,EUR", "IN,0.000000000001,USD"], id="several"),
        pytest.param([], id="empty"),
    ],
)
def test_a_rate_card_comes_back_as_it_was(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("\n".join(["country,price_per_part,currency", *lines]) + "\n")
    card = rates.load_rate_card(path)

    assert rates.unpack(rates.pack(card)) == card


def test_what_charges_taught_comes_back_as_well(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "country,price_per_part,currency,samples,low,high,last_charged\n"
        "GB,0.0420,USD,12,0.0400,0.0444,2026-11-20\nFR,0.0700,USD,3,,,\nDE,0.0800,EUR,,,,\n"
    )
    card = rates.load_rate_card(path)

    assert rates.unpack(rates.pack(card)) == card
    assert rates.unpack(rates.pack(card)).charges["GB"].high == Decimal("0.0444")


@pytest.mark.parametrize(
    "packed", ["", "[]", "7", '{"GB": 1}', '{"GB": ["x", "USD"]}', '{"GB": ["NaN", "USD"]}']
)
def test_what_is_no_card_is_none(packed: str) -> None:
    with pytest.raises(ValueError):
        rates.unpack(packed)


def test_a_path_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert guards.pack(Guards(rates=Path("rates.csv"))) == {"rates": str(tmp_path / "rates.csv")}


def test_guards_of_a_newer_version_are_passed_over() -> None:
    assert guards.unpack({"moon": "full", "rate": "1/s"}) == Guards(rate="1/s")


@pytest.mark.parametrize(
    "packed",
    [{"max_cost": "x"}, {"quiet_hours": ["25:00"]}, {"suppress": 3}, {"max_in_flight": "many"}],
)
def test_nonsense_is_refused(packed: dict[str, Any]) -> None:
    with pytest.raises((ArithmeticError, ValueError, TypeError, errors.UsageError)):
        guards.unpack(packed)


def test_what_was_said_of_the_file_is_kept_and_gives_way_to_a_flag() -> None:
    packed = Layout(encoding="cp1250", header_row=3).pack()

    assert packed == {"encoding": "cp1250", "header_row": 3}
    assert Layout().or_else(packed) == Layout(fallback_encoding="cp1250", header_row=3)
    assert Layout(header_row=2).or_else(packed).header_row == 2
    assert Layout().or_else(packed).pack() == packed


def test_a_batch_begun_anew_on_purpose_is_gone_on_with_as_such(tmp_path: Path) -> None:
    once, anew = Settings(contacts=tmp_path / "a.csv"), Settings(contacts=tmp_path / "b.csv")
    for settings, new_batch in ((once, False), (anew, True)):
        guards.begin(make_batch(), settings.orders, new_batch=new_batch).close()
    began_s = make_batch().created_at.timestamp()

    since_s = guards.of_batch(anew).anew_since_s

    assert guards.of_batch(once).anew_since_s is None
    assert since_s is not None and began_s < since_s <= began_s + 1
