"""A contacts file as companies have them, of any size and always the same for the same size.

Ten countries; one name in four with a letter outside ASCII, many of them outside GSM-7; numbers
written with blanks, nationally, without their plus, and damaged by spreadsheets; repeated rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

_WRITTEN_AT_ONCE = 500_000
#: What a number begins with, how many digits follow, and its share of a hundred rows.
_COUNTRIES = (
    *(("+4479", 8, 38), ("+336", 8, 14), ("+49151", 8, 12), ("+346", 8, 8), ("+39347", 7, 8)),
    *(("+4670", 7, 6), ("+4851", 7, 5), ("+6141", 7, 4), ("+9198", 8, 3), ("+1202555", 4, 2)),
)
_PLAIN = (
    *("Ada", "Grace", "Alan", "Barbara", "Edsger", "Anne Marie", "Hedy", "Ken", "Radia", "Linus"),
    *("Margaret", "Donald", "Frances", "John", "Katherine", "Tim", "Sophie", "Guido", "Lin"),
)
_ACCENTED = (
    "José",
    "Zoë",
    "Jürgen",
    "Łukasz",
    "Çağla",
    "Amélie",
    "O’Neill",
    "Søren",
    "Ольга",
    "Ínes",
)
_TEXT = (
    "Hi {name}, your appointment in {city} is at {time}. To cancel see example.com/c or call us."
)


def template() -> str:
    """The text that goes with the file."""
    return _TEXT


def write(path: Path, rows: int) -> Path:
    """The file, in pieces, so that ten million rows need no memory."""
    return _write(path, rows, _piece)


def write_clean(path: Path, rows: int) -> Path:
    """The same with phones of Britain in E.164, names in ASCII, and nobody twice."""
    return _write(path, rows, _clean_piece)


def _write(path: Path, rows: int, piece: Callable[[int, int], pl.DataFrame]) -> Path:
    with path.open("wb") as file:
        file.write(b"phone,name,city,time\n")
        for first in range(0, rows, _WRITTEN_AT_ONCE):
            count = min(_WRITTEN_AT_ONCE, rows - first)
            piece(first, count).write_csv(file, include_header=False, quote_style="never")
    return path


def _clean_piece(first: int, count: int) -> pl.DataFrame:
    at = pl.int_range(first, first + count, dtype=pl.UInt64, eager=True)
    number = pl.select("+447" + pl.lit(400_000_000 + at).cast(pl.String)).to_series()
    names = pl.Series(_PLAIN).gather(_dice(at, len(_PLAIN), seed=3))
    cities = pl.Series(["London", "Leeds", "York", "Bath"]).gather(_dice(at, 4, seed=6))
    return pl.DataFrame({"phone": number, "name": names, "city": cities, "time": "10:30"})


def _piece(first: int, count: int) -> pl.DataFrame:
    """Rows `first` and following; one in fifty is the row of a moment before."""
    at = pl.int_range(first, first + count, dtype=pl.UInt64, eager=True)
    repeated = _dice(at, 50, seed=9) == 0
    frame = pl.DataFrame(
        {"at": at - repeated.cast(pl.UInt64) * (at % 7 + 1).clip(upper_bound=first)}
    )
    at = frame["at"]
    cities = pl.Series(["London", "Lyon", "Köln", "Sevilla", "Torino", "Malmö", "Gdańsk"])
    return pl.DataFrame(
        {
            "phone": _damaged(_numbers(at), _dice(at, 1000, seed=4)),
            "name": _names(at),
            "city": cities.gather(_dice(at, len(cities), seed=6)),
            "time": pl.select(
                pl.format("{}:{}0", pl.lit(_dice(at, 10, seed=7)) + 8, pl.lit(_dice(at, 6, seed=8)))
            ).to_series(),
        }
    )


def _dice(at: pl.Series, sides: int, seed: int) -> pl.Series:
    return at.hash(seed=seed) % sides


def _numbers(at: pl.Series) -> pl.Series:
    shares = [name for name, _digits, share in _COUNTRIES for _ in range(share)]
    digits = {name: digits for name, digits, _share in _COUNTRIES}
    start = pl.Series(shares).gather(_dice(at, 100, seed=1))
    tail = at.hash(seed=2).cast(pl.String).str.zfill(20).str.tail(9)
    return (
        pl.DataFrame({"start": start, "tail": tail})
        .select(
            pl.concat_str(
                "start", pl.col("tail").str.tail(pl.col("start").replace_strict(digits, default=8))
            )
        )
        .to_series()
    )


def _names(at: pl.Series) -> pl.Series:
    names = [*_PLAIN * 3, *_ACCENTED * 2][: 4 * len(_ACCENTED) * 2]
    return pl.Series(names).gather(_dice(at, len(names), seed=3))


def _damaged(phone: pl.Series, dice: pl.Series) -> pl.Series:
    """As people and programs write them: two in three are clean."""
    number, chance = pl.col("phone"), pl.col("chance")
    blanks = pl.concat_str(
        number.str.head(3), pl.lit(" "), number.str.slice(3, 4), pl.lit(" "), number.str.slice(7)
    )
    national = pl.concat_str(pl.lit("0"), number.str.slice(3))
    british = number.str.starts_with("+44")
    return (
        pl.DataFrame({"phone": phone, "chance": dice})
        .select(
            pl.when(chance < 150)
            .then(blanks)
            .when(chance < 350)
            .then(pl.when(british).then(national).otherwise(number))
            .when(chance < 365)
            .then(number.str.slice(1))
            .when(chance < 370)
            .then(pl.concat_str(number, pl.lit(".0")))
            .when(chance < 375)
            .then(pl.concat_str(number.str.head(5), pl.lit("\u00a0"), number.str.slice(5)))
            .when(chance < 377)
            .then(pl.lit("4.47E+11"))
            .when(chance < 379)
            .then(pl.lit(""))
            .when(chance < 380)
            .then(pl.concat_str(number, pl.lit(" / "), number))
            .when(chance < 381)
            .then(number.str.replace("0", "O"))
            .when(chance < 382)
            .then(number.str.head(8))
            .otherwise(number)
        )
        .to_series()
    )
