"""After a run: what was estimated against what Telnyx counted and took, and why they differ.

Only accepted rows are compared. The difference falls into causes that add up to it exactly: other
parts (at the price of the rate card), another price (for the parts that were counted), and
countries that the card does not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import polars as pl

from bulksend import journal
from bulksend.frozen import frozen
from bulksend.results.entries import Beside
from bulksend.sms import rates
from bulksend.sms.message import Status
from bulksend.sms.rates import RateCard


class Kind(StrEnum):
    """Why a charge is not what was estimated."""

    PARTS = "parts"
    PRICE = "price"
    COUNTRY = "country"


class Group(NamedTuple):
    """Rows that were measured and charged alike."""

    country: str
    encoding: str
    parts: int
    charged_encoding: str
    charged_parts: int
    #: What each row cost; None where Telnyx did not say.
    cost: Decimal | None
    currency: str


@frozen
class Cause:
    """One reason for a difference in one country."""

    kind: Kind
    country: str
    rows: int
    #: More than estimated; fewer where negative.
    parts: int = 0
    #: What it cost more than estimated; None where the rate card has no price.
    amount: Decimal | None = None
    currency: str = ""
    text: str


@frozen
class Variance:
    """An estimate against the charges."""

    #: Accepted rows, all of which were compared.
    rows: int
    parts_estimated: int
    parts_charged: int
    #: Whether there was a rate card to compare money with.
    priced: bool
    #: By currency, of the rows whose cost is known and whose price is on the card in its currency.
    price_estimated: Mapping[str, Decimal]
    #: By currency, of all rows.
    cost: Mapping[str, Decimal]
    #: Rows whose cost Telnyx has not said.
    rows_without_cost: int
    #: The most expensive first.
    causes: tuple[Cause, ...]


class Comparison:
    """Adds up what each row was charged while it passes by; a few bytes a kind of charge."""

    def __init__(self, reader: journal.Reader) -> None:
        self._reader = reader
        self.groups: Counter[Group] = Counter()

    def passing(self, pieces: Iterable[Beside]) -> Iterator[Beside]:
        """The same pieces, composed as they were when their rows were sent.

        Raises JournalError for a cost that is no amount.
        """
        for piece in pieces:
            try:
                self._add(piece)
            except ArithmeticError:
                raise self._reader.damaged() from None
            yield piece

    def _add(self, piece: Beside) -> None:
        charged = piece.entries.filter(pl.col("status") == str(Status.ACCEPTED)).select(
            "row",
            "currency",
            cost=pl.coalesce("final_cost", "cost"),
            charged_parts="parts",
            charged_encoding="encoding",
        )
        alike = (
            piece.composed.select("row", "country", "encoding", "parts")
            .join(charged, on="row", how="inner")
            .group_by(
                *("country", "encoding", "parts"),
                *("charged_parts", "charged_encoding", "cost", "currency"),
            )
            .len()
        )
        for country, encoding, parts, other_parts, other, cost, currency, rows in alike.iter_rows():
            group = Group(
                country or "",
                encoding or "",
                parts or 0,
                other or encoding or "",
                other_parts if other_parts is not None else parts or 0,
                None if cost is None else Decimal(cost),
                currency or "",
            )
            self.groups[group] += rows


def variance(groups: Mapping[Group, int], card: RateCard) -> Variance:
    """Estimate, charges, and the causes of every difference between them.

    By currency, cost minus price_estimated is the sum of the causes' amounts.
    """
    estimated: dict[str, Decimal] = {}
    cost: dict[str, Decimal] = {}
    for group, rows in groups.items():
        if group.cost is None:
            continue
        _add(cost, group.currency, group.cost * rows)
        if (price := _price(group, card)) is not None:
            _add(estimated, group.currency, price * group.parts * rows)
    causes = [cause for country in _countries(groups) for cause in _causes(country, card)]
    return Variance(
        rows=sum(groups.values()),
        parts_estimated=sum(group.parts * rows for group, rows in groups.items()),
        parts_charged=sum(group.charged_parts * rows for group, rows in groups.items()),
        priced=bool(card.prices),
        price_estimated=estimated,
        cost=cost,
        rows_without_cost=sum(rows for group, rows in groups.items() if group.cost is None),
        causes=tuple(
            sorted(causes, key=lambda cause: (-abs(cause.amount or Decimal(0)), -abs(cause.parts)))
        ),
    )


def _add(sums: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    sums[currency] = sums.get(currency, Decimal(0)) + amount


def _price(group: Group, card: RateCard) -> Decimal | None:
    """What the card says of a part, where the charge can be compared with it."""
    price = card.prices.get(group.country)
    comparable = price is not None and group.currency in ("", price.currency)
    return price.amount if price is not None and comparable else None


def _countries(groups: Mapping[Group, int]) -> Iterator[dict[Group, int]]:
    """The groups of each country by itself."""
    by_country: dict[str, dict[Group, int]] = {}
    for group, rows in groups.items():
        by_country.setdefault(group.country, {})[group] = rows
    yield from by_country.values()


def _causes(groups: Mapping[Group, int], card: RateCard) -> Iterator[Cause]:
    """Of one country."""
    if other := {
        group: rows for group, rows in groups.items() if group.parts != group.charged_parts
    }:
        yield _parts_cause(other, card)
    if not card.prices:
        return
    charged = {group: rows for group, rows in groups.items() if group.cost is not None}
    dearer = {
        group: rows
        for group, rows in charged.items()
        if (price := _price(group, card)) is not None and group.cost != price * group.charged_parts
    }
    if dearer:
        yield _price_cause(dearer, card)
    foreign: dict[str, dict[Group, int]] = {}
    for group, rows in charged.items():
        if _price(group, card) is None:
            foreign.setdefault(group.currency, {})[group] = rows
    for currency, unknown in foreign.items():
        yield _country_cause(unknown, currency, card)


def _parts_cause(groups: Mapping[Group, int], card: RateCard) -> Cause:
    country, rows = next(iter(groups)).country, sum(groups.values())
    more = sum((each.charged_parts - each.parts) * count for each, count in groups.items())
    recoded = sum(count for each, count in groups.items() if each.encoding != each.charged_encoding)
    amount, currency = None, ""
    for group, count in groups.items():
        if group.cost is not None and (price := _price(group, card)) is not None:
            each = price * (group.charged_parts - group.parts)
            amount, currency = (amount or Decimal(0)) + each * count, group.currency
    text = f"{_named(country)}: {_rows(rows)} took {abs(more):,} parts "
    text += "more than estimated" if more >= 0 else "fewer than estimated"
    if recoded:
        text += f"; Telnyx encoded {recoded:,} of them in another way"
    return Cause(
        kind=Kind.PARTS,
        country=country,
        rows=rows,
        parts=more,
        amount=amount,
        currency=currency,
        text=text,
    )


def _price_cause(groups: Mapping[Group, int], card: RateCard) -> Cause:
    country, rows = next(iter(groups)).country, sum(groups.values())
    listed = card.prices[country]
    amount, prices = Decimal(0), set()
    for group, count in groups.items():
        cost = group.cost or Decimal(0)
        amount += (cost - listed.amount * group.charged_parts) * count
        prices.add(cost / (group.charged_parts or 1))
    expected = rates.shown(listed.amount)
    charged = " to ".join(rates.shown(price) for price in sorted({min(prices), max(prices)}))
    return Cause(
        kind=Kind.PRICE,
        country=country,
        rows=rows,
        amount=amount,
        currency=listed.currency,
        text=f"{_named(country)}: a part cost {charged}, not {expected} ({_rows(rows)})",
    )


def _country_cause(groups: Mapping[Group, int], currency: str, card: RateCard) -> Cause:
    country, rows = next(iter(groups)).country, sum(groups.values())
    listed = card.prices.get(country)
    why = "is not on the rate card" if listed is None else f"is on the card in {listed.currency}"
    amount = sum(((each.cost or Decimal(0)) * count for each, count in groups.items()), Decimal(0))
    return Cause(
        kind=Kind.COUNTRY,
        country=country,
        rows=rows,
        amount=amount,
        currency=currency,
        text=f"{_named(country)} {why}: {_rows(rows)} charged in {currency}",
    )


def _named(country: str) -> str:
    return country or "no country"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
