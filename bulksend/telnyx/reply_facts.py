"""What Telnyx's yes says beside the message ID: money, exactly, and the first recipient's facts."""

from __future__ import annotations

import functools
import re
from decimal import Decimal

from bulksend.sms.message import Money, ReplyFacts

#: No carrier is called longer.
_WORD_MAX = 64
#: No price has more digits on either side of its point.
_DIGITS_MAX = 12
#: No amount is written longer.
_LONGEST = 80
#: Decimal itself reads more: underscores, digits of other scripts, blanks, NaN.
_AMOUNT = re.compile(r"[0-9]{1,32}(\.[0-9]{0,32})?([eE][+-]?[0-9]{1,3})?")
_CURRENCY = re.compile("[A-Z]{3}")


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
    exact = amount(part.get("amount")) if isinstance(part, dict) else None
    return format(exact, "f") if exact is not None else ""


def _word(word: object) -> str:
    """A short word that can be shown as it is."""
    shown = isinstance(word, str) and len(word) <= _WORD_MAX and word.isprintable()
    return str(word) if shown else ""


@functools.lru_cache(maxsize=256)  # a batch has a handful of prices
def money(text: str, currency: str) -> Money | None:
    """An exact amount in an ISO currency; None for what is neither, or absurd."""
    exact = amount(text)
    if exact is None or not _CURRENCY.fullmatch(currency):
        return None
    return Money(exact, currency)


def amount(written: object, *, signed: bool = False) -> Decimal | None:
    """An exact amount, written as text or as a number; None for what is no price, or absurd.

    `signed`: it may be less than nothing, as a balance may.
    """
    if isinstance(written, bool) or not isinstance(written, str | int | Decimal):
        return None
    text = str(written)
    return _exact(text, signed) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=256)  # as above
def _exact(text: str, signed: bool) -> Decimal | None:
    if not _AMOUNT.fullmatch(text.removeprefix("-") if signed else text):
        return None
    exact = Decimal(text)
    return exact if abs(exact.adjusted()) <= _DIGITS_MAX else None
