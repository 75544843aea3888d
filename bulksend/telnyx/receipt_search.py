"""Reads of what became of messages: pages of detail records, one message, its deliveries.

What cannot be read is a `Trouble`, never an empty answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bulksend.frozen import frozen
from bulksend.telnyx import receipts, records
from bulksend.telnyx.client import Client
from bulksend.telnyx.codes import Exchange
from bulksend.telnyx.receipts import Receipt
from bulksend.telnyx.records import Record

#: The most that a page of detail records may hold.
PAGE_ROWS = 50
#: No batch has more pages; a server that never ends does not keep us for ever.
_PAGES_MAX = 250_000


class Trouble(StrEnum):
    """Why a read told nothing."""

    KEY = "key"
    FORBIDDEN = "forbidden"
    #: Telnyx has no such message, or has forgotten it.
    GONE = "gone"
    #: An answer that is not Telnyx's.
    FOREIGN = "foreign"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


@frozen
class Page:
    """One page of detail records."""

    receipts: tuple[Receipt, ...]
    #: By message ID, the records that show a webhook URL, where a row reference may stand.
    marked: Mapping[str, Record]
    #: How many records there are in all, where the page says so.
    total: int | None


class ReceiptSearch:
    """Safe to call from any number of tasks; the caller keeps the pace."""

    def __init__(self, gateway: Client) -> None:
        self._search = records.Search(gateway)

    async def pages(self, sender: str, span: records.Span) -> AsyncGenerator[Page | Trouble, None]:
        """Every page of a sender's outbound records, the oldest first; ends after a Trouble."""
        filters = {
            "filter[record_type]": "messaging",
            "filter[direction]": "outbound",
            "filter[cli]": sender,
            "filter[created_at][gte]": _moment(span.since_s),
            "filter[created_at][lt]": _moment(span.until_s),
            "sort": "created_at",
        }
        read = 0
        for number in range(1, _PAGES_MAX):
            page = {"page[size]": str(PAGE_ROWS), "page[number]": str(number)}
            answer = await self._search.read("/detail_records", {**filters, **page})
            document = _document(answer)
            if isinstance(document, Trouble):
                yield document
                return
            entries = document.get("data")
            if not isinstance(entries, list):
                yield Trouble.FOREIGN
                return
            read += len(entries)
            total, size = _meta(document)
            yield _page(entries, total)
            if not entries or (read >= total if total is not None else len(entries) < size):
                return

    async def message(self, message_id: str) -> Receipt | Trouble:
        """GET /messages/{id}; Trouble.GONE for one that Telnyx does not have."""
        document = _document(await self._search.read(f"/messages/{message_id}", {}))
        if isinstance(document, Trouble):
            return document
        receipt = receipts.from_message(document.get("data"))
        fits = receipt is not None and receipt.message_id == message_id
        return receipt if receipt is not None and fits else Trouble.FOREIGN

    async def deliveries(self, mark: str) -> tuple[Receipt, ...] | Trouble:
        """What webhooks have said, or tried to say, of the message that carries a row reference."""
        parameters = {"filter[attempts][contains]": mark, "page[size]": str(PAGE_ROWS)}
        document = _document(await self._search.read("/webhook_deliveries", parameters))
        if isinstance(document, Trouble):
            return document
        entries = document.get("data")
        if not isinstance(entries, list):
            return Trouble.FOREIGN
        events = [_event(entry) for entry in entries]
        return tuple(receipt for receipt in events if receipt is not None)


def _document(answer: Exchange) -> dict[str, Any] | Trouble:
    """The JSON object of a 200, or what stood in the way."""
    if answer.failure is not None:
        return Trouble.UNREACHABLE
    status = answer.http_status or 0
    refusals = {401: Trouble.KEY, 403: Trouble.FORBIDDEN, 404: Trouble.GONE, 429: Trouble.BUSY}
    if status in refusals:
        return refusals[status]
    if status >= 500:
        return Trouble.BUSY
    if status != 200:
        return Trouble.FOREIGN
    try:
        document = receipts.parse(answer.body)
    except (ValueError, RecursionError):
        return Trouble.FOREIGN
    return document if isinstance(document, dict) else Trouble.FOREIGN


def _page(entries: list[Any], total: int | None) -> Page:
    read = [receipts.from_record(entry) for entry in entries if isinstance(entry, Mapping)]
    shown = [records.record_of(entry) for entry in entries if isinstance(entry, Mapping)]
    marked = {record.message_id: record for record in shown if record and record.marked}
    return Page(
        receipts=tuple(receipt for receipt in read if receipt is not None),
        marked=marked,
        total=total,
    )


def _meta(document: Mapping[str, Any]) -> tuple[int | None, int]:
    """How many there are in all, and on a page."""
    meta = document.get("meta")
    values = meta if isinstance(meta, Mapping) else {}
    total, size = values.get("total_results"), values.get("page_size")
    sized = size if isinstance(size, int) and 0 < size <= PAGE_ROWS else PAGE_ROWS
    return (total if isinstance(total, int) else None), sized


def _event(entry: object) -> Receipt | None:
    webhook = entry.get("webhook") if isinstance(entry, Mapping) else None
    if not isinstance(webhook, Mapping):
        return None
    return receipts.from_message(webhook.get("payload"), webhook.get("occurred_at"))


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
