"""The wire: every fault lands in its class, and the server's own count says it is true."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulksend.errors import Code
from bulksend.sms.message import Status
from bulksend.telnyx import client
from bulksend.telnyx.wire import fast_transport, network
from tests import wire_server as wire
from tests.makers import PROFILE, make_message

KEY = client.Secret("KEYcanary0123456789")
ENVELOPE = client.Envelope(sender="MyCompany", profile_id=PROFILE)
QUICK = client.Patience(connect_s=0.3, reply_s=0.3)


async def send_after(
    server: wire.WireServer, earlier: int, tls: ssl.SSLContext | None = None
) -> tuple[Status, str]:
    """Status and code of a request that follows `earlier` good ones on the same connection."""
    route = network.Route(tls=tls)
    async with client.Client(
        server.base_url, KEY, ENVELOPE, patience=QUICK, route=route
    ) as gateway:
        for row in range(earlier):
            reply = await gateway.send(gateway.body(make_message(row + 2)), f"k-{row}")
            assert reply.status is Status.ACCEPTED
        reply = await gateway.send(gateway.body(make_message(99)), "k-99")
    return reply.status, reply.code


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        pytest.param(lambda: f"http://127.0.0.1:{free_port()}/v2", Code.UNREACHABLE, id="refused"),
        pytest.param(lambda: "https://no-such-host.invalid/v2", Code.DNS, id="dns"),
    ],
)
async def test_a_server_that_is_not_there_leaves_the_row_unsent(
    url: Callable[[], str], code: Code
) -> None:
    async with client.Client(url(), KEY, ENVELOPE, patience=QUICK) as gateway:
        reply = await gateway.send(b"{}", "k")

    assert (reply.status, reply.code) == (Status.UNSENT, code)


async def test_a_certificate_nobody_signed_leaves_the_row_unsent(certificate: Path) -> None:
    async with wire.WireServer(wire.closes, tls=wire.server_tls(certificate)) as server:
        found = await send_after(server, 0)

    assert found == (Status.UNSENT, Code.TLS_CERTIFICATE)
    assert server.full_requests == 0


async def test_a_server_that_never_finishes_the_tls_handshake_leaves_the_row_unsent() -> None:
    async with wire.WireServer(wire.is_silent) as server:
        url = server.base_url.replace("http", "https")
        async with client.Client(url, KEY, ENVELOPE, patience=QUICK) as gateway:
            reply = await gateway.send(b"{}", "k")

    assert reply.status is Status.UNSENT


async def test_a_request_carries_its_key_and_the_same_bytes_every_time() -> None:
    envelope = client.Envelope(
        sender="MyCompany",
        profile_id=PROFILE,
        webhook_url="https://shop.example/hook",
        webhook_failover_url="https://shop.example/other",
        use_profile_webhooks=False,
    )
    async with (
        wire.WireServer(wire.says(wire.success())) as server,
        client.Client(server.base_url, KEY, envelope) as gateway,
    ):
        body = gateway.body(make_message(text='He said "é" 😀\n'))
        await gateway.send(body, "batch-2-1")
        await gateway.send(gateway.body(make_message(text='He said "é" 😀\n')), "batch-2-1")

    assert server.bodies[0] == server.bodies[1] == body
    assert json.loads(body) == {
        "from": "MyCompany",
        "messaging_profile_id": PROFILE,
        "text": 'He said "é" 😀\n',
        "to": "+447700900002",
        "webhook_url": "https://shop.example/hook",
        "webhook_failover_url": "https://shop.example/other",
        "use_profile_webhooks": False,
    }
    assert "Idempotency-Key: batch-2-1" in server.heads[0]
    assert server.heads[0].startswith("POST /v2/messages/alphanumeric_sender_id HTTP/1.1")


async def test_optional_fields_are_sent_only_when_given() -> None:
    async with client.Client("http://127.0.0.1:1/v2", KEY, ENVELOPE) as gateway:
        body = gateway.body(make_message())

    assert set(json.loads(body)) == {"from", "messaging_profile_id", "text", "to"}


async def test_the_key_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (wire.resets, wire.says_and_closes(b"\x00garbage\r\n\r\n")):
        async with wire.WireServer(answer) as server:
            await send_after(server, 0)

    assert "canary" not in caplog.text


async def test_a_reply_that_came_before_the_request_is_not_its_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a connection of its own, too: what is there already was never an answer to this row."""
    connect = fast_transport.FastTransport._connect

    async def connect_slowly(transport: fast_transport.FastTransport) -> Any:
        connection = await connect(transport)
        await asyncio.sleep(0.05)
        return connection

    says_no = wire.says(wire.http("400 Bad Request", b'{"errors": [{"code": "40310"}]}'))
    monkeypatch.setattr(fast_transport.FastTransport, "_connect", connect_slowly)
    async with (
        wire.WireServer(wire.early(says_no)) as server,
        client.Client(server.base_url, KEY, ENVELOPE, patience=QUICK) as gateway,
    ):
        reply = await gateway.send(gateway.body(make_message(2)), "k-2")

    assert reply.status is Status.UNSENT


async def test_a_reply_nobody_asked_for_is_not_taken_for_the_next_rows() -> None:
    async def says_more_later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.says(wire.success())(reader, writer)
        await asyncio.sleep(0.05)
        writer.write(wire.http("400 Bad Request", b'{"errors": [{"code": "40310"}]}'))

    async with (
        wire.WireServer(says_more_later, wire.says(wire.success())) as server,
        client.Client(server.base_url, KEY, ENVELOPE, patience=QUICK) as gateway,
    ):
        await gateway.send(gateway.body(make_message(2)), "k-2")
        await asyncio.sleep(0.15)
        reply = await gateway.send(gateway.body(make_message(3)), "k-3")

    assert reply.status is Status.ACCEPTED
    assert server.full_requests == 2
