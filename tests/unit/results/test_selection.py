"""Some of the rows, and why."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend import errors
from bulksend.results import reasons, selection

#: status, delivery_status, error_code, receipt_code
ROWS = [
    ("accepted", "delivered", None, None),
    ("accepted", "delivery_failed", None, "40001"),
    ("accepted", "delivery_failed", None, "40008"),
    ("accepted", "sending_failed", None, None),
    ("accepted", "expired", None, "40014"),
    ("accepted", "delivery_unconfirmed", None, None),
    ("accepted", "queued", None, None),
    ("accepted", None, None, None),
    ("accepted", "given_up", None, None),
    ("refused", None, "40300", None),
    ("refused", None, "40310", None),
    ("unknown", None, "no_reply", None),
    ("unsent", None, None, None),
    ("invalid", None, "phone_missing", None),
    ("skipped", None, "duplicate", None),
]


def frame() -> pl.DataFrame:
    columns = ("status", "delivery_status", "error_code", "receipt_code")
    schema = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(ROWS, schema=schema, orient="row").with_columns(
        row=pl.int_range(len(ROWS)), error=pl.lit("so it said")
    )


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("undelivered", [1, 2, 3, 4]),
        ("unconfirmed", [5]),
        ("waiting", [6, 7]),
        ("opted-out", [9]),
        ("landline", [1]),
        ("refused", [9, 10]),
        ("unknown", [11]),
        ("unsent", [12]),
        ("invalid", [13]),
        ("skipped", [14]),
        ("opted-out,landline", [1, 9]),
        ("undelivered, refused", [1, 2, 3, 4, 9, 10]),
        ("accepted", list(range(9))),
    ],
)
def test_each_word_means_its_rows(words, rows):
    selected = pl.concat(selection.select([frame(), frame().clear()], selection.parse(words)))

    assert selected["row"].to_list() == rows


@pytest.mark.parametrize("words", ["", ",", "delivered", "failed", "undelivered,nonsense"])
def test_a_word_that_means_nothing_is_refused_with_those_that_do(words):
    with pytest.raises(errors.UsageError) as refused:
        selection.parse(words)

    assert "undelivered" in refused.value.hint


def test_only_two_codes_ever_say_that_another_try_may_help():
    selected = pl.concat(selection.select([frame()], ("undelivered",)))

    assert selected["another_try"].to_list() == [
        "no",
        "may help, as a new text with a new charge",
        "no",
        "no",
    ]
    assert "landline" in selected["reason"][0]
    assert "not billed" in selected["reason"][3]


@pytest.mark.parametrize(("status", "delivery"), [row[:2] for row in ROWS if row[1] != "delivered"])
def test_every_row_without_a_text_has_a_reason(status, delivery):
    assert reasons.reason(status, "", "an error" if delivery is None else "", delivery or "")
