"""The figures of a report: one pass over the results, whatever their number, into small tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from bulksend.errors import LEFT_OUT, TEXT_FOR, Code
from bulksend.frozen import frozen
from bulksend.results import selection
from bulksend.sms.message import Status
from bulksend.telnyx.receipts import FAILED, DeliveryStatus

#: Rows named for each reason, and people named in all.
_ROWS_NAMED, PEOPLE_MAX = 5, 300
#: Up to how many seconds a delivery counts in which line; the last has no end.
WITHIN_S = ((5, "5 seconds"), (15, "15 seconds"), (60, "a minute"), (300, "5 minutes"))
_LATER = "later"
_TEXTED_NOT = frozenset({Status.REFUSED, Status.UNKNOWN, Status.UNSENT})
_LEFT_OUT = frozenset({Status.INVALID, Status.SKIPPED})


@dataclass(slots=True)
class Country:
    """What was sent to one country."""

    accepted: int = 0
    delivered: int = 0
    parts: int = 0
    #: The last word on the cost, by currency.
    cost: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Why:
    """Rows that ended alike without a text, or without knowing of one."""

    rows: int = 0
    first_rows: list[int] = field(default_factory=list)


@frozen
class Person:
    """Somebody who has not got it."""

    row: int
    phone: str
    reason: str
    another_try: str


@dataclass(slots=True)
class Figures:
    """What passed by."""

    by_country: dict[str, Country] = field(default_factory=dict)
    #: By reason and whether another try can help: who was to be texted and was not.
    not_texted: dict[tuple[str, str], Why] = field(default_factory=dict)
    #: By reason: who was left out.
    left_out: dict[tuple[str, str], Why] = field(default_factory=dict)
    #: Requests by the second they were made in, since 1970.
    per_second: Counter[int] = field(default_factory=Counter)
    #: Deliveries by `WITHIN_S`.
    within: Counter[str] = field(default_factory=Counter)
    people: list[Person] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Some more joined rows, as `csv_writer.join` makes them. Raises ArithmeticError."""
        self._add_countries(frame)
        self._add_moments(frame)
        missed = (pl.col("status").is_in([str(status) for status in _TEXTED_NOT])) | (
            pl.col("delivery_status").is_in([*map(str, FAILED), str(DeliveryStatus.GIVEN_UP)])
        )
        self._add_reasons(self.not_texted, frame.filter(missed), people=True)
        out = frame.filter(pl.col("status").is_in([str(status) for status in _LEFT_OUT]))
        self._add_reasons(self.left_out, out, people=False)

    def _add_countries(self, frame: pl.DataFrame) -> None:
        alike = (
            frame.filter(pl.col("status").is_in([str(Status.ACCEPTED)]))
            .group_by(
                pl.col("country").fill_null(""),
                pl.col("delivery_status").is_in([str(DeliveryStatus.DELIVERED)]).fill_null(False),
                pl.coalesce("final_cost", "cost").alias("cost"),
                pl.col("currency").fill_null(""),
            )
            .agg(pl.len(), pl.col("parts").cast(pl.UInt64).sum())
        )
        for country, delivered, cost, currency, rows, parts in alike.iter_rows():
            line = self.by_country.setdefault(country, Country())
            line.accepted += rows
            line.delivered += rows if delivered else 0
            line.parts += parts or 0
            if cost is not None:
                before = line.cost.get(currency, Decimal(0))
                line.cost[currency] = before + Decimal(cost) * rows

    def _add_moments(self, frame: pl.DataFrame) -> None:
        asked = _seconds("claimed_at")
        for second, rows in frame.select(asked).drop_nulls().to_series().value_counts().iter_rows():
            self.per_second[second] += rows
        took = frame.select(_seconds("delivered_at") - asked).drop_nulls().to_series()
        for seconds, rows in took.value_counts().iter_rows():
            line = next((name for limit, name in WITHIN_S if seconds <= limit), _LATER)
            self.within[line] += rows

    def _add_reasons(
        self, table: dict[tuple[str, str], Why], frame: pl.DataFrame, *, people: bool
    ) -> None:
        if not frame.height:
            return
        shown = selection.with_reasons(frame).with_columns(_alike())
        ends = shown.group_by("reason", "another_try", maintain_order=True).agg(
            pl.len().alias("rows"), pl.col("row").head(_ROWS_NAMED)
        )
        for reason, another_try, rows, first_rows in ends.iter_rows():
            why = table.setdefault((reason, another_try), Why())
            why.rows += rows
            why.first_rows += first_rows[: _ROWS_NAMED - len(why.first_rows)]
        if people and len(self.people) < PEOPLE_MAX:
            columns = ("row", "to_e164", "reason", "another_try")
            some = shown.select(columns).head(PEOPLE_MAX - len(self.people))
            self.people += [
                Person(row=row, phone=phone or "", reason=reason, another_try=another_try)
                for row, phone, reason, another_try in some.iter_rows()
            ]


def add_up(frames: Iterable[pl.DataFrame]) -> Figures:
    """The figures of joined rows. Raises ArithmeticError for a cost that is no amount."""
    figures = Figures()
    for frame in frames:
        figures.add(frame)
    return figures


def buckets(per_second: Counter[int], most: int = 60) -> tuple[int, Sequence[int]]:
    """Seconds of a bucket, and requests in each, from the first request to the last."""
    if not per_second:
        return 1, ()
    first, last = min(per_second), max(per_second)
    width = max(-(-(last - first + 1) // most), 1)
    counts = [0] * ((last - first) // width + 1)
    for second, requests in per_second.items():
        counts[(second - first) // width] += requests
    return width, counts


def _alike() -> pl.Expr:
    """One reason for all rows left out by one rule; each row's own names another row or file."""
    codes = [str(code) for code in (*LEFT_OUT, Code.DUPLICATE)]
    general = [TEXT_FOR[Code(code)] for code in codes]
    own = pl.col("reason")
    rule = pl.col("error_code").replace_strict(codes, general, default=None, return_dtype=pl.String)
    is_left_out = pl.col("status").is_in([str(status) for status in _LEFT_OUT])
    return pl.when(is_left_out).then(pl.coalesce(rule, own)).otherwise(own).alias("reason")


def _seconds(name: str) -> pl.Expr:
    """A moment as the results write it, in whole seconds since 1970."""
    moment = pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", strict=False)
    return moment.dt.epoch("s")
