"""The figures of a report, gathered while the rows pass by."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import polars as pl
import pytest

from bulksend.results import figures

COLUMNS = (
    *("row", "status", "country", "delivery_status", "parts", "cost", "final_cost", "currency"),
    *("claimed_at", "delivered_at", "error_code", "receipt_code", "error", "to_e164"),
)


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    schema = dict.fromkeys(COLUMNS, pl.String) | {"row": pl.UInt32, "parts": pl.UInt8}
    usual = {
        "row": 2,
        "status": "accepted",
        "country": "GB",
        "delivery_status": "delivered",
        "parts": 1,
        "cost": "0.0420",
        "final_cost": "0.0444",
        "currency": "USD",
        "claimed_at": "2026-11-27T05:00:00.000Z",
        "delivered_at": "2026-11-27T05:00:03.000Z",
        "to_e164": "+447911000001",
    }
    return pl.DataFrame([dict.fromkeys(COLUMNS) | usual | row for row in rows], schema=schema)


def test_countries_add_up_with_the_last_word_on_the_cost():
    totals = figures.add_up(
        [frame({}, {"final_cost": None, "delivery_status": "sent"}), frame({"country": None})]
    )

    britain = totals.by_country["GB"]
    assert (britain.accepted, britain.delivered, britain.parts) == (2, 1, 2)
    assert britain.cost == {"USD": Decimal("0.0864")}
    assert totals.by_country[""].accepted == 1


def test_who_was_not_texted_is_counted_by_reason_and_the_first_rows_are_named():
    lost = {"delivery_status": "delivery_failed", "receipt_code": "40001", "delivered_at": None}
    totals = figures.add_up(
        [frame(*({**lost, "row": row} for row in range(2, 9))), frame({"status": "skipped"})]
    )

    (why,) = totals.not_texted.values()
    assert (why.rows, why.first_rows) == (7, [2, 3, 4, 5, 6])
    assert len(totals.people) == 7
    assert sum(why.rows for why in totals.left_out.values()) == 1


def test_rows_left_out_by_one_rule_are_one_line_whatever_row_they_name():
    gathered = figures.add_up(
        [
            frame(
                *(
                    {"status": "skipped", "error_code": "duplicate", "row": row, "error": f"{row}"}
                    for row in (5, 6, 7)
                ),
                {"status": "invalid", "error_code": "phone_missing", "error": "no phone number"},
            )
        ]
    )

    assert sorted(why.rows for why in gathered.left_out.values()) == [1, 3]


@pytest.mark.parametrize(
    ("delivered_at", "line"),
    [("05:00:05", "5 seconds"), ("05:00:40", "a minute"), ("07:00:00", "later")],
)
def test_deliveries_are_counted_by_how_long_they_took(delivered_at, line):
    totals = figures.add_up([frame({"delivered_at": f"2026-11-27T{delivered_at}.000Z"})])

    assert totals.within == {line: 1}


@pytest.mark.parametrize(
    ("seconds", "width", "counts"),
    [
        pytest.param({}, 1, [], id="nothing-was-asked"),
        pytest.param({10: 3}, 1, [3], id="one-second"),
        pytest.param({10: 3, 12: 1}, 1, [3, 0, 1], id="a-pause"),
        pytest.param({0: 1, 599: 2}, 10, [1, *[0] * 58, 2], id="ten-minutes"),
    ],
)
def test_the_pace_is_shown_in_at_most_sixty_columns(seconds, width, counts):
    shown_s, shown = figures.buckets(Counter(seconds))

    assert (shown_s, list(shown)) == (width, counts)
