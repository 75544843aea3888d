"""Cost groups: rows that cost alike stand in one, so that sums and findings are made from
a few thousand groups and not from ten million rows.

A group is a country, an encoding, a number of parts, and for texts in UTF-16 what makes them so:
the characters outside GSM-7 by where they come from, the units of the rest, and what they would
cost if something were done about it.
"""

from __future__ import annotations

import polars as pl

from bulksend.contacts import compose
from bulksend.estimate import non_gsm, variants
from bulksend.sms import encoding

#: Rows remembered of each group: enough to name the first of any sum of groups.
_FIRST_ROWS = 8
_SCHEMA: dict[str, type[pl.DataType]] = {
    **{"group": pl.UInt32, "country": pl.String, "encoding": pl.String, "parts": pl.UInt32},
    **{"parts_max": pl.UInt32, "line_kind": pl.String, "over": pl.UInt32, "units": pl.UInt32},
    **{"extended": pl.UInt32, "as_given": pl.Boolean, "composable": pl.Boolean},
    **dict.fromkeys(variants.NAMES, pl.UInt32),
    "fields": pl.String,
}
#: Columns by which texts in GSM-7 can differ.
_OF_ANY = ("country", "encoding", "parts", "parts_max", "line_kind", "over", "as_given")
#: Units over a boundary that a person may shorten a text by.
OVER_MAX = 3


class CostGroups:
    """Cost groups, numbered as they come; rows of later chunks join theirs."""

    def __init__(self, message_plan: compose.MessagePlan) -> None:
        self._message_plan = message_plan
        self._groups: list[pl.DataFrame] = []
        self._numbers = pl.DataFrame(schema={"row_mark": pl.UInt64, "group": pl.UInt32})
        self._first_rows: list[pl.DataFrame] = []
        #: Of each group, how many of its first rows are still wanted.
        self._wanted = pl.Series(dtype=pl.UInt32)

    def number(self, sendable: pl.DataFrame) -> pl.Series:
        """The cost group of each row."""
        marked = self._marked(sendable)
        marks = _marks(marked)
        if marks is None:
            group = self._numbers_of(marked.head(1)).new_from_index(0, marked.height)
        else:
            first = marks.is_first_distinct()
            group = self._numbers_of(marked.filter(first))
            different = pl.DataFrame({"mark": marks.filter(first), "group": group})
            group = (
                pl.DataFrame({"mark": marks})
                .join(different, on="mark", how="left", maintain_order="left")
                .get_column("group")
            )
        self._keep_first(sendable["row"], group)
        return group

    def _numbers_of(self, different: pl.DataFrame) -> pl.Series:
        """The groups of rows that differ from each other; some may be new."""
        marks = different.select(row_mark=pl.struct(pl.all()).hash(seed=3))["row_mark"]
        different = different.with_columns(marks)
        new = different.join(self._numbers, on="row_mark", how="anti", maintain_order="left")
        if new.height:
            first_new = self._numbers.height
            numbers = pl.int_range(first_new, first_new + new.height, dtype=pl.UInt32, eager=True)
            self._groups.append(new.drop("row_mark").insert_column(0, numbers.alias("group")))
            self._numbers = self._numbers.vstack(new.select("row_mark", group=pl.lit(numbers)))
            self._wanted = self._wanted.append(_first_rows_wanted(new))
        return different.join(
            self._numbers, on="row_mark", how="left", maintain_order="left"
        ).get_column("group")

    @property
    def count(self) -> int:
        """How many there are so far."""
        return self._numbers.height

    def _marked(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Everything by which rows can cost differently, or for which they are pointed at."""
        nothing = pl.Series([0], dtype=pl.UInt32).new_from_index(0, sendable.height)
        over = nothing
        long = (sendable["parts"] > 1).arg_true()
        if len(long):
            over = over.scatter(long, _over(sendable, long))
        return sendable.select(
            *("country", "encoding", "parts", "parts_max", "line_kind"),
            over.alias("over"),
            *("as_given", *variants.columns_of(sendable, self._message_plan)),
            *non_gsm.columns_of(sendable, self._message_plan),
        )

    def _keep_first(self, rows: pl.Series, group: pl.Series) -> None:
        """The first rows of the groups that findings point at."""
        if not (self._wanted > 0).any():
            return
        left = self._wanted.gather(group)
        wanted = left > 0
        if not wanted.any():
            return
        first = (
            pl.DataFrame({"group": group, "row": rows, "left": left})
            .filter(wanted)
            .group_by("group")
            .agg(pl.col("row").head(_FIRST_ROWS), pl.col("left").first())
        )
        missing = first["left"] - first["row"].list.len().clip(upper_bound=first["left"])
        self._wanted = self._wanted.scatter(first["group"], missing)
        self._first_rows.append(first.select("group", "row").explode("row"))

    def table(self) -> pl.DataFrame:
        """All cost groups: `group`, and everything by which they differ."""
        schema = dict(_SCHEMA)
        schema.update(dict.fromkeys(non_gsm.remainder_names(self._message_plan), pl.String))
        groups = (group.select(list(schema)) for group in self._groups)
        return pl.concat([pl.DataFrame(schema=schema), *groups])

    def first_rows(self) -> pl.DataFrame:
        """group, row."""
        schema = {"group": pl.UInt32, "row": pl.UInt32}
        return pl.concat([pl.DataFrame(schema=schema), *self._first_rows])


def _first_rows_wanted(groups: pl.DataFrame) -> pl.Series:
    """How many first rows are wanted of each group (UInt32): findings point at some groups."""
    pointed = (
        (groups["encoding"] == encoding.UTF_16)
        | (groups["over"] > 0)
        | (groups["parts_max"] > encoding.MAX_PARTS)
        | (groups["line_kind"] != "")
    )
    return pointed.cast(pl.UInt32) * _FIRST_ROWS


def _marks(marked: pl.DataFrame) -> pl.Series | None:
    """A hash of everything by which these rows differ (UInt64); None: they are all alike.

    Texts in GSM-7 differ by a few columns alone: the others are made of what UTF-16 has.
    """
    differing = _differing(marked.select(_OF_ANY))
    wide = (marked["encoding"] == encoding.UTF_16).arg_true()
    if not differing and wide.is_empty():
        return None
    marks = marked.select(mark=pl.struct(differing or _OF_ANY).hash(seed=3))["mark"]
    if wide.is_empty():
        return marks
    of_wide = marked[wide]
    columns = _differing(of_wide) or _OF_ANY
    return marks.scatter(wide, of_wide.select(mark=pl.struct(columns).hash(seed=4))["mark"])


def _differing(frame: pl.DataFrame) -> list[str]:
    """The columns that are not the same in every row."""
    return [each.name for each in frame if each.ne_missing(each.head(1)).any()]


def _over(sendable: pl.DataFrame, long: pl.Series) -> pl.Series:
    """Units over a boundary, 0 where there are more than a person would shorten by."""
    units = pl.col("units").cast(pl.Int64)
    wide = pl.col("encoding") == encoding.UTF_16
    over = encoding.over_boundary(units, pl.col("parts").cast(pl.Int64), wide)
    units_over = sendable.select("units", "encoding", "parts")[long].select(over=over)["over"]
    return units_over.set(units_over > OVER_MAX, 0).cast(pl.UInt32)
