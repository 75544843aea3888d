"""The wire: every fault lands in its class, and the server's own count says it is true."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bulksend.errors import Code
from bulksend.sms.message import Status
from bulksend.telnyx import client
from tests import wire_server as wire
from tests.makers import PROFILE, make_message

KEY = client.Secret("KEYcanary0123456789")
ENVELOPE = client.Envelope(sender="MyCompany", profile_id=PROFILE)
QUICK = client.Patience(connect_s=0.3, reply_s=0.3)

FAULTS = [
    pytest.param(wire.says(wire.success()), Status.ACCEPTED, "", id="accepted"),
    pytest.param(wire.closes, Status.UNKNOWN, Code.CONNECTION_LOST, id="closed"),
    pytest.param(wire.resets, Status.UNKNOWN, Code.CONNECTION_LOST, id="reset"),
    pytest.param(wire.is_silent, Status.UNKNOWN, Code.NO_REPLY, id="silent"),
    pytest.param(
        wire.says_and_closes(b"HTTP/1.1 2"), Status.UNKNOWN, None, id="part-of-a-status-line"
    ),
    pytest.param(
        wire.says_and_closes(b"\x00garbage\r\n\r\n"),
        Status.UNKNOWN,
        Code.REPLY_UNREADABLE,
        id="garbage-that-aiohttp-calls-400",
    ),
    pytest.param(
        wire.says_and_closes(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"),
        Status.UNKNOWN,
        Code.REPLY_UNREADABLE,
        id="long-header",
    ),
    pytest.param(
        wire.says_and_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        Status.UNKNOWN,
        Code.REPLY_CUT,
        id="cut-body",
    ),
    pytest.param(
        wire.says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        Status.UNKNOWN,
        Code.REPLY_CUT,
        id="stalled-body",
    ),
    pytest.param(
        wire.says_and_closes(b"HTTP/1.1 100 Continue\r\n\r\n"),
        Status.UNKNOWN,
        None,
        id="100-continue-and-gone",
    ),
    pytest.param(
        wire.streams_without_end, Status.UNKNOWN, Code.REPLY_UNREADABLE, id="endless-body"
    ),
    pytest.param(
        wire.says(wire.http("200 OK", b"nonsense", "Content-Encoding: gzip")),
        Status.UNKNOWN,
        Code.REPLY_UNREADABLE,
        id="broken-gzip",
    ),
    pytest.param(
        wire.says(wire.http("307 Temporary Redirect", b"", "Location: /v2/elsewhere")),
        Status.UNKNOWN,
        Code.REDIRECT,
        id="redirect-is-not-followed",
    ),
    pytest.param(
        wire.says(wire.http("503 Unavailable", b"")), Status.UNKNOWN, Code.SERVER_ERROR, id="503"
    ),
    pytest.param(
        wire.says(wire.http("429 Too Many", b"", "Retry-After: 1")),
        Status.UNSENT,
        Code.THROTTLED,
        id="429",
    ),
]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for this machine, made by openssl; skips where there is none."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    try:
        subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    return folder


def server_tls(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def send_after(
    server: wire.WireServer, earlier: int, tls: ssl.SSLContext | None = None
) -> tuple[Status, str]:
    """Status and code of a request that follows `earlier` good ones on the same connection."""
    async with client.Client(server.base_url, KEY, ENVELOPE, patience=QUICK, tls=tls) as gateway:
        for row in range(earlier):
            reply = await gateway.send(gateway.body(make_message(row + 2)), f"k-{row}")
            assert reply.status is Status.ACCEPTED
        reply = await gateway.send(gateway.body(make_message(99)), "k-99")
    return reply.status, reply.code


@pytest.mark.parametrize("earlier", [0, 1], ids=["fresh", "reused"])
@pytest.mark.parametrize(("answer", "status", "code"), FAULTS)
async def test_every_fault_lands_in_its_class(
    answer: wire.Answer, status: Status, code: str | None, earlier: int
) -> None:
    good = [wire.says(wire.success())] * earlier
    async with wire.WireServer(*good, answer) as server:
        found = await send_after(server, earlier)

    assert found[0] is status
    assert code is None or found[1] == code
    assert server.full_requests == earlier + 1, "a request was made a second time"


@pytest.mark.parametrize("earlier", [0, 1], ids=["fresh", "reused"])
@pytest.mark.parametrize(("answer", "status", "code"), FAULTS)
async def test_every_fault_lands_in_its_class_over_tls(
    answer: wire.Answer, status: Status, code: str | None, earlier: int, certificate: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    good = [wire.says(wire.success())] * earlier
    async with wire.WireServer(*good, answer, tls=server_tls(certificate)) as server:
        found = await send_after(server, earlier, trust)

    assert found[0] is status
    assert server.full_requests == earlier + 1


async def test_32_requests_at_once_that_are_all_reset_are_all_unknown_and_had_once() -> None:
    async with (
        wire.WireServer(wire.resets) as server,
        client.Client(server.base_url, KEY, ENVELOPE, patience=QUICK) as gateway,
    ):
        sends = [gateway.send(gateway.body(make_message(it)), f"k-{it}") for it in range(2, 34)]
        replies = await asyncio.gather(*sends)

    assert {it.status for it in replies} == {Status.UNKNOWN}
    assert server.full_requests == 32


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
    async with wire.WireServer(wire.closes, tls=server_tls(certificate)) as server:
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
