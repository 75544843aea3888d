"""The wire: one POST for one request, seen from outside; two ways to make it.

The fast one (`fast_transport`) leans on more than aiohttp promises and is taken where the installed
aiohttp has that shape; the plain one (`plain_transport`) uses what its manual describes. One suite
of tests holds for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

import aiohttp
import yarl

from bulksend.frozen import frozen
from bulksend.telnyx.wire.network import Route

#: A reply is about 1.2 KB; what is larger than this is not one.
REPLY_MAX_BYTES = 1 << 20


@dataclass(slots=True, eq=False)
class Exchanging:
    """What one request has shown so far; the caller's, whatever is raised."""

    #: Set before the first byte is handed to the connection.
    written: bool = False
    #: The reply's status, once its head was read.
    status: int | None = None
    #: Whether the connection had carried another request before.
    reused: bool = False
    #: The reply did not come in time.
    overdue: bool = False
    due_s: float = 0.0
    connection: aiohttp.connector.Connection | None = None
    deadline: asyncio.Timeout | None = None


@frozen
class Target:
    """Where every request goes, and what all of them have in common."""

    #: Open as long as the transport.
    session: aiohttp.ClientSession
    url: yarl.URL
    #: All but the idempotency key; the API key is in them.
    headers: Mapping[str, str] = field(repr=False)
    route: Route
    reply_s: float


class Transport(Protocol):
    """An async context manager; `post` may be called by any number of tasks."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def post(
        self, body: bytes, key: str, exchanging: Exchanging
    ) -> tuple[Mapping[str, str], bytes | None]:
        """Headers and body of the reply; None for a body that is larger than any reply.

        Makes exactly one request. Raises what aiohttp raises, and TimeoutError.
        """
        ...


async def read_whole(content: aiohttp.StreamReader) -> bytes | None:
    """The whole body; None when it is larger than any reply."""
    read = await content.readany()
    while not content.at_eof():
        read += await content.readany()
        if len(read) > REPLY_MAX_BYTES:
            return None
    return read
