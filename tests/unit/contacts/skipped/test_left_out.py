"""Rows that a rule leaves out: named with their reason, and nobody else."""

from __future__ import annotations

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.sms.message import Status


def composed(*rows: tuple[int, str, str | None]) -> pl.DataFrame:
    """row, to_e164, country of sendable rows."""
    frame = pl.DataFrame(
        rows,
        schema={"row": pl.UInt32, "to_e164": pl.String, "country": pl.String},
        orient="row",
    )
    nothing = pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        text=pl.lit("Hi"),
        status=pl.lit(str(Status.UNSENT)),
        problem=nothing,
        problem_text=nothing,
    )


FRAME = composed((2, "+447400000001", "GB"), (3, "+33612345678", "FR"), (4, "+447400000002", "GB"))


def test_only_the_named_countries_are_texted() -> None:
    named = left_out.by_rules(FRAME, [left_out.OnlyCountries(("GB", "IE"))])

    assert named.select("row", "code").rows() == [(3, "country_excluded")]
    assert "FR" in named["sentence"][0]
    assert "GB, IE" in named["sentence"][0]


def test_a_phone_whose_country_is_not_known_is_not_among_the_named() -> None:
    frame = composed((2, "+8835100", None))

    named = left_out.by_rules(frame, [left_out.OnlyCountries(("GB",))])

    assert named["row"].to_list() == [2]


def test_the_first_rule_that_leaves_a_row_out_gives_the_reason() -> None:
    first, second = left_out.OnlyCountries(("FR",)), left_out.OnlyCountries(("IE",))

    named = left_out.by_rules(FRAME, [first, second])

    assert [("among the countries to be texted (FR)" in it) for it in named["sentence"]] == [
        True,
        False,
        True,
    ]


def test_rows_that_are_left_out_are_skipped_and_the_others_stay_as_they_are() -> None:
    named = left_out.by_rules(FRAME, [left_out.OnlyCountries(("GB",))])

    marked = left_out.mark(FRAME, named, Status.SKIPPED)

    assert marked.select("row", "status", "problem").rows() == [
        (2, "unsent", None),
        (3, "skipped", "country_excluded"),
        (4, "unsent", None),
    ]
    assert marked.columns == FRAME.columns


def test_rows_that_are_no_messages_are_asked_of_no_rule() -> None:
    invalid = FRAME.with_columns(status=pl.lit(str(Status.INVALID)))

    assert not left_out.by_rules(invalid, [left_out.OnlyCountries(("DE",))]).height


def test_nobody_is_left_out_without_a_rule() -> None:
    assert not left_out.by_rules(FRAME, []).height
    assert left_out.mark(FRAME, left_out.none(), Status.SKIPPED) is FRAME
