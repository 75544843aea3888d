"""One POST on aiohttp's public API alone: a connection of its own for each request.

`TraceConfig.on_request_headers_sent` runs before the first byte leaves: a request for which it did
not run has provably not been written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Self

import aiohttp

from bulksend.telnyx.wire import transport
from bulksend.telnyx.wire.transport import Exchanging, Target


def traces() -> list[aiohttp.TraceConfig]:
    """What the session must be made with, so that it is seen whether a request was written."""
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note_written)
    return [trace]


async def _note_written(_session: aiohttp.ClientSession, noted: SimpleNamespace, _: Any) -> None:
    exchanging = noted.trace_request_ctx
    if isinstance(exchanging, Exchanging):
        exchanging.written = True
        if exchanging.deadline is not None:
            exchanging.deadline.reschedule(exchanging.due_s + asyncio.get_running_loop().time())


class GuardedRequest(aiohttp.ClientRequest):
    """Not written to a connection on which bytes are waiting: they would be taken for its reply."""

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """As aiohttp does. Raises ServerDisconnectedError."""
        protocol = conn.protocol
        if protocol is not None and protocol.should_close:
            raise aiohttp.ServerDisconnectedError
        return await super().send(conn)


class PlainTransport:
    """An async context manager inside a session made with `traces`."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """The session is the caller's."""

    async def post(
        self, body: bytes, key: str, exchanging: Exchanging
    ) -> tuple[Mapping[str, str], bytes | None]:
        """As `Transport.post`."""
        async with asyncio.timeout(None) as exchanging.deadline:
            target = self._target
            exchanging.due_s = target.reply_s  # counted from when the request is written
            async with target.session.post(
                target.url,
                data=body,
                headers={**target.headers, "Idempotency-Key": key},
                allow_redirects=False,
                trace_request_ctx=exchanging,
                **target.route.request_arguments(),
            ) as response:
                exchanging.status = response.status
                read = await transport.read_whole(response.content)
                if read is None:
                    response.close()
                return response.headers, read
