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
    named = (
        _written(amounts.get("rate")),
        _written(amounts.get("carrier_fee")),
        first.get("carrier"),
        first.get("line_type"),
        first.get("status"),
    )
    try:
        return _facts(*named)
    except TypeError:  # a list where a word belongs has no place in a cache
        return _facts.__wrapped__(*named)


@functools.lru_cache(maxsize=64, typed=True)  # a batch meets a handful of carriers and prices
def _facts(
    rate: object, carrier_fee: object, carrier: object, line_type: object, delivery_status: object
) -> ReplyFacts:
    return ReplyFacts(
        rate=_decimal(rate),
        carrier_fee=_decimal(carrier_fee),
        carrier=_word(carrier),
        line_type=_word(line_type),
        delivery_status=_word(delivery_status),
    )


def _written(part: object) -> object:
    """The amount of a part of the cost, as the reply writes it. Its currency is the cost's."""
    return part.get("amount") if isinstance(part, dict) else None


def _decimal(written: object) -> str:
    """An exact decimal; "" for what is none, and for a number that JSON has made inexact."""
    exact = amount(written)
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
