"""What the texts cost more than they need, to the part: made from the cost groups."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from bulksend.contacts import compose
from bulksend.estimate import characters, cost_groups, non_gsm
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.estimate.prices import Cost, cost_of
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms import countries, encoding, fix_text
from bulksend.sms.phone.kinds import WORDS, LineKind
from bulksend.sms.rates import RateCard

#: Replacements that a sentence names.
_SWAPS = 5


@frozen(kw_only=False)
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
        offers = list(self._offers())
        fixed = self._saved_by("fixed_parts")
        blamed = characters.Characters(
            self.table, self.first_rows, self.message_plan, self.rate_card, fixed
        ).findings()
        findings = [
            *self._not_texted(),
            *self._near_boundary(),
            *self._too_near(),
            *offers,
            *blamed,
        ]
        yield from sorted(findings, key=lambda finding: -(finding.parts or 0))

    def destinations(self) -> Iterator[Finding]:
        """What the countries of the batch demand, those first that insist."""
        rows_of = dict(self.table.group_by("country").agg(pl.col("rows").sum()).iter_rows())
        order = list(countries.Demand)
        mine = [rule for rule in countries.rules() if rule.country in rows_of]
        for rule in sorted(
            mine, key=lambda rule: (order.index(rule.demand), -rows_of[rule.country])
        ):
            groups = self.table.filter(pl.col("country") == rule.country)
            quiet = rule.demand is countries.Demand.QUIET
            yield Finding(
                code="quiet_hours" if quiet else f"registration_{rule.demand}",
                kind=Kind.REMARK,
                text=rule.text,
                rows=rows_of[rule.country],
                fix=f"{_keeping(rule)}see {rule.source.partition(': ')[0]} ({rule.as_of})",
                country=rule.country,
                **cost_of(groups.with_columns(saved="parts"), self.rate_card).fields,
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

    def _saved_by(self, name: str) -> Cost:
        """What texts cost more than with the parts in a column of `variants`."""
        return cost_of(self._cheaper(name), self.rate_card)

    def _cheaper(self, name: str) -> pl.DataFrame:
        saved = pl.col("parts").cast(pl.Int64) - pl.col(name).cast(pl.Int64)
        return self.table.with_columns(saved=saved).filter(pl.col("saved") != 0)

    def _offers(self) -> Iterator[Finding]:
        """What composing, fixing the text and smart encoding would save, each done by itself."""
        composed, fixed = (self._saved_by(f"{name}_parts") for name in ("composed", "fixed"))
        yield from self._separate_accents(
            composed, by_fix_text=composed.parts > 0 and composed == fixed
        )
        if fixed.parts > 0 and fixed != composed:
            yield self._offer(
                "fix_text",
                "fixed_parts",
                f"{Setting.FIX_TEXT} puts what means the same in GSM-7 into {self._own_words()}"
                f"{self._swaps()}",
                f"{Setting.FIX_TEXT} saves {_parts(fixed.parts)}",
            )
        smart = self._saved_by("smart_parts")
        if smart.parts > 0:
            yield self._offer(
                "smart_encoding",
                "smart_parts",
                "a messaging profile with smart encoding would replace characters in template and "
                "fields",
                f"turn it on in the profile and count with {Setting.SMART_ENCODING}: "
                f"{_parts(smart.parts)} fewer",
            )

    def _offer(self, code: str, name: str, text: str, fix: str) -> Finding:
        groups = self._cheaper(name)
        return Finding(
            code=code,
            kind=Kind.COST,
            text=text,
            rows=int(groups["rows"].sum()),
            first_rows=self._rows_of(groups),
            fix=fix,
            **cost_of(groups, self.rate_card).fields,
        )

    def _own_words(self) -> str:
        """Where texts come from, besides fields."""
        at = self.message_plan.text_column
        return "the template" if at is None else f"column `{self.message_plan.header.names[at]}`"

    def _swaps(self) -> str:
        """The first few of what `fix_text` replaces, for a sentence."""
        changes = fix_text.replacements(self.message_plan.source)
        swaps = {
            f"{change.was} → {change.becomes}": None
            for change in changes
            if change.was.isprintable() and change.becomes.strip()
        }
        shown = ", ".join(list(swaps)[:_SWAPS])
        return f" ({shown}{', …' if len(swaps) > _SWAPS else ''})" if shown else ""

    def _separate_accents(self, saved: Cost, *, by_fix_text: bool) -> Iterator[Finding]:
        groups = self.table.filter("composable")
        if not groups.height:
            return
        columns = self._accented_columns(groups)
        where = ", ".join(f"column `{name}`" for name in columns) or "the template"
        by = f", as {Setting.FIX_TEXT} does," if by_fix_text else ""
        yield Finding(
            code="separate_accents",
            kind=Kind.COST if saved.parts else Kind.REMARK,
            text=f"letters with separate accents in {where}, as Macs and PDFs write them; composed "
            f"(NFC){by} they read the same{_saving(saved.parts)}",
            rows=int(groups["rows"].sum()),
            first_rows=self._rows_of(groups),
            fix=f"{Setting.FIX_TEXT} composes them"
            if by_fix_text
            else "save the source with composed letters (NFC)",
            column=columns[0] if len(columns) == 1 else "",
            **saved.fields,
        )

    def _accented_columns(self, groups: pl.DataFrame) -> list[str]:
        names = non_gsm.remainder_names(self.message_plan)
        pairs = zip(names, non_gsm.sources(self.message_plan), strict=False)
        accent = non_gsm.COMBINING.pattern
        return [source.name for name, source in pairs if groups[name].str.contains(accent).any()]

    def _too_near(self) -> Iterator[Finding]:
        """Ten parts by Telnyx's formula, and perhaps eleven on the air."""
        groups = self.table.filter(pl.col("parts_max") > encoding.MAX_PARTS)
        if groups.height:
            yield Finding(
                code="near_ten_parts",
                kind=Kind.REMARK,
                text=f"{encoding.MAX_PARTS} parts by Telnyx's formula, and "
                f"{encoding.MAX_PARTS + 1} as networks may pack them, which is more than it takes",
                rows=int(groups["rows"].sum()),
                first_rows=self._rows_of(groups),
                fix="shorten the text by a few characters",
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


def _saving(count: int) -> str:
    return f" and save {_parts(count)}" if count else ""


def _parts(count: int) -> str:
    return f"{count:,} {'part' if count == 1 else 'parts'}"


def _keeping(rule: countries.CountryRule) -> str:
    """How to keep quiet hours, which bind marketing and no reminder of an appointment."""
    hours, _, days = rule.quiet.partition(" ")
    if not hours:
        return ""
    and_days = f" {Setting.QUIET_DAYS.to(days)}" if days else ""
    return f"{Setting.QUIET_HOURS.to(hours)}{and_days} keeps to it; "
