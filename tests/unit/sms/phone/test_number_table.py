"""Country and kind of whole columns of numbers, as libphonenumber has them one by one."""

from __future__ import annotations

import random

import phonenumbers
import polars as pl
import pytest

from bulksend.sms.phone import kinds, number_table, plans


@pytest.mark.parametrize(
    ("digits", "country", "kind"),
    [
        pytest.param("447400123456", "GB", kinds.TEXTED, id="britain"),
        pytest.param("447781123456", "GG", kinds.TEXTED, id="guernsey-shares-its-code"),
        pytest.param("447700900123", "GB", kinds.TEXTED, id="for-drama"),
        pytest.param("442079460123", "GB", "landline", id="a-landline"),
        pytest.param("448081570192", "GB", "toll_free", id="toll-free"),
        pytest.param("12024561111", "US", kinds.TEXTED, id="the-united-states"),
        pytest.param("88299990123", "", kinds.TEXTED, id="of-no-country"),
        pytest.param("0447400123456", None, None, id="a-zero-before-it"),
        pytest.param("4474001234567", None, None, id="a-digit-too-many"),
        pytest.param("44740012345", None, None, id="a-digit-too-few"),
        pytest.param("99999999999", None, None, id="a-code-that-nobody-has"),
        pytest.param("18446744073709551616", None, None, id="more-than-eight-bytes"),
        pytest.param("", None, None, id="nothing"),
        pytest.param(None, None, None, id="null"),
    ],
)
def test_a_number_has_its_country_and_kind(
    digits: str | None, country: str | None, kind: str | None
) -> None:
    column = number_table.countries_and_kinds(pl.Series([digits], dtype=pl.String))

    assert column.rows() == [(country, kind)]


def test_columns_and_single_numbers_agree() -> None:
    dice = random.Random(3)
    numbers = [
        phonenumbers.PhoneNumber(code, dice.randrange(10 ** (length - 1), 10**length))
        for code in (1, 7, 33, 44, 49, 61, 262, 590)
        for length in range(7, 12)
        for _ in range(30)
    ]
    digits = [f"{number.country_code}{number.national_number}" for number in numbers]

    column = number_table.countries_and_kinds(pl.Series(digits))

    for number, country, kind in zip(numbers, *column.get_columns(), strict=True):
        if country is not None:
            assert (plans.country_of(number), kinds.kind_of(number)) == (country, kind)
        elif not plans.is_fictional(number):
            assert not phonenumbers.is_valid_number(number)
