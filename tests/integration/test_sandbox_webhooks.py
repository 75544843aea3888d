"""The sandbox's webhooks: signed, and as bad as the script says."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bulksend.receipts import signature
from bulksend.sandbox import lifecycle, server
from bulksend.sandbox.scripts import webhook_rules
from tests.integration.test_sandbox import GOOD, get, post

pytest.importorskip("cryptography")


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[tuple[bytes, Any]]]]:
    """A URL, and what came: body and headers."""
    came: list[tuple[bytes, Any]] = []

    async def take(request: web.Request) -> web.Response:
        came.append((await request.read(), request.headers))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/{path:.*}", take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook?b=1", came
    finally:
        await runner.cleanup()


async def reported(script: str, count: int, fates: str = "[]") -> list[tuple[str, str, bool]]:
    """Event type, status and whether it is to be believed, in the order they came.

    Waits for `count` of them, however long that takes, and a moment for one too many.
    """
    config = server.SandboxConfig(
        reports=True,
        webhooks=webhook_rules.parse_webhooks(script),
        fates=lifecycle.parse_fates(fates),
        delivery_s=(0.0, 0.05, 0.1),
    )
    async with listening() as (url, came), server.Sandbox(config) as sandbox:
        await post(sandbox, GOOD | {"webhook_url": url})
        async with asyncio.timeout(60):
            while len(came) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        check = signature.checker(sandbox.public_key)
    read = []
    for body, headers in came:
        data = json.loads(body)["data"]
        timestamp, signed = headers["telnyx-timestamp"], headers["telnyx-signature-ed25519"]
        believed = check(timestamp, signed, body, time.time())
        read.append((data["event_type"], data["payload"]["to"][0]["status"], believed))
    return read


SENT, DONE = ("message.sent", "sent", True), ("message.finalized", "delivered", True)


@pytest.mark.parametrize(
    ("script", "events"),
    [
        pytest.param("[]", [SENT, DONE], id="as-it-should-be"),
        pytest.param('[{"webhook": "twice"}]', [SENT, SENT, DONE, DONE], id="twice"),
        pytest.param(
            '[{"webhook": "out_of_order", "seconds": 0.2}]', [DONE, SENT], id="out-of-order"
        ),
        pytest.param('[{"webhook": "lost"}]', [], id="lost"),
    ],
)
async def test_events_come_as_the_script_says(script: str, events: list[Any]) -> None:
    assert sorted(await reported(script, len(events))) == sorted(events)


async def test_the_beginning_may_come_after_the_end() -> None:
    events = await reported('[{"webhook": "out_of_order", "seconds": 0.2}]', 2)

    assert [event_type for event_type, *_ in events] == ["message.finalized", "message.sent"]


@pytest.mark.parametrize("kind", ["forged", "replayed"])
async def test_what_is_forged_or_replayed_is_not_to_be_believed(kind: str) -> None:
    events = await reported(f'[{{"webhook": "{kind}"}}]', 4)

    assert [event for event in events if event[2]] == [SENT, DONE]
    assert len([event for event in events if not event[2]]) == 2


async def test_a_failure_is_reported_with_its_code() -> None:
    events = await reported("[]", 2, '[{"fate": "delivery_failed", "code": "40001"}]')

    assert events[-1] == ("message.finalized", "delivery_failed", True)


async def test_no_other_computer_is_called() -> None:
    config = server.SandboxConfig(reports=True, delivery_s=(0.0, 0.0, 0.0))
    async with server.Sandbox(config) as sandbox:
        await post(sandbox, GOOD | {"webhook_url": "https://example.com/hook"})
        await asyncio.sleep(0.2)
        _, listed = await get(sandbox, "/webhook_deliveries")

    assert listed["meta"]["total_results"] == 2


async def test_the_path_for_all_senders_takes_alphanumeric_ones() -> None:
    import aiohttp

    async with server.Sandbox(server.SandboxConfig()) as sandbox:
        statuses = []
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer sandbox"}) as session:
            for more in ({"encoding": "auto", "type": "SMS"}, {"type": "MMS"}, {"tags": []}):
                url = f"{sandbox.base_url}/messages"
                async with session.post(url, json=GOOD | more) as response:
                    statuses.append(response.status)

    assert statuses == [200, 400, 400]
