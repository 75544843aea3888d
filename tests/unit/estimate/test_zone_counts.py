"""Rows counted by the time zones of their phones; nobody is left out by it."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.estimate.zone_counts import ZoneCounts


def sendable(phones: dict[str, list[str]]) -> pl.DataFrame:
    rows = [(country, phone) for country, each in phones.items() for phone in each]
    return pl.DataFrame(rows, schema={"country": pl.String, "to_e164": pl.String}, orient="row")


def test_rows_of_every_country_are_counted_and_left_in() -> None:
    counts = ZoneCounts()
    french = [f"+3361234{number:04}" for number in range(1_000)]

    left_out = counts.leave_out(sendable({"FR": french, "US": ["+12125551234", "+14155551234"]}))
    counts.leave_out(sendable({"FR": french[:7]}))

    assert left_out.height == 0
    rows = {(group.country, group.zones): group.rows for group in counts.groups()}
    assert rows == {
        ("FR", ("Europe/Paris",)): pytest.approx(1_007),
        ("US", ("America/New_York",)): pytest.approx(1),
        ("US", ("America/Los_Angeles",)): pytest.approx(1),
    }


def test_nobody_is_counted_where_there_is_nobody() -> None:
    counts = ZoneCounts()
    counts.leave_out(sendable({}))

    assert counts.groups() == ()
