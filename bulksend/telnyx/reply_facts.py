"""What Telnyx's yes says beside the message ID: money, exactly, and the first recipient's facts."""

from __future__ import annotations

import functools
import re
from decimal import Decimal, InvalidOperation

from bulksend.sms.message import Money, ReplyFacts

#: No carrier is called longer.
_WORD_MAX = 64


def facts(data: dict[str, object]) -> ReplyFacts:
    """What the reply says of the first recipient and of the parts of the cost."""
    to, breakdown = data.get("to"), data.get("cost_breakdown")
    first = to[0] if isinstance(to, list) and to and isinstance(to[0], dict) else {}
    amounts = breakdown if isinstance(breakdown, dict) else {}
    return ReplyFacts(
        rate=_amount(amounts.get("rate")),
        carrier_fee=_amount(amounts.get("carrier_fee")),
        carrier=_word(first.get("carrier")),
        line_type=_word(first.get("line_type")),
        delivery_status=_word(first.get("status")),
    )


def _amount(part: object) -> str:
    """An exact decimal; "" for what is none, and for a number that JSON has made inexact.

    Its currency is the cost's.
    """
    amount = part.get("amount") if isinstance(part, dict) else None
    exact = money(str(amount), "USD") if isinstance(amount, str | int) else None
    return format(exact.amount, "f") if exact is not None else ""


def _word(word: object) -> str:
    """A short word that can be shown as it is."""
    shown = isinstance(word, str) and len(word) <= _WORD_MAX and word.isprintable()
    return str(word) if shown else ""


@functools.lru_cache(maxsize=256)  # a batch has a handful of prices
def money(amount: str, currency: str) -> Money | None:
    """An exact amount in an ISO currency; None for what is neither, or absurd."""
    try:
        exact = Decimal(amount)
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact < 0 or abs(exact.adjusted()) > 12:
        return None
    return Money(exact, currency) if re.fullmatch("[A-Z]{3}", currency) else None
