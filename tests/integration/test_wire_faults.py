"""Everything that can go wrong on the wire: each cell in its class, and the server's count agrees.

Each fault meets the first request of a connection, a later one, and 32 at once; with and without
TLS. What was accepted was had once, what is unsent cannot have been taken, the rest is unknown.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiohttp import http_parser

from bulksend.errors import Code, Stop
from bulksend.sms.message import Reply, Status
from bulksend.telnyx import client
from bulksend.telnyx.wire import network
from tests import wire_server as wire
from tests.makers import PROFILE, make_message

KEY = client.Secret("KEYcanary0123456789")
ENVELOPE = client.Envelope(sender="MyCompany", profile_id=PROFILE)
#: Longer than any machine takes to answer; only where nothing more will come is it worth a second.
PATIENT = client.Patience(connect_s=60.0, reply_s=60.0)
QUICK = client.Patience(connect_s=60.0, reply_s=1.0)
OK = b"HTTP/1.1 200 OK\r\n"
JSON = "Content-Type: application/json"
ID = "40385f64-5717-4562-b3fc-2c963f66afa6"
#: Not where aiohttp has no C extension.
LOOKS_AT_EVERY_BYTE = http_parser.HttpResponseParser is not http_parser.HttpResponseParserPy
ACCEPTED, REFUSED, UNSENT, UNKNOWN = (
    *(Status.ACCEPTED, Status.REFUSED, Status.UNSENT, Status.UNKNOWN),
)


def fault(name: str, answer: wire.Answer, status: Status, code: Any = None, **more: Any) -> Any:
    patience = QUICK if more.get("falls_silent") else PATIENT
    return pytest.param(answer, status, code, more.get("stop"), patience, id=name)


def body(**data: Any) -> bytes:
    return json.dumps({"data": {"id": ID, "parts": 1, "encoding": "GSM-7"} | data}).encode()


def bare(status: str) -> wire.Answer:
    return wire.says(wire.http(status, b"<html>upstream</html>", "Content-Type: text/html"))


def error(status: str, code: str) -> wire.Answer:
    problem = {"errors": [{"code": code, "title": "No", "detail": "Because."}]}
    return wire.says(wire.http(status, json.dumps(problem).encode(), JSON))


def chunked(*chunks: bytes) -> bytes:
    lines = [b"%x\r\n%s\r\n" % (len(it), it) for it in chunks]
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(lines)


#: The request was had whole, exactly once; and this is what its row is called.
HAD_ONCE = [
    fault("200", wire.says(wire.http("200 OK", body(), JSON)), ACCEPTED, ""),
    fault("201", wire.says(wire.http("201 Created", body(), JSON)), ACCEPTED, ""),
    fault("202", wire.says(wire.http("202 Accepted", body(), JSON)), ACCEPTED, ""),
    fault("200-dripping", wire.drips(wire.http("200 OK", body(), JSON)), ACCEPTED, ""),
    fault("200-chunked", wire.says(chunked(body(), b"")), ACCEPTED, ""),
    fault(
        "200-and-the-connection-ends",
        wire.says_and_closes(wire.http("200 OK", body(), "Connection: close")),
        ACCEPTED,
        "",
    ),
    fault(
        "200-without-a-length",
        wire.says_and_closes(OK + b"Connection: close\r\n\r\n" + body()),
        ACCEPTED,
        "",
    ),
    # Whose reply is it, where there is more than one?
    fault(
        "200-with-a-head-behind-it",
        wire.says(wire.http("200 OK", body()) + b"more\r\n\r\n"),
        UNKNOWN,
    ),
    # One of aiohttp's two parsers waits for a whole head before it looks at it.
    fault(
        "200-with-part-of-a-head-behind-it",
        wire.says(wire.http("200 OK", body()) + b"more"),
        UNKNOWN if LOOKS_AT_EVERY_BYTE else ACCEPTED,
    ),
    fault(
        "200-with-a-cost-that-is-none",
        wire.says(wire.http("200 OK", body(cost={"amount": "free", "currency": 7}))),
        ACCEPTED,
        "",
    ),
    fault(
        "100-continue-and-200",
        wire.says(b"HTTP/1.1 100 Continue\r\n\r\n" + wire.http("200 OK", body(), JSON)),
        ACCEPTED,
        "",
    ),
    fault("closed", wire.closes, UNKNOWN, Code.CONNECTION_LOST),
    fault("reset", wire.resets, UNKNOWN, Code.CONNECTION_LOST),
    fault("silent", wire.is_silent, UNKNOWN, Code.NO_REPLY, falls_silent=True),
    fault("part-of-a-status-line", wire.says_and_closes(b"HTTP/1.1 2"), UNKNOWN),
    fault("part-of-the-headers-and-reset", wire.says_then(OK + b"Con", wire.resets), UNKNOWN),
    fault(
        "part-of-the-headers-and-silent",
        wire.says(OK + b"Con"),
        UNKNOWN,
        Code.NO_REPLY,
        falls_silent=True,
    ),
    fault(
        "garbage-that-aiohttp-calls-400",
        wire.says_and_closes(b"\x00garbage\r\n\r\n"),
        UNKNOWN,
        Code.REPLY_UNREADABLE,
    ),
    fault(
        "a-long-header",
        wire.says_and_closes(OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n"),
        UNKNOWN,
        Code.REPLY_UNREADABLE,
    ),
    fault(
        "a-length-that-is-none",
        wire.says_and_closes(OK + b"Content-Length: many\r\n\r\n{}"),
        UNKNOWN,
        Code.REPLY_UNREADABLE,
    ),
    fault(
        "cut", wire.says_and_closes(OK + b"Content-Length: 99\r\n\r\n{"), UNKNOWN, Code.REPLY_CUT
    ),
    fault(
        "cut-by-a-reset",
        wire.says_then(OK + b"Content-Length: 99\r\n\r\n{", wire.resets),
        UNKNOWN,
        Code.REPLY_CUT,
    ),
    fault(
        "stalled",
        wire.says(OK + b"Content-Length: 99\r\n\r\n{"),
        UNKNOWN,
        Code.REPLY_CUT,
        falls_silent=True,
    ),
    fault("cut-between-chunks", wire.says_and_closes(chunked(body())), UNKNOWN, Code.REPLY_CUT),
    fault(
        "a-chunk-of-no-size",
        wire.says_and_closes(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        UNKNOWN,
    ),
    fault("100-continue-and-gone", wire.says_and_closes(b"HTTP/1.1 100 Continue\r\n\r\n"), UNKNOWN),
    fault("endless", wire.streams_without_end, UNKNOWN),
    fault(
        "broken-gzip",
        wire.says(wire.http("200 OK", b"nonsense", "Content-Encoding: gzip")),
        UNKNOWN,
        Code.REPLY_UNREADABLE,
    ),
    fault("200-with-a-page", bare("200 OK"), UNKNOWN, Code.REPLY_UNREADABLE),
    fault("200-with-nothing", wire.says(wire.http("200 OK", b"")), UNKNOWN, Code.REPLY_UNREADABLE),
    fault("204", wire.says(b"HTTP/1.1 204 No Content\r\n\r\n"), UNKNOWN, Code.REPLY_UNREADABLE),
    fault("200-without-an-id", wire.says(wire.http("200 OK", b'{"data":{}}')), UNKNOWN),
    fault("200-with-an-id-that-is-none", wire.says(wire.http("200 OK", body(id="1"))), UNKNOWN),
    fault("200-with-a-list", wire.says(wire.http("200 OK", b"[1]")), UNKNOWN),
    fault("200-with-deep-json", wire.says(wire.http("200 OK", b"[" * 200_000)), UNKNOWN),
    fault("200-with-deep-data", wire.says(wire.http("200 OK", b'{"data":' * 90_000)), UNKNOWN),
    *(
        fault(
            f"{status}-is-not-followed",
            wire.says(wire.http(f"{status} Moved", b"", "Location: /v2/elsewhere")),
            UNKNOWN,
            Code.REDIRECT,
            stop=Stop.BASE_URL,
        )
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        fault(status[:3], bare(status), UNKNOWN, Code.SERVER_ERROR)
        for status in (
            *("408 Timeout", "409 Conflict", "425 Early", "500 Error", "502 Bad Gateway"),
            *("503 Unavailable", "504 Timeout", "520 Unknown", "524 Timeout"),
        )
    ),
    fault("500-with-a-code", error("500 Error", "10007"), UNKNOWN, "10007"),
    fault("409-the-same-key-in-flight", error("409 Conflict", "10036"), UNKNOWN, "10036"),
]
#: Telnyx, or something before it, says that it did not take the message.
NOT_TAKEN = [
    fault("409-opted-out", error("409 Conflict", "40300"), REFUSED, "40300"),
    fault("400-no-such-number", error("400 Bad", "40310"), REFUSED, "40310"),
    fault("400-of-a-firewall", bare("400 Bad"), UNSENT, Code.NOT_TELNYX),
    fault("403-of-a-firewall", bare("403 Forbidden"), UNSENT, Code.NOT_TELNYX),
    fault("413-of-a-proxy", bare("413 Too Large"), UNSENT, Code.NOT_TELNYX),
    fault("401-the-key", error("401 No", "10009"), UNSENT, "10009", stop=Stop.KEY),
    fault("402-the-funds", error("402 Pay", "20100"), UNSENT, "20100", stop=Stop.FUNDS),
    fault("404-the-address", bare("404 Not Found"), UNSENT, Code.NOT_TELNYX, stop=Stop.BASE_URL),
    fault("400-the-sender", error("400 Bad", "40305"), UNSENT, "40305", stop=Stop.SENDER),
    fault("400-the-profile", error("400 Bad", "40312"), UNSENT, "40312", stop=Stop.PROFILE),
    fault("422-the-same-key", error("422 No", "10027"), REFUSED, "10027", stop=Stop.REQUEST),
    fault("429", wire.says(wire.http("429 Slow", b"", "Retry-After: 1")), UNSENT, Code.THROTTLED),
    fault("429-the-rate", error("429 Slow", "10011"), UNSENT, "10011"),
    fault("429-the-queue", error("429 Slow", "40318"), UNSENT, "40318"),
    fault("429-the-limit", error("429 Slow", "40333"), UNSENT, "40333", stop=Stop.SPEND_LIMIT),
]
#: The connection ends before the request was had whole; nobody on our side can know that.
NEVER_HAD = [
    fault("closed-at-once", wire.early(wire.closes), UNKNOWN, Code.CONNECTION_LOST),
    fault("reset-at-once", wire.early(wire.resets), UNKNOWN, Code.CONNECTION_LOST),
    fault("closed-in-the-head", wire.early(wire.closes, after_bytes=20), UNKNOWN),
    fault("reset-in-the-head", wire.early(wire.resets, after_bytes=20), UNKNOWN),
    fault("reset-in-the-body", wire.early(wire.resets, after_bytes=300), UNKNOWN),
    fault(
        "408-at-once",
        wire.early(wire.says_and_closes(wire.http("408 Timeout", b"", "Connection: close"))),
        UNKNOWN,
    ),
]
#: Transport, TLS, good requests before, requests at once. The plain one uses no connection twice.
WAYS = [
    pytest.param(plain, secure, earlier, at_once, id=f"{transport}-{way}-{wires}")
    for plain, transport in ((False, "fast"), (True, "plain"))
    for secure, wires in ((False, "http"), (True, "tls"))
    for earlier, at_once, way in ((0, 1, "fresh"), (1, 1, "reused"), (0, 32, "32-at-once"))
    if not plain or (earlier, at_once) == (0, 1) or (not secure and at_once > 1)
]


async def replies_to(
    server: wire.WireServer,
    earlier: int,
    at_once: int,
    tls: ssl.SSLContext | None,
    *,
    plain: bool,
    patience: client.Patience,
) -> list[Reply]:
    """To `at_once` requests that follow `earlier` good ones on the same connection."""
    route = network.Route(tls=tls, plain=plain)
    async with client.Client(
        server.base_url, KEY, ENVELOPE, patience=patience, route=route
    ) as gateway:
        for row in range(earlier):
            reply = await gateway.send(gateway.body(make_message(row + 2)), f"k-{row}")
            assert reply.status is ACCEPTED
        rows = range(100, 100 + at_once)
        return await asyncio.gather(
            *(gateway.send(gateway.body(make_message(it)), f"k-{it}") for it in rows)
        )


@pytest.fixture(scope="module")
def both_ends(certificate: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of the server, and of a client that trusts it and nobody else."""
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    return wire.server_tls(certificate), trusted


