"""Money in words: what it comes to, what a price rests on, and why a charge is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bulksend.results.variance import Variance
from bulksend.sms.rates import Confidence

_MOST = 10
_NAMED = 3


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Every currency on its own."""
    return " + ".join(f"{it} {amount:f}" for it, amount in sorted(sums.items())) or "no charge"


def variance(found: Variance | None) -> Iterator[str]:
    """The estimate against the charges, and why they differ."""
    if found is None:
        return
    estimated = f"{found.parts_estimated:,} parts"
    if found.priced:
        estimated += f", {amounts(found.price_estimated)}"
    yield (
        f"estimated: {estimated}; the difference:" if found.causes else f"as estimated: {estimated}"
    )
    for it in found.causes[:_MOST]:
        amount = "" if it.amount is None else f"{it.currency} {it.amount:+f} "
        yield f"  {amount}{it.text}"
    if len(found.causes) > _MOST:
        yield f"  {len(found.causes) - _MOST} more causes: see --json"
    if found.rows_without_cost:
        yield f"  {found.rows_without_cost:,} rows whose cost Telnyx has not said yet"


def confidence(found: Confidence) -> str:
    """What the prices of a list rest on; "" where there is no rate card."""
    if not found.learned:
        return "prices: typed by hand, none learned from charges" if found.typed else ""
    names = [f"{name or 'no country'} from {count:,}" for name, count in found.learned[:_NAMED]]
    more = len(found.learned) - _NAMED
    said = f"prices: {', '.join(names)} charges" + (f", {more} countries more" if more > 0 else "")
    if found.typed:
        count = len(found.typed)
        said += f"; {count} {'country' if count == 1 else 'countries'} typed by hand"
    return f"{said} ({100 * found.parts_learned // max(found.parts, 1)} % of the parts by charges)"
