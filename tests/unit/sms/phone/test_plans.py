"""What the numbering plans say, where they say nothing."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.sms.phone import plans


@pytest.mark.parametrize(
    ("region", "begins"),
    [
        pytest.param("GB", True, id="a-zero-that-spreadsheets-take"),
        pytest.param("FR", True, id="also-in-france"),
        pytest.param("ES", False, id="none-in-spain"),
        pytest.param("AQ", False, id="no-mobile-numbers-at-all"),
    ],
)
def test_mobile_numbers_of_a_country_begin_with_a_zero_or_not(region: str, begins: bool) -> None:
    assert plans.begins_with_zero(region) is begins


@pytest.mark.parametrize(
    ("number", "country"),
    [
        pytest.param("447400123456", "GB", id="britain"),
        pytest.param("447781123456", "GG", id="guernsey-shares-its-code"),
        pytest.param("12024561111", "US", id="the-united-states"),
        pytest.param("14165550123", "CA", id="canada-shares-its-code"),
        pytest.param("19999999999", "", id="nobody-of-those-who-share-the-code"),
    ],
)
def test_a_number_belongs_to_the_first_country_whose_plan_has_it(number: str, country: str) -> None:
    assert plans.countries(pl.Series([number])).to_list() == [country]