@pytest.mark.slow
@pytest.mark.parametrize(("plain", "secure", "earlier", "at_once"), WAYS)
@pytest.mark.parametrize(
    ("answer", "status", "code", "stop", "patience"), HAD_ONCE + NOT_TAKEN + NEVER_HAD
)
async def test_every_fault_lands_in_its_class(
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    answer: wire.Answer,
    status: Status,
    code: str | None,
    stop: Stop | None,
    patience: client.Patience,
    plain: bool,
    secure: bool,
    earlier: int,
    at_once: int,
) -> None:
    serving = trusted = None
    if secure:
        serving, trusted = request.getfixturevalue("both_ends")
    good = [wire.says(wire.success())] * earlier
    async with wire.WireServer(*good, answer, tls=serving) as server:
        replies = await replies_to(
            server, earlier, at_once, trusted, plain=plain, patience=patience
        )

    assert {it.status for it in replies} == {status}
    assert {it.stop for it in replies} == {stop}
    assert code is None or {it.code for it in replies} == {code}
    had = 0 if getattr(answer, "early", False) else at_once
    assert server.full_requests == earlier + had, "a request was made a second time"
    assert "canary" not in caplog.text
    assert "Traceback" not in caplog.text


def test_there_are_faults_enough() -> None:
    assert len(HAD_ONCE + NOT_TAKEN + NEVER_HAD) >= 60
