"""Webhook deliveries: what was reported to a message's webhook URL, found by text.

The sandbox calls no URL: every delivery is listed as made, and failed for want of a listener.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from bulksend.sandbox.checks import Refusal
from bulksend.sandbox.detail_records import page
from bulksend.sandbox.state import State, Stored, moment, payload, status_of

_FILTERS = {
    "filter[status][eq]",
    "filter[event_type]",
    "filter[webhook][contains]",
    "filter[attempts][contains]",
    "page[size]",
    "page[number]",
}


def search(state: State, query: Mapping[str, str], now_s: float) -> dict[str, Any]:
    """Newest first; of messages that have left the queue and have a webhook URL."""
    if set(query) - _FILTERS:
        raise Refusal(400, "10015", "Bad Request", "Unknown filter.")
    matching = [
        delivery
        for stored in reversed(state.messages.values())
        if stored.order.webhook_url and status_of(stored, state.config, now_s) != "queued"
        for delivery in [_delivery(stored, state, now_s)]
        if _contains(delivery["webhook"], query.get("filter[webhook][contains]"))
        and _contains(delivery["attempts"], query.get("filter[attempts][contains]"))
    ]
    return page(matching, query)


def _contains(part: Any, text: str | None) -> bool:
    return text is None or text in orjson.dumps(part).decode()


def _delivery(stored: Stored, state: State, now_s: float) -> dict[str, Any]:
    """One attempt to report `message.sent`."""
    left = moment(stored.received_s + stored.wait_s)
    event_id = str(uuid.uuid5(uuid.UUID(stored.message_id), "message.sent"))
    url = stored.order.webhook_url
    return {
        "record_type": "webhook_delivery",
        "id": str(uuid.uuid5(uuid.UUID(stored.message_id), "delivery")),
        "user_id": "00000000-0000-4000-8000-0000000000ff",
        "status": "failed",
        "started_at": left,
        "finished_at": left,
        "webhook": {
            "record_type": "event",
            "id": event_id,
            "event_type": "message.sent",
            "occurred_at": left,
            "payload": payload(stored, state.config, now_s),
        },
        "attempts": [
            {
                "status": "failed",
                "started_at": left,
                "finished_at": left,
                "http": {"request": {"url": url, "headers": []}, "response": None},
                "errors": [75499],
            }
        ],
    }
