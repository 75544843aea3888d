"""Through a proxy, by either transport: what it learns, what it refuses, what is unsent then."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bulksend.errors import Code
from bulksend.sms.message import Status
from bulksend.telnyx import client
from bulksend.telnyx.wire import network
from tests import wire_server as wire
from tests.makers import PROFILE, make_message

KEY = client.Secret("KEYcanary0123456789")
ENVELOPE = client.Envelope(sender="MyCompany", profile_id=PROFILE)
QUICK = client.Patience(connect_s=0.5, reply_s=2.0)
BOTH = pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])


@asynccontextmanager
async def proxy_to(
    port: int, heads: list[str], *, refusal: str = "", login: str = ""
) -> AsyncIterator[int]:
    """Understands CONNECT; its port."""
    serving: set[asyncio.Task[None]] = set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        wanted = base64.b64encode(login.encode()).decode()
        answer = refusal or ("" if wanted in heads[-1] else "407 Proxy Authentication Required")
        if answer == "silence":
            try:
                await asyncio.sleep(5)
            finally:
                writer.transport.abort()
        if answer:
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(pump(reader, far_writer)),
                    asyncio.ensure_future(pump(far_reader, writer)),
                ]
            )
        finally:
            far_writer.close()
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.ensure_future(serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0.01)


def gateway_through(
    port: int, url: str, plain: bool, *, login: str = "", tls: ssl.SSLContext | None = None
) -> client.Client:
    named = f"{login}@" if login else ""
    route = network.choose_route(url, proxy=f"http://{named}127.0.0.1:{port}")
    route = dataclasses.replace(route, tls=tls, plain=plain)
    return client.Client(url, KEY, ENVELOPE, patience=QUICK, route=route)


@BOTH
async def test_messages_go_through_it_and_it_learns_neither_key_nor_text(
    certificate: Path, plain: bool
) -> None:
    heads: list[str] = []
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    async with (
        wire.WireServer(wire.says(wire.success()), tls=wire.server_tls(certificate)) as server,
        proxy_to(server.port, heads, login="ada:pw") as port,
        gateway_through(port, server.base_url, plain, login="ada:pw", tls=trusted) as gateway,
    ):
        replies = [
            await gateway.send(gateway.body(make_message(row)), f"k-{row}") for row in range(2, 5)
        ]
        read = await gateway.get("/balance")

    assert [reply.status for reply in replies] == [Status.ACCEPTED] * 3
    assert read.http_status == 200
    assert all(head.startswith(f"CONNECT 127.0.0.1:{server.port} ") for head in heads)
    assert "canary" not in "".join(heads)
    assert not any("Proxy-Authorization" in head for head in server.heads)


@BOTH
@pytest.mark.parametrize(
    ("refusal", "word"),
    [
        ("407 Proxy Authentication Required", "wants a name and a password"),
        ("403 Forbidden", "refused the way"),
        ("502 Bad Gateway", "refused the way"),
        ("silence", ""),
    ],
)
async def test_what_it_refuses_has_not_left(plain: bool, refusal: str, word: str) -> None:
    async with (
        proxy_to(1, [], refusal=refusal) as port,
        gateway_through(port, "https://api.telnyx.test/v2", plain) as gateway,
    ):
        reply = await gateway.send(gateway.body(make_message()), "k")

    assert reply.status is Status.UNSENT
    assert word in reply.error
    assert f"127.0.0.1:{port}" in reply.error


@BOTH
async def test_one_that_is_not_there_is_named(plain: bool) -> None:
    async with gateway_through(9, "https://api.telnyx.test/v2", plain) as gateway:
        reply = await gateway.send(gateway.body(make_message()), "k")
        read = await gateway.get("/balance")

    assert (reply.status, reply.code) == (Status.UNSENT, Code.PROXY)
    assert "127.0.0.1:9" in reply.error
    assert "127.0.0.1:9" in read.cause
