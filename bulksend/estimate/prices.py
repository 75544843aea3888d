"""Parts and money of some cost groups, and how a sum is said, from the least to the most."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from bulksend import visible
from bulksend.frozen import frozen
from bulksend.sms.rates import RateCard


@frozen(kw_only=False)
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


def parts_in_words(parts: int, parts_max: int) -> str:
    """`100 parts (up to 104 as networks pack them)`."""
    counted = visible.counted(parts, "part")
    return (
        f"{counted} (up to {parts_max:,} as networks pack them)" if parts_max > parts else counted
    )


def price_in_words(price: Mapping[str, Decimal], unpriced_rows: int) -> str:
    """`at least USD 4.20, 3 rows without a price`; "" where nothing has a price."""
    sums = visible.amounts(price)
    if not sums or not unpriced_rows:
        return sums
    return f"at least {sums}, {visible.counted(unpriced_rows, 'row')} without a price"
