"""A server fast enough to be measured against: a bare asyncio.Protocol in a process of its own.

An aiohttp.web server would need more CPU than the client it is to measure. This one answers every
POST with a reply of Telnyx's size and shape, at once or after a fixed latency.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from tests.bench import cores

_MESSAGE = (
    '{"data":{"record_type":"message","direction":"outbound",'
    '"id":"40385f64-5717-4562-b3fc-%012x","type":"SMS",'
    '"organization_id":"47a530f8-4362-4526-829b-bcee17fd9f7a",'
    '"messaging_profile_id":"00000000-0000-4000-8000-000000000001",'
    '"from":{"phone_number":"MyCompany","carrier":"","line_type":""},'
    '"to":[{"phone_number":"%b","status":"queued","carrier":"TELEFONICA UK LIMITED",'
    '"line_type":"Wireless"}],"cc":[],'
    '"text":"Hi Ada, your table for two is booked for 19:30 on Friday. '
    'Reply to the mail we sent you if you cannot come. Yours, MyCompany",'
    '"subject":null,"media":[],"webhook_url":null,"webhook_failover_url":null,'
    '"encoding":"GSM-7","parts":1,"num_chars":126,"tags":["tag-1"],"errors":[],'
    '"smart_encoding_applied":false,"tcr_campaign_id":null,"tcr_campaign_billable":false,'
    '"tcr_campaign_registered":null,"cost":{"amount":"0.0459","currency":"USD"},'
    '"cost_breakdown":{"carrier_fee":{"amount":"0.0000","currency":"USD"},'
    '"rate":{"amount":"0.0459","currency":"USD"}},'
    '"received_at":"2026-06-01T12:00:00.000+00:00","sent_at":null,"completed_at":null,'
    '"valid_until":"2026-06-01T13:00:00.000+00:00","wait_seconds":0.0}}'
)
_HEAD = (
    "HTTP/1.1 200 OK\r\n"
    "Date: Mon, 01 Jun 2026 12:00:00 GMT\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: %d\r\n"
    "Connection: keep-alive\r\n"
    "Cache-Control: max-age=0, private, must-revalidate\r\n"
    "X-Request-Id: 0c6b5f1e-6a0b-4d0c-9d3b-6f0f4c8f2a11\r\n"
    "Server: bench\r\n\r\n"
)
_PHONE = b"+447911123456"
#: The number of the request and the phone go in; a phone of another length needs another length.
REPLY = (_HEAD % len(_MESSAGE.encode() % (0, _PHONE)) + _MESSAGE).encode()


class Server(asyncio.Protocol):
    """One connection; requests may come in pieces and one after the other."""

    requests = 0
    latency_s = 0.0
    first_s = last_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        while (head_end := data.find(b"\r\n\r\n")) >= 0:
            end = head_end + 4 + _content_length(data, head_end)
            if len(data) < end:
                break
            self._answer(data[:4], _phone(data[head_end:end]))
            data = data[end:]
        self._rest = data

    def _answer(self, method: bytes, phone: bytes) -> None:
        if method != b"POST":
            self._write(_said(self.requests, self.last_s - self.first_s))
            return
        loop = asyncio.get_running_loop()
        Server.requests = number = self.requests + 1
        Server.last_s = loop.time()
        if number == 1:
            Server.first_s = self.last_s
        if self.latency_s:
            loop.call_later(self.latency_s, self._write, REPLY % (number, phone))
        else:
            self._write(REPLY % (number, phone))

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


def _said(requests: int, seconds: float) -> bytes:
    """How many came, and how long it took from the first to the last."""
    body = json.dumps({"requests": requests, "seconds": seconds}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def heard(url: str) -> dict[str, Any]:
    """What the server at `url` says of the requests it had."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own, on loopback
        found: dict[str, Any] = json.load(answer)
    return found


def _phone(body: bytes) -> bytes:
    """Whom the message is for: its sender believes no reply about another phone."""
    _, found, rest = body.partition(b'"to":"')
    phone = rest[: len(_PHONE)] if found else _PHONE
    assert phone[:1] == b"+", "a phone as long as ours"
    assert not found or rest[len(_PHONE) :][:1] == b'"', "a phone as long as ours"
    return phone


def _content_length(data: bytes, head_end: int) -> int:
    """Header names come in any case."""
    at = data.find(b"ontent-", 0, head_end)
    while at >= 0:
        line_end = data.find(b"\r\n", at)
        name, _, value = data[at:line_end].partition(b":")
        if name.lower() == b"ontent-length":
            return int(value)
        at = data.find(b"ontent-", line_end, head_end)
    return 0


async def serve(latency_s: float) -> None:
    """Until the process is ended; the first line on stdout is the base URL."""
    Server.latency_s = latency_s
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def running(latency_ms: float = 0.0) -> Iterator[str]:
    """A server in its own process on the first core; yields its base URL."""
    words = [sys.executable, "-m", "tests.bench.servers", "--latency-ms", str(latency_ms)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    latency_s = parser.parse_args().latency_ms / 1000
    cores.pin(cores.SERVER)
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner, contextlib.suppress(KeyboardInterrupt):
        runner.run(serve(latency_s))


if __name__ == "__main__":
    main()
