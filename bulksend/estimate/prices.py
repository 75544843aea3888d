"""Parts and money of some cost groups."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from bulksend.sms.rates import RateCard


@dataclass(frozen=True, slots=True)
class Cost:
    """Parts, and what they cost by currency."""

    parts: int
    price: dict[str, Decimal]
    unpriced_parts: int

    @property
    def fields(self) -> dict[str, Any]:
        """As a finding has them."""
        return {
            "parts": self.parts,
            "price": self.price,
            "unpriced_parts": self.unpriced_parts,
        }


def cost_of(groups: pl.DataFrame, rate_card: RateCard) -> Cost:
    """What `saved` parts of each of a cost group's `rows` cost in its `country`."""
    each = pl.col("rows").cast(pl.Int64) * pl.col("saved").cast(pl.Int64)
    by_country = groups.group_by("country").agg(parts=each.sum())
    total, unpriced, price = 0, 0, dict[str, Decimal]()
    for country, parts in by_country.sort("country").iter_rows():
        total += parts
        money = rate_card.price(country or "", parts)
        if money is None:
            unpriced += parts
        elif parts:
            price[money.currency] = price.get(money.currency, Decimal(0)) + money.amount
    return Cost(total, price, unpriced)
