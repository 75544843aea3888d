"""Where a sender ID cannot go, and what other countries demand."""

from __future__ import annotations

import re

import pytest

from bulksend.sms import countries
from bulksend.sms.countries import Demand
from bulksend.sms.phone import parse as phone


@pytest.mark.parametrize("country", ["US", "CA", "PR"])
def test_north_america_takes_no_sender_id(country: str) -> None:
    assert "alphanumeric sender ID" in countries.refused()[country]


@pytest.mark.parametrize(
    ("country", "demand", "what"),
    [
        pytest.param("IN", Demand.REQUIRED, "DLT", id="india"),
        pytest.param("FR", Demand.REQUIRED, "OACP", id="france"),
        pytest.param("AU", Demand.REQUIRED, "ABN", id="australia"),
        pytest.param("SG", Demand.REQUIRED, "SSIR", id="singapore"),
        pytest.param("KR", Demand.REQUIRED, "template", id="korea"),
        pytest.param("GB", Demand.RECOMMENDED, "registering", id="uk"),
        pytest.param("BR", Demand.RECOMMENDED, "registering", id="brazil"),
    ],
)
def test_what_a_country_demands_is_named(country: str, demand: Demand, what: str) -> None:
    found = countries.countries()[country]

    assert found.demand is demand
    assert what in found.what


def test_every_fact_has_its_source_and_its_date() -> None:
    for country, it in countries.countries().items():
        assert country in phone.REGIONS
        assert it.source and it.name and it.what
        assert re.fullmatch(r"20\d\d-[01]\d", it.as_of)
