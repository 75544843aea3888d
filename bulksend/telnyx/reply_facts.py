"""What Telnyx's yes says beside the message ID: parts, money, exactly, and the first recipient."""

from __future__ import annotations

import functools
import json
import re
from decimal import Decimal
from typing import NamedTuple

from bulksend.sms.message import Money, ReplyFacts
from bulksend.visible import visible

#: No carrier is called longer.
_WORD_MAX = 64
#: No price has more digits on either side of its point.
_DIGITS_MAX = 12
#: No amount is written longer.
_LONGEST = 80
#: Decimal itself reads more: underscores, digits of other scripts, blanks, NaN.
_AMOUNT = re.compile(r"[0-9]{1,32}(\.[0-9]{0,32})?([eE][+-]?[0-9]{1,3})?")
_CURRENCY = re.compile("[A-Z]{3}")


class Terms(NamedTuple):
    """What the replies to texts of one kind have in common."""

    parts: int | None
    encoding: str
    cost: Money | None
    facts: ReplyFacts


def terms(data: dict[str, object], body: bytes) -> Terms:
    """What a reply says beside the message ID and the wait: parts, encoding, money, carrier."""
    to, breakdown, cost = data.get("to"), data.get("cost_breakdown"), data.get("cost")
    first = to[0] if isinstance(to, list) and to and isinstance(to[0], dict) else _NOTHING
    amounts = breakdown if isinstance(breakdown, dict) else _NOTHING
    written = _written(cost)
    named = (
        data.get("parts"),
        data.get("encoding"),
        _exact_in(body) if isinstance(written, float) else written,
        cost.get("currency") if isinstance(cost, dict) else None,
        _written(amounts.get("rate")),
        _written(amounts.get("carrier_fee")),
        first.get("carrier"),
        first.get("line_type"),
        first.get("status"),
    )
    try:
        return _terms(*named)
    except TypeError:  # a list where a word belongs has no place in a cache
        return _terms.__wrapped__(*named)


_NOTHING: dict[str, object] = {}


@functools.lru_cache(maxsize=64, typed=True)  # a batch meets a handful of carriers and prices
def _terms(
    parts: object, encoding: object, amount: object, currency: object, *of_facts: object
) -> Terms:
    return Terms(
        parts=parts if isinstance(parts, int) and 0 < parts < 256 else None,
        encoding=visible(encoding)[:20] if isinstance(encoding, str) else "",
        cost=_cost(amount, currency),
        facts=_facts(*of_facts),
    )


def _cost(written: object, currency: object) -> Money | None:
    if isinstance(written, bool) or not isinstance(written, str | int):
        return None
    return money(str(written), currency) if isinstance(currency, str) else None


def _exact_in(body: bytes) -> object:
    """The amount of a cost that is a JSON number, read again as text: never through a float."""
    try:
        return json.loads(body, parse_float=str)["data"]["cost"]["amount"]
    except RecursionError:  # deeper than the standard library reads: no reply of Telnyx's
        return None


def _facts(
    rate: object, carrier_fee: object, carrier: object, line_type: object, delivery_status: object
) -> ReplyFacts:
    """Of the first recipient, and of the parts of the cost; their currency is the cost's."""
    return ReplyFacts(
        rate=_decimal(rate),
        carrier_fee=_decimal(carrier_fee),
        carrier=_word(carrier),
        line_type=_word(line_type),
        delivery_status=_word(delivery_status),
    )


def _written(cost: object) -> object:
    """An amount as the reply writes it."""
    return cost.get("amount") if isinstance(cost, dict) else None


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
