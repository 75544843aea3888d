"""Telnyx's records read over the wire: whole or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from bulksend.sandbox import server
from bulksend.sms.message import Money
from bulksend.telnyx import account, client, records
from bulksend.telnyx.records import Search, Span
from bulksend.telnyx.reference import RowReference
from tests.makers import PROFILE, make_message
from tests.wire_server import Answer, WireServer, http, says

ALWAYS = Span(since_s=0.0, until_s=4e9)
MARKER = RowReference("ab" * 16, b"k" * 32)


@asynccontextmanager
async def gateway(base_url: str, url: str | None = None) -> AsyncIterator[client.Client]:
    envelope = client.Envelope(
        sender="MyCompany", profile_id=PROFILE, webhook_url=url, row_reference=MARKER
    )
    async with client.Client(base_url, client.Secret("sandbox"), envelope) as made:
        yield made


async def sent(made: client.Client, *rows: int) -> list[str]:
    replies = [
        await made.send(made.body(make_message(it)), f"key-{it}-{time.monotonic_ns()}")
        for it in rows
    ]
    return [it.message_id for it in replies]


async def test_a_record_has_what_the_reply_would_have_had() -> None:
    async with (
        server.Sandbox(server.SandboxConfig()) as sandbox,
        gateway(sandbox.base_url, "https://example.com/hook") as made,
    ):
        (message_id,) = await sent(made, 7)
        found = await Search(made).by_phone(make_message(7).phone, "MyCompany", ALWAYS)

    assert found is not None
    (record,) = found
    assert (record.message_id, record.parts) == (message_id, 1)
    assert (record.phone, record.sender) == (make_message(7).phone, "MyCompany")
    assert record.cost == Money(Decimal("0.0420"), "USD")
    assert record.at_s == pytest.approx(time.time(), abs=5)
    assert MARKER.find(record.marked) == (7, 1)


async def test_a_search_finds_its_phone_sender_and_time_alone() -> None:
    async with (
        server.Sandbox(server.SandboxConfig()) as sandbox,
        gateway(sandbox.base_url) as made,
    ):
        await sent(made, 7, 8)
        search, phone = Search(made), make_message(7).phone
        long_ago = Span(since_s=0.0, until_s=1e9)

        assert len(await search.by_phone(phone, "MyCompany", ALWAYS) or ()) == 1
        assert await search.by_phone(phone, "Other", ALWAYS) == ()
        assert await search.by_phone(phone, "MyCompany", long_ago) == ()
        assert await search.by_phone("+447700900999", "MyCompany", ALWAYS) == ()


async def test_every_page_is_read() -> None:
    async with (
        server.Sandbox(server.SandboxConfig()) as sandbox,
        gateway(sandbox.base_url) as made,
    ):
        ids = await sent(made, *([7] * 120))
        found = await Search(made).by_phone(make_message(7).phone, "MyCompany", ALWAYS)

    assert {it.message_id for it in found or ()} == set(ids)


async def test_a_delivery_is_found_by_its_mark() -> None:
    config = server.SandboxConfig(delivery_s=(0.0, 0.0, 0.0))
    async with (
        server.Sandbox(config) as sandbox,
        gateway(sandbox.base_url, "https://example.com/hook") as made,
    ):
        ids = await sent(made, 7, 8)
        found = await Search(made).by_row_reference(MARKER.mark(8, 1))
        nothing = await Search(made).by_row_reference(MARKER.mark(9, 1))

    assert found is not None
    (record,) = found
    assert (record.message_id, record.parts, record.encoding) == (ids[1], 1, "GSM-7")
    assert record.cost == Money(Decimal("0.0420"), "USD")
    assert MARKER.find(record.marked) == (8, 1)
    assert nothing == ()


def page(*entries: bytes, total: int | None = None) -> bytes:
    meta = b"" if total is None else b', "meta": {"total_results": %d}' % total
    return http("200 OK", b'{"data": [%s]%s}' % (b", ".join(entries), meta))


ONE = b'{"uuid": "40385f64-5717-4562-b3fc-2c963f66afa6", "cld": "+1"}'


@pytest.mark.parametrize(
    ("answers", "count"),
    [
        pytest.param([says(page(ONE, total=1))], 1, id="whole"),
        pytest.param([says(page(ONE))], 1, id="no-total"),
        pytest.param([says(page(total=0))], 0, id="none"),
        pytest.param([says(page(ONE, total=2)), says(page(total=2))], None, id="a-page-is-empty"),
        pytest.param([says(page(ONE, ONE, total=1))], None, id="more-than-there-are"),
        pytest.param([says(page(b'{"cld": "+1"}', total=1))], None, id="no-id"),
        pytest.param([says(page(b'{"uuid": "x"}', total=1))], None, id="no-uuid"),
        pytest.param([says(http("400 Bad Request", b"{}"))], None, id="filter-not-known"),
        pytest.param([says(http("200 OK", b"<html>"))], None, id="html"),
        pytest.param([says(http("200 OK", b'{"data": {}}'))], None, id="no-list"),
        pytest.param([says(http("200 OK", b'{"data": [7]}'))], None, id="no-objects"),
        pytest.param(
            [says(http("429 Too Many", b"", "Retry-After: 0")), says(page(ONE, total=1))],
            1,
            id="throttled-and-then-whole",
        ),
        pytest.param([says(http("503 No", b"")), says(page(total=0))], 0, id="failed-and-whole"),
        pytest.param([says(http("503 No", b""))], None, id="failing"),
    ],
)
async def test_what_is_not_whole_is_nothing(
    answers: list[Answer], count: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_WAITS_S", (0.0, 0.0))
    async with WireServer(*answers) as wire, gateway(wire.base_url) as made:
        found = await Search(made).by_phone("+1", "MyCompany", ALWAYS)

    assert (None if found is None else len(found)) == count


async def test_the_secret_of_a_profile_is_not_even_read() -> None:
    body = (
        b'{"data": {"enabled": true, "name": "Main\\u202e", "v1_secret": "canary", '
        b'"whitelisted_destinations": ["GB"], "daily_spend_limit": "5", '
        b'"daily_spend_limit_enabled": true}}'
    )
    async with WireServer(says(http("200 OK", body))) as wire, gateway(wire.base_url) as made:
        found = account.profile(await made.get("/messaging_profiles/x"))

    assert found is not None
    assert (found.name, found.daily_limit) == ("Main\\u202e", Decimal(5))
    assert "canary" not in repr(found)


async def test_the_servers_clock_is_read_from_every_answer_once_a_second() -> None:
    dates = ["Mon, 23 Nov 2026 12:00:00 GMT", "nonsense", "Mon, 23 Nov 2026 13:00:00 GMT"]
    answers = [says(http("200 OK", b"{}", f"Date: {it}")) for it in dates]
    async with WireServer(*answers) as wire, gateway(wire.base_url) as made:
        assert made.clock.low_s is None
        for _ in dates:
            await made.get("/balance")
        spread: Any = (made.clock.high_s or 0.0) - (made.clock.low_s or 0.0)

    assert spread == pytest.approx(3600.0, abs=2.0)
    await asyncio.sleep(0)
