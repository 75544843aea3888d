"""What past batches were really charged, out of their results CSVs: a rate card that was learned.

Exact: a price is a cost divided by its parts as decimals, and the median of the charges. A row
without a cost taught nothing and is counted; a cost that is no amount is an error.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from bulksend import errors
from bulksend.contacts import loader
from bulksend.frozen import frozen
from bulksend.sms import rates
from bulksend.sms.message import Money
from bulksend.sms.phone import columns

_NEEDED = ("to_e164", "parts", "cost", "currency")
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,12})?")
_PARTS = re.compile(r"[1-9]\d?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_HINT = "name results files that bulksend wrote, such as contacts.results.csv"
_SANDBOX = ".sandbox.results.csv"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Lesson:
    """The charges of any number of files."""

    #: By country and currency: how often each price per part was charged.
    prices: dict[tuple[str, str], Counter[Decimal]] = field(default_factory=dict)
    #: The last day of each.
    last: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Rows that taught nothing, by why.
    left_out: Counter[str] = field(default_factory=Counter)
    #: What a person should know of the files.
    notes: list[str] = field(default_factory=list)


@frozen(kw_only=False)
class Line:
    """One country of a learned card."""

    country: str
    price: Money
    charges: rates.Charges


def learn(paths: Iterable[Path]) -> Lesson:
    """The charges of the files together. Raises ContactsError naming file, row and column."""
    lesson = Lesson()
    first_of: dict[str, Path] = {}
    for path in paths:
        results = loader.open_contacts(path)
        first = first_of.setdefault(results.digest(), path)
        if first is not path:
            lesson.notes.append(f"{path} holds the same as {first}, which is counted once")
            continue
        if path.name.endswith(_SANDBOX):
            lesson.notes.append(f"{path}: these are the sandbox's prices, not Telnyx's")
        _learn_file(path, results, lesson)
    return lesson


def lines(lesson: Lesson) -> tuple[list[Line], list[Line]]:
    """A line for each country, and those of currencies that are less usual in their country."""
    by_country: dict[str, list[Line]] = {}
    for (country, currency), prices in sorted(lesson.prices.items()):
        line = _line(country, currency, prices, lesson.last[country, currency])
        by_country.setdefault(country, []).append(line)
    usual = [max(some, key=lambda line: line.charges.samples) for some in by_country.values()]
    return usual, [line for some in by_country.values() for line in some if line not in usual]


def card(learned: Sequence[Line]) -> str:
    """The rate card as CSV."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow((*rates.COLUMNS, *rates.LEARNED_COLUMNS))
    for line in learned:
        table.writerow(row(line).values())
    return written.getvalue()


def row(line: Line) -> dict[str, str]:
    """A line by the names of the columns."""
    charges = line.charges
    return {
        "country": line.country,
        "price_per_part": rates.shown(line.price.amount),
        "currency": line.price.currency,
        "samples": str(charges.samples),
        "low": rates.shown(charges.low or Decimal(0)),
        "high": rates.shown(charges.high or Decimal(0)),
        "last_charged": charges.last_charged,
    }


def _line(country: str, currency: str, prices: Counter[Decimal], last: str) -> Line:
    charges = rates.Charges(
        samples=prices.total(), low=min(prices), high=max(prices), last_charged=last
    )
    return Line(country, Money(_median(prices), currency), charges)


def _median(prices: Counter[Decimal]) -> Decimal:
    """Of the charges, each counted as often as it was made."""
    half, passed = prices.total() / 2, 0
    middle = []
    for price in sorted(prices):
        passed += prices[price]
        if passed >= half:
            middle.append(price)
        if passed > half:
            break
    return statistics.mean(middle[:2])


def _learn_file(path: Path, results: loader.Contacts, lesson: Lesson) -> None:
    cells = _own_cells(path, results)
    for chunk in results.chunks():
        broken = chunk["problem"].is_not_null()
        lesson.left_out["rows that are broken"] += int(broken.sum())
        rest = _final(
            chunk.filter(~broken).select(
                "row", *(pl.col(cell).str.strip_chars().alias(name) for name, cell in cells.items())
            )
        )
        billed = rest.filter(~pl.col("unbilled"))
        lesson.left_out["rows that were not billed"] += rest.height - billed.height
        rest = billed
        for column in ("cost", "parts"):
            filled = rest.filter(pl.col(column) != "")
            lesson.left_out[f"rows without {column}"] += rest.height - filled.height
            rest = filled
        if rest.height:
            _learn_rows(path, _with_countries(rest), lesson)


def _final(charged: pl.DataFrame) -> pl.DataFrame:
    """What Telnyx took in the end where that is known; `unbilled` (Boolean): that was nothing."""
    if "final_cost" not in charged.columns:
        return charged.with_columns(unbilled=pl.lit(value=False))
    is_final = pl.col("final_cost") != ""
    return charged.with_columns(
        cost=pl.when(is_final).then("final_cost").otherwise("cost"),
        unbilled=pl.col("final_cost").str.contains(r"\A0+(\.0+)?\z"),
    )


def _own_cells(path: Path, results: loader.Contacts) -> dict[str, str]:
    """Of each column of ours its cell; they are the last ones of their names."""
    places = {name: results.header.find(name) for name in (*_NEEDED, "final_cost", "settled_at")}
    for name in _NEEDED:
        if not places[name]:
            raise errors.ContactsError(
                f"{path}: no column named `{name}`; it is no results file",
                hint=_HINT,
                code="results_foreign",
            )
    return {name: results.header.cell(at[-1]) for name, at in places.items() if at}


def _with_countries(charged: pl.DataFrame) -> pl.DataFrame:
    country = columns.parse_column(charged["to_e164"], None)["country"]
    day = pl.col("settled_at").str.slice(0, 10) if "settled_at" in charged.columns else pl.lit("")
    return charged.select(
        *("row", "to_e164", "parts", "cost", "currency"), day.alias("day"), country.alias("country")
    )


def _learn_rows(path: Path, charged: pl.DataFrame, lesson: Lesson) -> None:
    """Equal charges together: there are few different ones, however many rows."""
    together = charged.group_by("country", "currency", "parts", "cost", maintain_order=True).agg(
        pl.len().alias("count"), pl.first("row"), pl.max("day")
    )
    for country, currency, parts, cost, count, at, day in together.iter_rows():
        each = _price(path, at, {"parts": parts, "cost": cost, "currency": currency})
        if not country:
            lesson.left_out["rows whose to_e164 names no country"] += count
            continue
        key = (country, currency)
        lesson.prices.setdefault(key, Counter())[each] += count
        lesson.last[key] = max(lesson.last.get(key, ""), _day(day))


def _price(path: Path, at: int, cells: Mapping[str, str]) -> Decimal:
    """What one part cost. Raises ContactsError naming the cell."""
    for (column, pattern), example in zip(
        (("parts", _PARTS), ("cost", _AMOUNT), ("currency", _CURRENCY)),
        ("a count of parts such as 2", "an amount such as 0.0420", "a currency such as USD"),
        strict=True,
    ):
        if not pattern.fullmatch(cells[column]):
            raise errors.ContactsError(
                f"{path}: row {at}, column {column}: {cells[column]!r} is not {example}",
                hint=_HINT,
                code="results_invalid",
            )
    return Decimal(cells["cost"]) / int(cells["parts"])


def _day(text: str | None) -> str:
    return text if text and _DAY.fullmatch(text) else ""
