"""Detail records: what can be searched of messages that have left the queue, a page at a time."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bulksend.sandbox.checks import Refusal
from bulksend.sandbox.state import SandboxConfig, State, Stored, moment, status_of

_PAGE_DEFAULT, _PAGE_MAX = 20, 250
_RECORDS_PAGE_MAX = 50
_FILTERS = {
    "filter[record_type]",
    "filter[cld]",
    "filter[cli]",
    "filter[direction]",
    "filter[created_at][gte]",
    "filter[created_at][lt]",
    "sort",
    "page[size]",
    "page[number]",
}


def page(
    entries: Sequence[Mapping[str, Any]], query: Mapping[str, str], most: int = _PAGE_MAX
) -> dict[str, Any]:
    """One page with its meta, as every list of Telnyx has stored."""
    size = min(_number(query, "page[size]", _PAGE_DEFAULT), most)
    number = _number(query, "page[number]", 1)
    return {
        "data": list(entries[(number - 1) * size : number * size]),
        "meta": {
            "page_number": number,
            "page_size": size,
            "total_pages": -(-len(entries) // size),
            "total_results": len(entries),
        },
    }


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise Refusal(400, "10015", "Bad Request", f"`{name}` must be 1 or more.")
    return int(value)


def search(state: State, query: Mapping[str, str], now_s: float) -> dict[str, Any]:
    """Newest first. What is queued, or too young, is not there."""
    unknown = set(query) - _FILTERS
    if unknown or query.get("filter[record_type]") != "messaging":
        raise Refusal(400, "10015", "Bad Request", "Unknown filter or record type.")
    by_number = "filter[cld]" in query
    since = _moment(query.get("filter[created_at][gte]"), 0.0)
    until = _moment(query.get("filter[created_at][lt]"), float("inf"))
    matching = [
        _record(stored, state.config, now_s)
        for stored in reversed(state.messages.values())
        if since <= stored.received_s < until
        and (state.config.redacted_found or not state.config.redacted or not by_number)
        and query.get("filter[cld]", stored.order.to) == stored.order.to
        and query.get("filter[cli]", stored.order.sender) == stored.order.sender
        and query.get("filter[direction]", "outbound") == "outbound"
        and _is_shown(stored, state.config, now_s)
    ]
    return page(matching, query, _RECORDS_PAGE_MAX)


def _is_shown(stored: Stored, config: SandboxConfig, now_s: float) -> bool:
    """Whether a record is there yet, and ever; the same for the same message always."""
    chance = random.Random(f"{config.seed} {stored.message_id}")  # noqa: S311 - no secret
    lag_s = chance.uniform(config.record_lag_s, max(config.record_lag_s, config.record_lag_max_s))
    left_s = stored.received_s + stored.wait_s
    return left_s + lag_s <= now_s and chance.random() >= config.records_missing


def _moment(text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise Refusal(400, "10015", "Bad Request", f"{text!r} is no moment.") from None


def _record(stored: Stored, config: SandboxConfig, now_s: float) -> dict[str, Any]:
    order, left_s = stored.order, stored.received_s + stored.wait_s
    delivered = status_of(stored, config, now_s) == "delivered"
    return {
        "record_type": "messaging",
        "uuid": stored.message_id,
        "direction": "outbound",
        "message_type": "SMS",
        "cld": f"{order.to[:5]}*****" if config.redacted else order.to,
        "cli": order.sender,
        "created_at": moment(stored.received_s),
        "sent_at": moment(left_s),
        "completed_at": moment(left_s + config.delivery_s[2]) if delivered else None,
        "updated_at": moment(now_s),
        "status": "delivered" if delivered else "sent",
        "parts": order.measure.parts,
        "cost": str(stored.cost),
        "rate": str(stored.cost / order.measure.parts),
        "carrier_fee": "0.0000",
        "currency": "USD",
        "country_code": order.country,
        "profile_id": order.profile_id,
        "profile_name": "Sandbox",
        "errors": [],
        "delivery_status_webhook_url": order.webhook_url,
    }
