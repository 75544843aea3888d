"""Where a sender ID cannot go, what other countries demand, and how old that is."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bulksend.sms import countries
from bulksend.sms.countries import CountryRule, Demand
from bulksend.sms.phone import parse as phone


def rule(country: str, demand: Demand) -> CountryRule:
    (one,) = (it for it in countries.rules() if (it.country, it.demand) == (country, demand))
    return one


@pytest.mark.parametrize("country", ["US", "CA", "PR"])
def test_north_america_takes_no_sender_id(country: str) -> None:
    assert "alphanumeric sender ID" in countries.refused()[country]


@pytest.mark.parametrize(
    ("country", "demand", "what"),
    [
        pytest.param("IN", Demand.REQUIRED, "DLT", id="india"),
        pytest.param("FR", Demand.REQUIRED, "OACP", id="france"),
        pytest.param("FR", Demand.QUIET, "Sundays", id="france-at-night"),
        pytest.param("AU", Demand.REQUIRED, "ABN", id="australia"),
        pytest.param("AU", Demand.REPLACED, "since 1 July 2026", id="australia-shows-another"),
        pytest.param("SG", Demand.REQUIRED, "SSIR", id="singapore"),
        pytest.param("KR", Demand.REQUIRED, "template", id="korea"),
        pytest.param("ES", Demand.REQUIRED, "since 15 September 2026", id="spain"),
        pytest.param("IE", Demand.REQUIRED, "ComReg", id="ireland"),
        pytest.param("GB", Demand.RECOMMENDED, "registering", id="uk"),
        pytest.param("BR", Demand.RECOMMENDED, "registering", id="brazil"),
    ],
)
def test_what_a_country_demands_is_named(country: str, demand: Demand, what: str) -> None:
    assert what in rule(country, demand).text


def test_every_fact_has_its_source_and_its_date() -> None:
    for it in countries.rules():
        assert it.country in phone.REGIONS
        assert it.name and it.what and it.source
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", it.as_of)


def test_no_country_demands_the_same_twice() -> None:
    pairs = [(it.country, it.demand) for it in countries.rules()]

    assert len(pairs) == len(set(pairs))


def test_quiet_hours_are_written_as_options_take_them() -> None:
    clock = r"[0-2]\d:[0-5]\d"
    for it in countries.rules():
        wanted = rf"{clock}-{clock}( [a-z,]+)?" if it.demand is Demand.QUIET else ""

        assert re.fullmatch(wanted, it.quiet)


def test_facts_grow_old() -> None:
    assert countries.older_than(date(2026, 4, 30), 6) == ()
    assert {it.as_of for it in countries.older_than(date(2026, 10, 1), 6)} == {"2026-04"}
    assert len(countries.older_than(date(2030, 1, 1), 6)) == len(countries.rules())
