"""What the numbering plans say, where they say nothing."""

from __future__ import annotations

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
