"""Webhook deliveries: what was reported to a message's webhook URL, found by text.

They stand here whether or not anybody listened: as failed, for want of a listener.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from bulksend.sandbox import paging
from bulksend.sandbox.events import Event, events
from bulksend.sandbox.lifecycle import moment, parse_moment
from bulksend.sandbox.payload import ORGANIZATION
from bulksend.sandbox.state import State

_FILTERS = {
    "filter[status][eq]",
    "filter[event_type]",
    "filter[webhook][contains]",
    "filter[attempts][contains]",
    "filter[started_at][gte]",
    "filter[started_at][lte]",
    "filter[finished_at][gte]",
    "filter[finished_at][lte]",
    "page[size]",
    "page[number]",
}


def search(state: State, query: Mapping[str, str], now_s: float) -> dict[str, Any]:
    """Newest first; of messages that have a webhook URL."""
    _check(query)
    types = query.get("filter[event_type]")
    happened = [
        event
        for stored in state.messages.values()
        if stored.order.webhook_url
        for event in events(stored)
        if event.occurred_s <= now_s and (types is None or event.event_type in types.split(","))
        if _is_between(event.occurred_s, query)
    ]
    happened.sort(key=lambda event: event.occurred_s)
    happened.reverse()
    matching = [
        delivery
        for event in happened
        for delivery in [_delivery(event)]
        if _contains(delivery["webhook"], query.get("filter[webhook][contains]"))
        and _contains(delivery["attempts"], query.get("filter[attempts][contains]"))
        and query.get("filter[status][eq]", delivery["status"]) == delivery["status"]
    ]
    return paging.page(matching, query, paging.DELIVERIES)


def _check(query: Mapping[str, str]) -> None:
    unknown = {name for name, value in query.items() if value} - _FILTERS
    if unknown or query.get("filter[status][eq]", "failed") not in (
        "failed",
        "delivered",
    ):
        raise paging.DELIVERIES.refusal("Unknown filter.")


def _is_between(at_s: float, query: Mapping[str, str]) -> bool:
    for name in ("started_at", "finished_at"):
        since, until = (query.get(f"filter[{name}][{end}]") for end in ("gte", "lte"))
        if since is not None and at_s < _moment(since):
            return False
        if until is not None and at_s > _moment(until):
            return False
    return True


def _moment(text: str) -> float:
    at_s = parse_moment(text)
    if at_s is None:
        raise paging.DELIVERIES.refusal(f"{text!r} is no moment.")
    return at_s


def _contains(part: Any, text: str | None) -> bool:
    return text is None or text in orjson.dumps(part).decode()


def _delivery(event: Event) -> dict[str, Any]:
    """One attempt to report an event."""
    at = moment(event.occurred_s)
    request: dict[str, Any] = {"url": event.stored.order.webhook_url, "headers": []}
    response = {"status": 502, "headers": [], "body": ""}
    return {
        "record_type": "webhook_delivery",
        "id": str(uuid.uuid5(uuid.UUID(event.event_id), "delivery")),
        "user_id": ORGANIZATION,
        "status": "failed",
        "started_at": at,
        "finished_at": at,
        "webhook": event.document(),
        "attempts": [
            {
                "status": "failed",
                "started_at": at,
                "finished_at": at,
                "http": {"request": request, "response": response},
                "errors": [75499],
            }
        ],
    }
