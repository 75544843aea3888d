"""What single characters cost: which of them make texts UTF-16, and what that costs, to the part.

Parts as they are minus parts as they would be: with the character replaced by what means the same,
or, where nothing does, without it; in a field that is counted only where it alone makes the text
UTF-16, since nobody leaves a letter out of a name. Each
is computed alone, then all together: of two different curly quotes neither costs anything alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from bulksend.contacts import compose
from bulksend.estimate import non_gsm
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.estimate.prices import Cost, cost_of
from bulksend.setting_names import Setting
from bulksend.sms import encoding, template
from bulksend.sms.rates import RateCard

#: The source of the template's own characters.
_TEMPLATE = -1
#: Characters named one by one; the rest is in what they cost together.
_MOST = 50
_POSITIONS = 20
_UNITS = ("token_units", "after_16", "after_7")
_LOST = "\ufffd"
_INSTEAD_WORDS = {"": "nothing", "\n": "a line feed", "{": "`{{`", "}": "`}}`"}


class Characters:
    """The characters outside GSM-7 in cost groups."""

    def __init__(
        self,
        table: pl.DataFrame,
        first_rows: pl.DataFrame,
        message_plan: compose.MessagePlan,
        rate_card: RateCard,
        fixed: Cost,
    ) -> None:
        #: What `fix_text` saves, to be offered where a finding saves just that.
        self._fixed = fixed
        self._wide = table.filter(pl.col("encoding") == encoding.UTF_16)
        self._first_rows, self._message_plan, self._rate_card = first_rows, message_plan, rate_card
        self._placeholder_columns = non_gsm.sources(message_plan)
        self._positions: dict[str, list[int]] = {}
        for at, character in template.own_characters(message_plan.source):
            self._positions.setdefault(character, []).append(at)

    def findings(self) -> Iterator[Finding]:
        """Each character alone, then those of one source together, then all."""
        if not self._wide.height:
            return
        counted = self._occurrences()
        yield from self._scripts(counted.filter("essential"))
        combining = pl.col("key").str.contains(non_gsm.COMBINING.pattern)
        loose = counted.filter(~pl.col("essential") & ~combining)
        alone = self._without(loose, ["source", "key"])
        by_itself = pl.col("replaceable") | pl.col("pushed") | (pl.col("source") == _TEMPLATE)
        yield from self._each(
            alone.with_columns(saved=pl.when(by_itself).then("saved").otherwise(0))
        )
        yield from self._together(counted, loose)

    def _occurrences(self) -> pl.DataFrame:
        """group, source, key: the units they are and would be; whether `essential`: letters of the
        script that more than half of a text is written in cannot be left out of it.
        """
        whole = pl.concat([self._in_template(), *self._in_places()])
        tokens = whole.join(non_gsm.lookup(whole["token"]), on="token")
        return (
            tokens.with_columns(pl.col(name) * pl.col("count") for name in _UNITS)
            .group_by("group", "source", "key", "replaceable", "script")
            .agg(pl.col(_UNITS).sum())
            .join(self._wide.select("group", "units"), on="group")
            .with_columns(
                essential=pl.col("script")
                & (pl.col("token_units").sum().over("group", "key") * 2 > pl.col("units")),
                all_units=pl.col("token_units").sum().over("group"),
            )
            .drop("units")
        )

    def _in_template(self) -> pl.DataFrame:
        """group, source, token, count: the template's own, which are in every text."""
        own = [
            non_gsm.remainder(non_gsm.own_words(self._message_plan, as_given=as_given))
            for as_given in (False, True)
        ]
        counted = (
            pl.DataFrame({"own": own, "as_given": [False, True]})
            .select("as_given", token=non_gsm.tokens(pl.col("own")))
            .explode("token")
            .drop_nulls()
            .group_by("as_given", "token")
            .agg(count=pl.len().cast(pl.Int64))
        )
        return (
            self._wide.select("group", "as_given")
            .join(counted, on="as_given")
            .select("group", pl.lit(_TEMPLATE, dtype=pl.Int32).alias("source"), "token", "count")
        )

    def _in_places(self) -> Iterator[pl.DataFrame]:
        """The same of each column."""
        if self._message_plan.template is None:
            yield from self._in_fields()
        names = non_gsm.remainder_names(self._message_plan)
        for at, place in enumerate(self._placeholder_columns[: len(names)]):
            mine = self._wide.select("group", cell=f"r{at}").filter(pl.col("cell") != "")
            yield (
                mine.select("group", token=non_gsm.tokens(pl.col("cell")))
                .explode("token")
                .group_by("group", "token")
                .agg(count=pl.len().cast(pl.Int64) * place.times)
                .select("group", pl.lit(at, dtype=pl.Int32).alias("source"), "token", "count")
            )

    def _in_fields(self) -> Iterator[pl.DataFrame]:
        """The same of the fields that rows with texts of their own put in."""
        record = pl.col("fields").str.split(non_gsm.RECORD)
        column = pl.col("fields").str.split_exact(non_gsm.UNIT, 1)
        yield (
            self._wide.select("group", "fields")
            .filter(pl.col("fields") != "")
            .with_columns(fields=record)
            .explode("fields")
            .select("group", parts=column)
            .unnest("parts")
            .select(
                "group",
                source=pl.col("field_0").cast(pl.Int32) + 1,
                token=non_gsm.tokens(pl.col("field_1")),
            )
            .explode("token")
            .group_by("group", "source", "token")
            .agg(count=pl.len().cast(pl.Int64))
        )

    def _without(self, chosen: pl.DataFrame, groups: Sequence[str]) -> pl.DataFrame:
        """Each part of `groups`: `saved` parts where its characters are replaced or left out, and
        whether they alone `pushed` the text to UTF-16.
        """
        mine = chosen.group_by("group", *groups).agg(
            pl.col(_UNITS).sum(), pl.col("all_units").first(), pl.col("replaceable").all()
        )
        numbers = self._wide.select(
            "group", "country", "rows", pl.col("units", "extended", "parts").cast(pl.Int64)
        )
        pushed = pl.col("token_units") == pl.col("all_units")
        units = (
            pl.when(pushed)
            .then(pl.col("units") - pl.col("all_units") + pl.col("extended") + pl.col("after_7"))
            .otherwise(pl.col("units") - pl.col("token_units") + pl.col("after_16"))
        )
        single, size = (
            pl.when(pushed).then(limits[encoding.GSM_7]).otherwise(limits[encoding.UTF_16])
            for limits in (encoding.SINGLE, encoding.SPLIT)
        )
        return mine.join(numbers, on="group").with_columns(
            pushed=pushed, saved=pl.col("parts") - encoding.parts_of(units, size, single)
        )

    def _each(self, alone: pl.DataFrame) -> Iterator[Finding]:
        rows = pl.col("rows")
        each = (rows.cast(pl.Int64) * pl.col("saved")).sum()
        groups = ["source", "key"]
        worst = (
            alone.group_by(groups)
            .agg(parts=each, all_rows=rows.sum(), pushed_rows=rows.filter("pushed").sum())
            .sort("parts", "pushed_rows", "all_rows", *groups, descending=[True] * 3 + [False] * 2)
            .head(_MOST)
        )
        first = self._first(alone, groups)
        for source, key, _parts, all_rows, pushed in worst.iter_rows():
            mine = alone.filter((pl.col("source") == source) & (pl.col("key") == key))
            cost = cost_of(mine, self._rate_card)
            if cost.parts < 0:
                continue  # three dots for one in a text that stays UTF-16
            yield self._one(
                source,
                non_gsm.describe(key),
                by_fix_text=cost.parts > 0 and cost == self._fixed,
                rows=all_rows,
                first_rows=first.get((source, key), ()),
                rows_pushed=pushed,
                **cost.fields,
            )

    def _one(
        self,
        source: int,
        character: non_gsm.NonGsmCharacter,
        *,
        by_fix_text: bool,
        **numbers: Any,
    ) -> Finding:
        """What one character of one source does."""
        positions = tuple(self._positions.get(character.key[0], ())) if source == _TEMPLATE else ()
        lost, pushed = character.key == _LOST, numbers["rows_pushed"]
        return Finding(
            code="character_lost" if lost else "character",
            kind=Kind.COST,
            text=f"{_shown(character)} in {self._where(source, positions)} makes "
            f"{pushed:,} {'row' if pushed == 1 else 'rows'} UTF-16 by itself",
            fix=self._fix(character, source, by_fix_text=by_fix_text),
            column="" if source == _TEMPLATE else self._placeholder_columns[source].name,
            character="" if character.script else character.key,
            name=character.name,
            replacement=character.becomes,
            positions=positions[:_POSITIONS],
            **numbers,
        )

    def _fix(self, character: non_gsm.NonGsmCharacter, source: int, *, by_fix_text: bool) -> str:
        """What to do about one character: in the template anything, in a field nothing."""
        if character.key == _LOST:
            return "a letter was lost when the file was made; export it again as UTF-8"
        own_text = self._message_plan.template is None and source == 0
        if source != _TEMPLATE and not own_text:
            return "a name stays as it is"
        if character.becomes is None:
            return "nothing means the same; leave it out"
        instead = _INSTEAD_WORDS.get(character.becomes, f"`{character.becomes}`")
        if by_fix_text:
            return f"{Setting.FIX_TEXT} puts {instead} there"
        return f"put {instead} there, which means the same"

    def _where(self, source: int, positions: Sequence[int] = ()) -> str:
        if source != _TEMPLATE:
            return f"column `{self._placeholder_columns[source].name}`"
        at = ", ".join(map(str, positions[:3])) + (", …" if len(positions) > 3 else "")
        return f"the template at character {at}" if at else "the template"

    def _together(self, counted: pl.DataFrame, loose: pl.DataFrame) -> Iterator[Finding]:
        """What the characters of each source cost together, where there are several; then all."""
        whole = counted.group_by("group").agg(pl.col("essential").any()).filter("essential")
        removable = loose.join(whole, on="group", how="anti")
        kinds = removable.select("source", "key").unique()
        for (source,), mine in sorted(kinds.group_by("source"), key=lambda group: group[0]):
            if mine.height > 1:
                its = removable.filter(pl.col("source") == source)
                yield from self._all_of(its, int(str(source)))
        if kinds["source"].n_unique() > 1:
            yield from self._all_of(removable, None)

    def _all_of(self, chosen: pl.DataFrame, source: int | None) -> Iterator[Finding]:
        saved = self._without(chosen, []).with_columns(all=pl.lit(value=True))
        cost = cost_of(saved, self._rate_card)
        if cost.parts < 0:
            return
        kinds = chosen["key"].n_unique()
        where = "template and columns" if source is None else self._where(source)
        yield Finding(
            code="characters",
            kind=Kind.COST,
            text=f"{kinds} characters outside GSM-7 in {where}, all together",
            rows=int(saved["rows"].sum()),
            first_rows=self._first(saved, ["all"]).get((True,), ()),
            fix="replace them or leave them out",
            column=""
            if source in (None, _TEMPLATE)
            else self._placeholder_columns[int(str(source))].name,
            rows_pushed=int(saved.filter("pushed")["rows"].sum()),
            **cost.fields,
        )

    def _scripts(self, written: pl.DataFrame) -> Iterator[Finding]:
        """Texts in another alphabet: nothing is wrong with them, and nothing to be saved."""
        for (key,), mine in written.group_by("key"):
            whole = self._wide.join(mine, on="group", how="semi")
            yield Finding(
                code="script",
                kind=Kind.REMARK,
                text=f"texts in {non_gsm.describe(str(key)).name}: only UTF-16 carries them, 70 "
                "characters in a part, 67 in each of a longer text",
                rows=int(whole["rows"].sum()),
                first_rows=self._first(whole.with_columns(all=pl.lit(value=True)), ["all"]).get(
                    (True,), ()
                ),
                name=non_gsm.describe(str(key)).name,
            )

    def _column_of(self, source: object) -> str:
        own = source in (None, _TEMPLATE)
        return "" if own else self._placeholder_columns[int(str(source))].name

    def _first(
        self, rows_of: pl.DataFrame, groups: Sequence[str]
    ) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """The first rows of each group."""
        named = (
            rows_of.select("group", *groups)
            .join(self._first_rows, on="group")
            .group_by(groups)
            .agg(pl.col("row").unique().sort().head(FIRST_ROWS))
        )
        return {tuple(key): tuple(rows) for *key, rows in named.iter_rows()}


def _shown(character: non_gsm.NonGsmCharacter) -> str:
    if character.script:
        return character.name
    points = " ".join(f"U+{ord(one):04X}" for one in character.key)
    sign = (
        f"{character.key} " if character.key.isprintable() and not character.key.isspace() else ""
    )
    return f"{sign}{points} {character.name}"
