"""How each fault looks on the wire."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web

from bulksend.sandbox.checks import Refusal
from bulksend.sandbox.scripts.faults import Rule

_BARE = {
    "garbage": b"\x00\x01\x02 this is not HTTP\r\n\r\n",
    "long_header": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n{}",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    b'{"data": {"id": ',
}
_BODIES = {
    "html": (b"<html><body>Log in to the hotel's network</body></html>", "text/html"),
    "empty": (b"", "application/json"),
    "no_id": (b'{"data": {"record_type": "message"}}', "application/json"),
    "deep": (b"[" * 200_000, "application/json"),
}


async def misbehave(rule: Rule, request: web.Request) -> web.StreamResponse | None:
    """The faulty reply; None when the true one may follow (it was only slow)."""
    match rule.fault:
        case "slow":
            await asyncio.sleep(rule.seconds)
            return None
        case "silent":
            await asyncio.sleep(rule.seconds)
            return _closed(request, reset=False)
        case "close" | "reset":
            return _closed(request, reset=rule.fault == "reset")
        case "garbage" | "long_header" | "cut":
            if request.transport is not None:
                request.transport.write(_BARE[rule.fault])
            return _closed(request, reset=False)
        case "huge":
            return await _huge(rule, request)
        case "broken_gzip":
            return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})
        case "html" | "empty" | "no_id" | "deep":
            body, kind = _BODIES[rule.fault]
            return web.Response(body=body, content_type=kind)
        case _:
            return _refused(rule)


def _refused(rule: Rule) -> web.Response:
    match rule.fault:
        case "redirect":
            return web.Response(status=307, headers={"Location": "/v2/elsewhere"})
        case "http":
            return web.Response(status=rule.status, text="upstream trouble")
        case "throttle":
            headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
            body = Refusal(429, "10011", "Too many requests", "Slow down.").body()
            return web.Response(
                status=429, body=body, headers=headers, content_type="application/json"
            )
        case _:
            status = rule.status
            body = Refusal(status, rule.code or "10007", "Scripted", "As the script says.").body()
            return web.Response(status=status, body=body, content_type="application/json")


def _closed(request: web.Request, *, reset: bool) -> web.Response:
    """End the connection; the response that is returned never leaves."""
    transport = request.transport
    if transport is not None:
        if reset:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
    return web.Response()


async def _huge(rule: Rule, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(rule.megabytes):
        await response.write(b" " * (1 << 20))
    return response
