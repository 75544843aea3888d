"""What became of the accepted messages, and what they cost in the end, in a line or two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from bulksend.cli.render import money_text
from bulksend.receipts.counts import DeliveryCounts

if TYPE_CHECKING:
    from bulksend.results.variance import Variance

_PLACES = Decimal("0.0001")


def deliveries(counts: DeliveryCounts, compared: Variance | None) -> Iterator[str]:
    """Nothing where nobody has asked yet."""
    if not counts.asked:
        return
    named = (
        ("delivered", counts.delivered),
        ("failed", counts.failed),
        ("unconfirmed", counts.unconfirmed),
        ("waiting", counts.waiting),
        ("given up", counts.given_up),
    )
    line = ", ".join(f"{name} {number:,}" for name, number in named if number)
    if counts.final_cost or counts.unbilled:
        line += f"; {money_text.amounts(counts.final_cost)} final{_beside(counts, compared)}"
    yield line
    if each := _each(counts.final_cost, counts.delivered):
        yield f"{each} per delivered text"


def _beside(counts: DeliveryCounts, compared: Variance | None) -> str:
    """What the final cost is to be held against."""
    notes = []
    if compared is not None and compared.priced and compared.price_estimated:
        notes.append(f"estimated {money_text.amounts(compared.price_estimated)}")
    if counts.unbilled:
        notes.append(f"{_rows(counts.unbilled)} not billed")
    if counts.without_cost:
        notes.append(f"{_rows(counts.without_cost)} without a final cost")
    return f" ({'; '.join(notes)})" if notes else ""


def _each(final_cost: Mapping[str, Decimal], delivered: int) -> str:
    if not delivered:
        return ""
    shares = {
        currency: (amount / delivered).quantize(_PLACES, ROUND_HALF_UP)
        for currency, amount in final_cost.items()
    }
    return money_text.amounts(shares) if shares else ""


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
