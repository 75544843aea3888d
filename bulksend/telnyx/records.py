"""Telnyx's own records, read: detail records by number, webhook deliveries by a row reference.

What cannot be read whole is None, never an empty answer: nothing may follow from a page that did
not come.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from bulksend.frozen import frozen
from bulksend.sms.message import Money
from bulksend.telnyx import account, clock, rate_headers, reply_facts
from bulksend.telnyx.client import Client
from bulksend.telnyx.codes import Exchange

#: The most that a page of detail records may hold.
_PAGE = 50
_PAGES_MAX = 20
#: Waits before a read that failed is made again.
_WAITS_S = (0.5, 2.0, 5.0)
_AT_ONCE = 4


@frozen
class Record:
    """One outbound message as Telnyx remembers it."""

    message_id: str
    #: As it is shown: masked where the profile redacts.
    phone: str = ""
    sender: str = ""
    #: When it was made, in seconds since the epoch; None where that cannot be read.
    at_s: float | None = None
    #: Where the row reference may stand: a webhook URL, or a delivery with all its attempts.
    marked: str = ""
    parts: int | None = None
    encoding: str = ""
    cost: Money | None = None


@frozen
class Span:
    """From when to when, in seconds since the epoch by the server's clock."""

    since_s: float
    until_s: float


class Search:
    """Reads at most a few pages at once; safe to call from any number of tasks."""

    def __init__(self, gateway: Client) -> None:
        self._gateway = gateway
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def by_phone(self, phone: str, sender: str, span: Span) -> tuple[Record, ...] | None:
        """Every outbound record of a phone and a sender; None when they cannot be read whole."""
        filters = {
            "filter[record_type]": "messaging",
            "filter[direction]": "outbound",
            "filter[cld]": phone,
            "filter[cli]": sender,
            "filter[created_at][gte]": _moment(span.since_s),
            "filter[created_at][lt]": _moment(span.until_s),
            "sort": "-created_at",
        }
        entries = await self._whole("/detail_records", filters)
        return None if entries is None else _unless_strange(map(record_of, entries))

    async def by_row_reference(self, reference: str) -> tuple[Record, ...] | None:
        """Webhook deliveries that carry a row reference; None when they cannot be read whole."""
        filters = {"filter[attempts][contains]": reference}
        entries = await self._whole("/webhook_deliveries", filters)
        records = None if entries is None else _unless_strange(map(_delivery, entries))
        if records is None:
            return None
        # A message is reported when it is sent and when it is final: the newest comes first.
        return tuple({record.message_id: record for record in reversed(records)}.values())

    async def _whole(self, path: str, filters: Mapping[str, str]) -> list[dict[str, Any]] | None:
        """All pages, or None."""
        read: list[dict[str, Any]] = []
        for number in range(1, _PAGES_MAX + 1):
            page = {"page[size]": str(_PAGE), "page[number]": str(number)}
            answer = await self.read(path, {**filters, **page})
            entries = account.entries(answer)
            if entries is None:
                return None
            read += entries
            total = total_of(answer)
            if total is None and len(entries) < _PAGE:
                return read
            if total is not None and len(read) >= total:
                return read if len(read) == total else None
            if not entries:
                return None
        return None

    async def read(self, path: str, parameters: Mapping[str, str]) -> Exchange:
        """One page; a read costs nothing, so it may be made again."""
        async with self._slots:
            answer = await self._gateway.get(path, parameters)
            for wait_s in _WAITS_S:
                status = answer.http_status or 0
                if answer.failure is None and status != 429 and status < 500:
                    break
                await asyncio.sleep(max(wait_s, _asked_to_wait_s(answer)))
                answer = await self._gateway.get(path, parameters)
        return answer


def _asked_to_wait_s(answer: Exchange) -> float:
    if answer.failure is not None:
        return 0.0
    asked_s = rate_headers.seconds_from(answer.headers.get("retry-after", ""), time.time())
    return min(asked_s or 0.0, 60.0)


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def total_of(answer: Exchange) -> int | None:
    """How many there are in all, where the page says so."""
    meta = orjson.loads(answer.body).get("meta")
    total = meta.get("total_results") if isinstance(meta, dict) else None
    return total if isinstance(total, int) else None


def _unless_strange(read: Any) -> tuple[Record, ...] | None:
    """All of them; None when one is not what it should be."""
    records = tuple(read)
    return None if any(record is None for record in records) else records


def record_of(entry: Mapping[str, Any]) -> Record | None:
    """Out of a detail record; None for one without an ID."""
    message_id = _uuid(entry.get("uuid"))
    if message_id is None:
        return None
    parts = entry.get("parts")
    return Record(
        message_id=message_id,
        phone=str(entry.get("cld") or ""),
        sender=str(entry.get("cli") or ""),
        at_s=clock.parse_iso(entry.get("created_at")),
        marked=str(entry.get("delivery_status_webhook_url") or ""),
        parts=parts if isinstance(parts, int) and 0 < parts < 256 else None,
        cost=_money(entry.get("cost"), entry.get("currency")),
    )


def _delivery(entry: Mapping[str, Any]) -> Record | None:
    """Out of a webhook delivery, whose event holds the message; None for any other event."""
    webhook = entry.get("webhook")
    payload = webhook.get("payload") if isinstance(webhook, dict) else None
    message_id = _uuid(payload.get("id")) if isinstance(payload, dict) else None
    if message_id is None or not isinstance(payload, dict):
        return None
    parts, encoding, cost = (payload.get(name) for name in ("parts", "encoding", "cost"))
    money = cost if isinstance(cost, dict) else {}
    return Record(
        message_id=message_id,
        marked=orjson.dumps(entry).decode(),
        parts=parts if isinstance(parts, int) and 0 < parts < 256 else None,
        encoding=encoding if isinstance(encoding, str) else "",
        cost=_money(money.get("amount"), money.get("currency")),
    )


def _uuid(value: object) -> str | None:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _money(amount: object, currency: object) -> Money | None:
    if not isinstance(amount, str) or not isinstance(currency, str):
        return None
    return reply_facts.money(amount, currency)
