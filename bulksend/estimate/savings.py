"""What the texts cost more than they need, to the part: made from the cost groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bulksend.contacts import compose
from bulksend.estimate import characters, cost_groups
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.estimate.prices import cost_of
from bulksend.sms import countries
from bulksend.sms.phone.kinds import WORDS, LineKind
from bulksend.sms.rates import RateCard


@dataclass(frozen=True, slots=True)
class Savings:
    """Cost groups with their rows, and what is needed to speak about them."""

    #: As `cost_groups.CostGroups.table`, and `rows`: those that are sent.
    table: pl.DataFrame
    #: group, row.
    first_rows: pl.DataFrame
    message_plan: compose.MessagePlan
    rate_card: RateCard

    def findings(self) -> Iterator[Finding]:
        """What costs parts, most parts first."""
        blamed = characters.Characters(
            self.table, self.first_rows, self.message_plan, self.rate_card
        ).findings()
        found = [*self._not_texted(), *self._near_boundary(), *blamed]
        yield from sorted(found, key=lambda finding: -(finding.parts or 0))

    def destinations(self) -> Iterator[Finding]:
        """What the countries of the batch demand, those first that insist."""
        known = countries.countries()
        by_country = self.table.group_by("country").agg(pl.col("rows").sum()).iter_rows()
        found = [(known[country], rows) for country, rows in by_country if country in known]
        for destination, rows in sorted(
            found, key=lambda destination: (destination[0].demand != "required", -destination[1])
        ):
            mine = self.table.filter(pl.col("country") == destination.country).with_columns(
                saved="parts"
            )
            yield Finding(
                code=f"registration_{destination.demand}",
                kind=Kind.REMARK,
                text=f"{destination.name}: {destination.what}",
                rows=rows,
                fix=f"see {destination.source} ({destination.as_of})",
                country=destination.country,
                **cost_of(mine, self.rate_card).fields,
            )

    def _rows_of(self, mine: pl.DataFrame) -> tuple[int, ...]:
        """The first rows of some cost groups."""
        rows = self.first_rows.join(mine, on="group", how="semi")["row"]
        return tuple(rows.sort().head(FIRST_ROWS))

    def _not_texted(self) -> Iterator[Finding]:
        """Lines that no text reaches, by their kind."""
        for kind in LineKind:
            groups = self.table.filter(pl.col("line_kind") == str(kind))
            if not groups.height:
                continue
            cost = cost_of(groups.with_columns(saved="parts"), self.rate_card)
            yield Finding(
                code=str(kind),
                kind=Kind.COST,
                text=f"{WORDS[kind]} by its numbering plan; a text will hardly arrive there",
                rows=int(groups["rows"].sum()),
                first_rows=self._rows_of(groups),
                fix="ask for a mobile number, or delete the rows",
                column=self.message_plan.header.names[self.message_plan.to_column],
                **cost.fields,
            )

    def _near_boundary(self) -> Iterator[Finding]:
        mine = self.table.filter(pl.col("over") > 0)
        if not mine.height:
            return
        by_units = [
            int(mine.filter(pl.col("over") <= units)["rows"].sum())
            for units in range(1, cost_groups.OVER_MAX + 1)
        ]
        cost = cost_of(mine.with_columns(saved=pl.lit(1)), self.rate_card)
        counted = ", ".join(f"{count:,} by {units}" for units, count in enumerate(by_units, 1))
        yield Finding(
            code="near_boundary",
            kind=Kind.COST,
            text="1 to 3 characters over the end of a part; texts shorter by so much save a part "
            f"each: {counted}",
            rows=by_units[-1],
            first_rows=self._rows_of(mine),
            fix="shorten the text by 3 characters",
            **cost.fields,
        )
