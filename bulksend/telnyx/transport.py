"""One POST on one kept-alive connection: aiohttp's pool, TLS and parser, not its request objects.

All our requests are alike but for a key and a body, and aiohttp spends more than half of its time
on what could make them different; here the head is made once (121 -> 65 us of CPU for a whole
message). And here it is seen whether a byte was handed to a connection, which decides between a row
that may be sent again and one that may not.

It leans on these of aiohttp, which its manual does not promise and its minor versions may change:
`ClientRequest(method, url, session=)` as what a connection is asked for, the connector's
`connect(request, traces, timeout)`, of a connection `protocol`, `transport` and `close`, and of its
protocol `set_response_params`, `read` (the reply's head and its `StreamReader`), `is_connected` and
`should_close`. So pyproject.toml names the versions that the tests of the wire were passed with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
import yarl

#: A reply is about 1.2 KB; what is larger than this is not one.
REPLY_MAX_BYTES = 1 << 20
#: Shorter than a server's own: fewer dead connections are met.
KEEP_S = 10.0


@dataclass(slots=True, eq=False)
class Exchanging:
    """What one request has shown so far; kept by the caller, whatever is raised."""

    #: Set before the first byte is handed to the connection.
    written: bool = False
    #: The reply's status, once its head was read.
    status: int | None = None
    #: The reply did not come in time.
    overdue: bool = False
    due_s: float = 0.0
    connection: aiohttp.connector.Connection | None = None


class Wire:
    """An async context manager inside a session; `post` may be called by any number of tasks."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: yarl.URL,
        headers: Mapping[str, str],
        *,
        reply_s: float,
    ) -> None:
        assert session.connector is not None  # noqa: S101 - an open session has one
        self._connector = session.connector
        self._timeout = session.timeout
        self._target = aiohttp.ClientRequest("POST", url, session=session)
        lines = [f"POST {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._head = "\r\n".join([*lines, "Idempotency-Key: "]).encode()
        self._reply_s = reply_s
        #: In the order they are due.
        self._open: dict[Exchanging, None] = {}
        #: Connections that wait for their next request, and since when; the last one goes first.
        self._idle: list[tuple[aiohttp.connector.Connection, float]] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._watching = asyncio.create_task(self._watch(), name="bulksend-wire")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watching.cancel()
        await asyncio.wait([self._watching])
        for connection, _ in self._idle:
            connection.close()

    async def post(
        self, body: bytes, key: str, exchanging: Exchanging
    ) -> tuple[Mapping[str, str], bytes | None]:
        """Headers and body of the reply; None for a body that is larger than any reply.

        Raises what aiohttp raises, and TimeoutError.
        """
        connection = self._reuse() or await self._connect()
        exchanging.connection, exchanging.due_s = connection, self._loop.time() + self._reply_s
        self._open[exchanging] = None
        try:
            protocol = self._write(connection, body, key, exchanging)
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:  # not the reply yet
                message, content = await protocol.read()
            exchanging.status = message.code
            read = content.read_nowait() if content.is_eof() else await _read(content)
        except BaseException:
            connection.close()
            if exchanging.overdue:
                raise TimeoutError from None
            raise
        finally:
            del self._open[exchanging]
        self._let_go(connection, whole=read is not None)
        return message.headers, read

    def _reuse(self) -> aiohttp.connector.Connection | None:
        """A kept connection that is still good."""
        while self._idle:
            connection, since_s = self._idle.pop()
            if _usable(connection) and self._loop.time() - since_s < KEEP_S:
                return connection
            connection.close()
        return None

    async def _connect(self) -> aiohttp.connector.Connection:
        try:
            return await self._connector.connect(self._target, [], self._timeout)
        except TimeoutError as late:
            raise aiohttp.ConnectionTimeoutError from late

    def _let_go(self, connection: aiohttp.connector.Connection, *, whole: bool) -> None:
        """After a whole reply the connection is good for the next request."""
        if whole and _usable(connection):
            self._idle.append((connection, self._loop.time()))
        else:
            connection.close()

    def _write(
        self,
        connection: aiohttp.connector.Connection,
        body: bytes,
        key: str,
        exchanging: Exchanging,
    ) -> aiohttp.client_proto.ResponseHandler:
        """The whole request; who gets the reply."""
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None or transport.is_closing():
            raise aiohttp.ServerDisconnectedError
        protocol.set_response_params(read_until_eof=True, auto_decompress=False)
        exchanging.written = True
        transport.write(
            b"%b%b\r\nContent-Length: %d\r\n\r\n%b" % (self._head, key.encode(), len(body), body)
        )
        return protocol

    async def _watch(self) -> None:
        """End what is overdue: one look now and then is cheaper than a timer for each request."""
        while True:
            await asyncio.sleep(min(1.0, self._reply_s / 4))
            now_s = self._loop.time()
            for exchanging in self._open:
                if exchanging.due_s > now_s:
                    break
                exchanging.overdue = True
                if exchanging.connection is not None and exchanging.connection.transport:
                    exchanging.connection.transport.abort()


def _usable(connection: aiohttp.connector.Connection) -> bool:
    """Open, with nothing unread: a reply nobody asked for must not become the next row's."""
    protocol = connection.protocol
    return protocol is not None and protocol.is_connected() and not protocol.should_close


async def _read(content: aiohttp.StreamReader) -> bytes | None:
    """The whole body; None when it is larger than any reply."""
    read = await content.readany()
    while not content.at_eof():
        read += await content.readany()
        if len(read) > REPLY_MAX_BYTES:
            return None
    return read
