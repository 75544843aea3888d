"""Telnyx's webhooks, taken in: any path, signed events only, 200 once they are durable."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bulksend import background, errors
from bulksend.frozen import frozen
from bulksend.receipts import intake, signature
from bulksend.receipts.intake import Intake
from bulksend.setting_names import Setting

#: The most that an event may hold.
BODY_MAX_BYTES = 256 * 1024
#: How often messages that the journal did not know are looked for again.
_ADOPT_EVERY_S = 2.0


@frozen
class Address:
    """Where to listen."""

    host: str
    #: 0: any free port.
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """`127.0.0.1:8000`, `[::1]:8000` or `:8000`. Raises UsageError."""
    host, colon, port = text.strip().rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port[:6]) > 65_535:
        raise errors.UsageError(
            f"{Setting.LISTEN} {text!r} is no address",
            hint="give HOST:PORT, for example 127.0.0.1:8000",
            code="address_invalid",
        )
    return Address(host=bare or "127.0.0.1", port=int(port))


@asynccontextmanager
async def listening(
    address: Address, check: signature.Check, taking: Intake
) -> AsyncIterator[Address]:
    """A server for as long as it is entered; yields where. Raises UsageError for a port in use."""
    app = web.Application(client_max_size=BODY_MAX_BYTES)
    handler = _Handler(check=check, taking=taking)
    app.add_routes([web.post("/{path:.*}", handler.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, address.host, address.port, backlog=1024)
        sentence, hint = f"cannot listen on {address}", f"give {Setting.LISTEN} another port"
        code = "address_in_use"
        with errors.instead_of_os_error(errors.UsageError, sentence, hint=hint, code=code):
            await site.start()
        adopting = background.beside(_adopt(taking), name="bulksend-adopt")
        async with taking.writing(), adopting:
            yield Address(host=address.host, port=int(runner.addresses[0][1]))
            await runner.cleanup()
    finally:
        await runner.cleanup()


async def _adopt(taking: Intake) -> None:
    """Every `_ADOPT_EVERY_S` seconds take in the events whose rows the run has now settled."""
    while True:
        await asyncio.sleep(_ADOPT_EVERY_S)
        with contextlib.suppress(errors.JournalError):  # tried again, and at the end it is raised
            await taking.adopt()


@frozen
class _Handler:
    check: signature.Check
    taking: Intake

    async def take(self, request: web.Request) -> web.Response:
        """One webhook. 200 means that it is durable, or that it is none of ours."""
        counts = self.taking.counts
        body = await request.read()  # 413 for more than may be
        timestamp = request.headers.get(signature.TIMESTAMP_HEADER, "")
        signed = request.headers.get(signature.SIGNATURE_HEADER, "")
        if not self.check(timestamp, signed, body, time.time()):
            counts["forged"] += 1
            return web.Response(status=403, text="the signature is not Telnyx's, or is too old\n")
        try:
            event = intake.parse(body)
        except ValueError:
            counts["unreadable"] += 1
            return web.Response(status=400, text="this is no event\n")
        if event is None:
            counts["foreign"] += 1
            return web.Response(text="ok\n")
        try:
            await self.taking.add(event)
        except errors.JournalError:
            counts["lost"] += 1  # Telnyx tells it again
            return web.Response(status=503, text="it cannot be written down right now\n")
        return web.Response(text="ok\n")
