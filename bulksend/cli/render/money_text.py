"""Money in words: what it comes to, what a price rests on, and why a charge is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from bulksend import visible

if TYPE_CHECKING:
    from bulksend.results.variance import Variance
    from bulksend.sms.rates import Confidence

_MOST = 10
_NAMED = 3


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Every currency on its own; "nothing" where there is none."""
    return visible.amounts(sums) or "nothing"


def charged(
    cost: Mapping[str, Decimal], unsaid_rows: int, unknown_rows: int = 0, earlier_requests: int = 0
) -> str:
    """What was charged; never a whole sum while a charge is missing.

    `unsaid_rows`: accepted, and Telnyx has not said their cost; `unknown_rows` may have cost, and
    so may `earlier_requests`, for rows that were sent again or are gone from the contacts file.
    """
    missing = []
    if unsaid_rows:
        missing.append(f"Telnyx has not said what {visible.counted(unsaid_rows, 'row')} cost")
    if unknown_rows:
        missing.append(f"{visible.counted(unknown_rows, 'unknown row')} may have cost too")
    if earlier_requests:
        missing.append(f"{visible.counted(earlier_requests, 'earlier request')} may have cost too")
    if not missing:
        return amounts(cost) if cost else "nothing charged"
    why = f" ({'; '.join(missing)})"
    return (f"at least {amounts(cost)}" if cost else "cost not known") + why


def variance(compared: Variance | None) -> Iterator[str]:
    """The estimate against the charges, and why they differ."""
    if compared is None:
        return
    estimated = visible.counted(compared.parts_estimated, "part")
    if compared.price_estimated:
        estimated += f", {amounts(compared.price_estimated)}"
    if compared.causes:
        yield f"estimated: {estimated}; the difference:"
    elif compared.rows_without_cost and not compared.price_estimated:
        yield f"estimated: {estimated}"
    elif compared.rows_without_cost:
        yield f"estimated: {estimated}, for the rows whose cost is known"
    else:
        yield f"as estimated: {estimated}"
    for cause in compared.causes[:_MOST]:
        amount = "" if cause.amount is None else f"{cause.currency} {cause.amount:+f} "
        yield f"  {amount}{cause.text}"
    if len(compared.causes) > _MOST:
        yield f"  {visible.counted(len(compared.causes) - _MOST, 'more cause')}: see --json"


def confidence(basis: Confidence) -> str:
    """What the prices of a list rest on; "" where there is no rate card."""
    if not basis.learned:
        return "prices: typed by hand, none learned from charges" if basis.typed else ""
    names = [f"{name or 'no country'} from {count:,}" for name, count in basis.learned[:_NAMED]]
    only_one = len(basis.learned) == 1 and basis.learned[0][1] == 1
    words = f"prices: {', '.join(names)} {'charge' if only_one else 'charges'}"
    more = len(basis.learned) - _NAMED
    if more > 0:
        words += f", {visible.counted(more, 'country', 'countries')} more"
    if basis.typed:
        words += f"; {visible.counted(len(basis.typed), 'country', 'countries')} typed by hand"
    share = 100 * basis.parts_learned // max(basis.parts, 1)
    return f"{words} ({share} % of the parts by charges)"


def sums(money: Mapping[str, Decimal]) -> dict[str, str]:
    """For a JSON document: `{"USD": "12.3400"}`, never in the form 1E+1."""
    return {currency: format(amount, "f") for currency, amount in sorted(money.items())}
