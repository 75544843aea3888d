"""Rows that are left out on purpose: by country, or because their phone is suppressed.

Each rule looks at a frame of sendable rows (`row` UInt32, `to_e164`, `text` and `country` String)
and names those that it leaves out: `row` UInt32, `code` and `sentence` String.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from bulksend.errors import Code
from bulksend.frozen import frozen
from bulksend.sms.message import Status

SCHEMA = {"row": pl.UInt32, "code": pl.String, "sentence": pl.String}


class Rule(Protocol):
    """Whoever leaves rows out."""

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """row, code, sentence of those that are not to be sent, in row order."""


def none() -> pl.DataFrame:
    """Nobody is left out."""
    return pl.DataFrame(schema=SCHEMA)


def by_rules(composed: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """row, code, sentence of all rows that some rule leaves out; the first rule's word counts."""
    if not rules:
        return none()
    asked = composed.select("row", "to_e164", "text", "country")
    sendable = asked.filter(composed["status"] == str(Status.UNSENT))
    frames: list[pl.DataFrame] = []
    for rule in rules:
        left_out = rule.leave_out(sendable)
        if left_out.height:
            frames.append(left_out)
            sendable = sendable.join(left_out, on="row", how="anti", maintain_order="left")
    return pl.concat(frames).sort("row") if frames else none()


def mark(composed: pl.DataFrame, named: pl.DataFrame, status: Status) -> pl.DataFrame:
    """Composed rows, of which those that are named have this status, with code and sentence."""
    mine = within(composed, named)
    if not mine.height:
        return composed
    is_named = pl.col("code").is_not_null()
    return (
        composed.join(mine, on="row", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(is_named).then(pl.lit(str(status))).otherwise("status"),
            problem=pl.when(is_named).then("code").otherwise("problem"),
            problem_text=pl.when(is_named).then("sentence").otherwise("problem_text"),
        )
        .drop("code", "sentence")
    )


def within(composed: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Those of the named rows that lie between the first and the last of a frame."""
    if not composed.height or not named.height:
        return named.clear()
    return named.filter(pl.col("row").is_between(int(composed["row"][0]), int(composed["row"][-1])))


@frozen(kw_only=False)
class OnlyCountries:
    """Everybody elsewhere is left out."""

    #: ISO codes.
    countries: tuple[str, ...]

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Those of another country, or of none that is known."""
        elsewhere = ~pl.col("country").is_in(list(self.countries)).fill_null(value=False)
        named = ", ".join(self.countries)
        return sendable.filter(elsewhere).select(
            "row",
            code=pl.lit(str(Code.COUNTRY_EXCLUDED)),
            sentence=pl.format(
                "{} is not among the countries to be texted ({})",
                pl.col("country").fill_null("its country"),
                pl.lit(named),
            ),
        )
