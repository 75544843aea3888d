"""What rows have cost, or may have: the journal beside the contacts file, summed by kind."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import polars as pl

from bulksend import journal
from bulksend.results.entries import Beside
from bulksend.sms.message import Charge, Money, Status

#: Rows of these may have cost something.
_SENT = (str(Status.ACCEPTED), str(Status.UNKNOWN))


def charges(pieces: Iterable[Beside], reader: journal.Reader) -> list[Charge]:
    """Every row that was sent, or may have been, with its cost where Telnyx has named one.

    Raises JournalError for a cost that is no amount.
    """
    rows: dict[tuple[str, int, str | None, str | None], int] = {}
    for piece in pieces:
        sent = piece.entries.filter(pl.col("status").is_in(_SENT)).select(
            "row", "currency", cost=pl.coalesce("final_cost", "cost")
        )
        alike = (
            piece.composed.select("row", pl.col("country").fill_null(""), pl.col("parts"))
            .join(sent, on="row", how="inner")
            .group_by("country", "parts", "cost", "currency")
            .len()
        )
        for country, parts, cost, currency, count in alike.iter_rows():
            kind = (country, parts or 1, cost, currency)
            rows[kind] = rows.get(kind, 0) + count
    try:
        return [_charge(*kind, count) for kind, count in rows.items()]
    except InvalidOperation:
        raise reader.damaged() from None


def _charge(country: str, parts: int, cost: str | None, currency: str | None, rows: int) -> Charge:
    named = Money(Decimal(cost), currency) if cost is not None and currency else None
    return Charge(country=country, parts=parts, rows=rows, cost=named)
