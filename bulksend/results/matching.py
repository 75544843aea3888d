"""Which rows of a journal are which rows of a contacts file that was changed: by what they say.

A row that says the same as one of the journal is that one, wherever it stands now; of several that
say the same, the one that got furthest comes first. What is left over on either side is gone from
the file, or new in it. Frames are joined in portions, so that ten million rows fit in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.frozen import frozen

_PORTIONS = 16
_FILE = {"row": pl.UInt32, "key": pl.Int64}
#: `rank`: the further a row got, the lower. Its phone is null in journals of older versions.
_JOURNAL = {"old": pl.Int64, "status": pl.UInt8, "key": pl.Int64, "phone": pl.Int64}
#: accepted, unknown, claimed, left out, refused, unsent; as the journal numbers them.
_RANK = {2: 0, 4: 1, 1: 2, 9: 3, 3: 4, 5: 5}

#: The row keys of phones and texts, in their order.
KeysOf = Callable[[Sequence[str], Sequence[str]], Sequence[int]]
#: row, status, row key, phone key; as `journal.Reader.what_rows_say` hands them out.
Portions = Iterable[Sequence[tuple[int, int, int | None, int | None]]]


@dataclass(slots=True)
class KeyCollector:
    """Looks at every sendable row while the file is counted, and leaves nobody out."""

    keys_of: KeysOf
    _frames: list[pl.DataFrame] = field(default_factory=list)

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Nobody."""
        texts = sendable["text"].str.normalize("NFC").to_list()
        keys = self.keys_of(sendable["to_e164"].to_list(), texts)
        self._frames.append(
            pl.DataFrame({"row": sendable["row"], "key": pl.Series(keys, dtype=pl.Int64)})
        )
        return left_out.none()

    def rows(self, without: pl.DataFrame) -> pl.DataFrame:
        """row, key of every row but those that `without` (row) names."""
        rows = pl.concat([pl.DataFrame(schema=_FILE), *self._frames])
        return rows.join(without.select("row"), on="row", how="anti", maintain_order="left")


@frozen(kw_only=False)
class Match:
    """How the rows of a journal stand in a contacts file as it is now."""

    #: old, row, status: each row of the journal that is in the file.
    same: pl.DataFrame
    #: old, status, phone: those that are not.
    gone: pl.DataFrame
    #: row: those of the file that the journal does not have.
    new: pl.DataFrame

    def moves(self) -> Iterator[tuple[int, int]]:
        """Old and new number of each row that has another one now."""
        moved = self.same.filter(pl.col("old") != pl.col("row").cast(pl.Int64))
        yield from moved.select("old", "row").iter_rows()

    def count(self, *statuses: int) -> int:
        """Rows that are in the file and stand so."""
        return int(self.same["status"].is_in(statuses).sum())

    def rows_that_stand(self, statuses: Sequence[int], among: pl.DataFrame) -> list[int]:
        """The rows of the file that stand so, of those that `among` (row) names."""
        remaining = self.same.filter(pl.col("status").is_in(statuses))
        return remaining.join(among.select("row"), on="row", how="semi")["row"].to_list()

    def gone_rows(self, *statuses: int) -> list[int]:
        """The numbers of rows that are gone and stand so, in their order."""
        rows = self.gone.filter(pl.col("status").is_in(statuses))["old"]
        return sorted(rows.to_list())

    def gone_by_phone(self, *statuses: int) -> dict[int, list[int]]:
        """The rows that are gone and stand so, by the key of their phone."""
        gone = self.gone.filter(pl.col("status").is_in(statuses) & pl.col("phone").is_not_null())
        return dict(gone.sort("old").group_by("phone").agg("old").iter_rows())

    def closed_but_new(self, *statuses: int) -> bytes:
        """One byte a row number of the file: 0 for the rows that are new in it, or stand so."""
        of_status = self.same.filter(pl.col("status").is_in(statuses))
        rows = [*self.new["row"], *of_status["row"]]
        last = max(0, *rows, *self.same.select(pl.col("row").max().fill_null(0))["row"])
        closed = bytearray(b"\1" * (last + 1))
        for row in rows:
            closed[row] = 0
        return bytes(closed)


def journal_rows(portions: Portions) -> pl.DataFrame:
    """old, status, key, phone of every row of a journal."""
    frames = [pl.DataFrame(portion, schema=_JOURNAL, orient="row") for portion in portions]
    return pl.concat([pl.DataFrame(schema=_JOURNAL), *frames])


def match(file: pl.DataFrame, rows: pl.DataFrame) -> Match:
    """`file`: row, key in the file's order; `rows`: old, status, key, phone."""
    portions = [_match_portion(file, rows, number) for number in range(_PORTIONS)]
    keyless = rows.filter(pl.col("key").is_null()).select("old", "status", "phone")
    return Match(
        pl.concat([portion.same for portion in portions]),
        pl.concat([keyless, *(portion.gone for portion in portions)]),
        pl.concat([portion.new for portion in portions]).sort("row"),
    )


def _match_portion(file: pl.DataFrame, rows: pl.DataFrame, number: int) -> Match:
    mine = pl.col("key") & (_PORTIONS - 1) == number
    in_file = file.filter(mine).sort("key", "row").with_columns(_nth())
    ranked = rows.filter(mine).with_columns(
        rank=pl.col("status").replace_strict(_RANK, default=9, return_dtype=pl.UInt8)
    )
    # A row that is in the file already comes before one that was gone, and the first before others.
    in_journal = ranked.sort("key", "rank", pl.col("old") < 0, "old").with_columns(_nth())
    same = in_journal.join(in_file, on=["key", "nth"], how="inner")
    gone = in_journal.join(in_file, on=["key", "nth"], how="anti")
    new = in_file.join(in_journal, on=["key", "nth"], how="anti")
    return Match(
        same.select("old", "row", "status"),
        gone.select("old", "status", "phone"),
        new.select("row"),
    )


def _nth() -> pl.Expr:
    """Of rows sorted by key: how many with the same key stand above."""
    number, key = pl.int_range(pl.len(), dtype=pl.Int64), pl.col("key")
    first = pl.when(key.ne_missing(key.shift())).then(number)
    return (number - first.forward_fill()).alias("nth")
