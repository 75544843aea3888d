"""What an account, a messaging profile and a sender ID say of themselves, read by name.

A profile also holds a secret (`v1_secret`): only the fields that are named here are ever taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from bulksend.frozen import frozen
from bulksend.telnyx import reply_facts
from bulksend.telnyx.client import Client
from bulksend.telnyx.codes import Exchange
from bulksend.visible import visible

_PAGE = 50
_PAGES_MAX = 40
_SHOWN_MAX = 100


@frozen
class Balance:
    """What may be spent."""

    available: Decimal
    currency: str


@frozen
class Profile:
    """A messaging profile, as far as it decides about a batch."""

    name: str
    enabled: bool
    #: ISO countries, or "*"; none: nothing may be sent.
    destinations: tuple[str, ...]
    alpha_sender: str | None
    #: US dollars a day; None where no limit is on.
    daily_limit: Decimal | None
    smart_encoding: bool
    #: Numbers are masked in detail records.
    redacted: bool


def balance(answer: Exchange) -> Balance | None:
    """Out of GET /balance; None when it cannot be read."""
    data = fields(answer)
    available, currency = _amount(data.get("available_credit")), data.get("currency")
    if available is None or not isinstance(currency, str):
        return None
    return Balance(available=available, currency=_shown(currency))


def profile(answer: Exchange) -> Profile | None:
    """Out of GET /messaging_profiles/{id}; None when it cannot be read."""
    data = fields(answer)
    if not isinstance(data.get("enabled"), bool):
        return None
    countries = data.get("whitelisted_destinations")
    alpha = data.get("alpha_sender")
    limited = data.get("daily_spend_limit_enabled") is True
    return Profile(
        name=_shown(data.get("name") or ""),
        enabled=data["enabled"],
        destinations=tuple(map(_shown, countries)) if isinstance(countries, list) else ("*",),
        alpha_sender=_shown(alpha) if isinstance(alpha, str) and alpha else None,
        daily_limit=_amount(data.get("daily_spend_limit")) if limited else None,
        smart_encoding=data.get("smart_encoding") is True,
        redacted=data.get("redaction_enabled") is True,
    )


async def sender_ids(
    gateway: Client, profile_id: str, *, pages_max: int = _PAGES_MAX
) -> tuple[str, ...] | None:
    """Every sender ID on a profile; None when the list cannot be read whole."""
    names: list[str] = []
    for number in range(1, pages_max + 1):
        answer = await gateway.get(
            f"/messaging_profiles/{profile_id}/alphanumeric_sender_ids",
            {"page[size]": str(_PAGE), "page[number]": str(number)},
        )
        listed = entries(answer)
        if listed is None:
            return None
        names += [str(entry.get("alphanumeric_sender_id")) for entry in listed]
        if len(listed) < _PAGE:
            return tuple(names)
    return None


def fields(answer: Exchange) -> Mapping[str, Any]:
    """The `data` object of a 200; empty when there is none."""
    data = _data(answer)
    return data if isinstance(data, dict) else {}


def entries(answer: Exchange) -> list[dict[str, Any]] | None:
    """The `data` list of a 200; None when there is none."""
    data = _data(answer)
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        return None
    return data


def _data(answer: Exchange) -> object:
    if answer.failure is not None or answer.http_status != 200:
        return None
    try:
        read = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return read.get("data") if isinstance(read, dict) else None


def _amount(value: object) -> Decimal | None:
    return reply_facts.amount(value, signed=True) if isinstance(value, str) else None


def _shown(text: object) -> str:
    return visible(str(text))[:_SHOWN_MAX]
