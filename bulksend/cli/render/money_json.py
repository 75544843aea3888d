"""Money in a JSON document: a decimal string for each currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


def sums(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    """`{"USD": "12.3400"}`, never in the form 1E+1."""
    return {currency: format(amount, "f") for currency, amount in sorted(amounts.items())}
