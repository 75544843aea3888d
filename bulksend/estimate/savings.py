"""What the texts cost more than they need, to the part: made from the lines of the bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bulksend.contacts import compose
from bulksend.estimate import characters
from bulksend.estimate import cost_groups as lines
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.estimate.prices import cost_of
from bulksend.sms import destinations
from bulksend.sms.rates import RateCard


@dataclass(frozen=True, slots=True)
class Savings:
    """Lines with their rows, and what is needed to speak about them."""

    #: As `lines.Lines.table`, and `rows`: those that are sent.
    table: pl.DataFrame
    #: line, row.
    first_rows: pl.DataFrame
    message_plan: compose.MessagePlan
    rate_card: RateCard

    def findings(self) -> Iterator[Finding]:
        """What costs parts, most parts first."""
        blamed = characters.Characters(
            self.table, self.first_rows, self.message_plan, self.rate_card
        ).findings()
        found = [*self._landlines(), *self._near_boundary(), *blamed]
        yield from sorted(found, key=lambda it: -(it.parts or 0))

    def destinations(self) -> Iterator[Finding]:
        """What the countries of the batch demand, those first that insist."""
        known = destinations.destinations()
        by_country = self.table.group_by("country").agg(pl.col("rows").sum()).iter_rows()
        found = [(known[country], rows) for country, rows in by_country if country in known]
        for it, rows in sorted(found, key=lambda it: (it[0].demand != "required", -it[1])):
            mine = self.table.filter(pl.col("country") == it.country).with_columns(saved="parts")
            yield Finding(
                code=f"registration_{it.demand}",
                kind=Kind.REMARK,
                text=f"{it.name}: {it.what}",
                rows=rows,
                cure=f"see {it.source} ({it.as_of})",
                country=it.country,
                **cost_of(mine, self.rate_card).fields,
            )

    def _rows_of(self, mine: pl.DataFrame) -> tuple[int, ...]:
        """The first rows of some lines."""
        rows = self.first_rows.join(mine, on="line", how="semi")["row"]
        return tuple(rows.sort().head(FIRST_ROWS))

    def _landlines(self) -> Iterator[Finding]:
        mine = self.table.filter("landline")
        if not mine.height:
            return
        cost = cost_of(mine.with_columns(saved="parts"), self.rate_card)
        yield Finding(
            code="landline",
            kind=Kind.COST,
            text="a fixed line by its numbering plan; a text will hardly arrive there",
            rows=int(mine["rows"].sum()),
            first_rows=self._rows_of(mine),
            cure="ask for a mobile number, or delete the rows",
            column=self.message_plan.header.names[self.message_plan.to_column],
            **cost.fields,
        )

    def _near_boundary(self) -> Iterator[Finding]:
        mine = self.table.filter(pl.col("over") > 0)
        if not mine.height:
            return
        by_units = [
            int(mine.filter(pl.col("over") <= it)["rows"].sum())
            for it in range(1, lines.OVER_MAX + 1)
        ]
        cost = cost_of(mine.with_columns(saved=pl.lit(1)), self.rate_card)
        said = ", ".join(f"{it:,} by {units}" for units, it in enumerate(by_units, 1))
        yield Finding(
            code="near_boundary",
            kind=Kind.COST,
            text="1 to 3 characters over the end of a part; texts shorter by so much save a part "
            f"each: {said}",
            rows=by_units[-1],
            first_rows=self._rows_of(mine),
            cure="shorten the text by 3 characters",
            **cost.fields,
        )
