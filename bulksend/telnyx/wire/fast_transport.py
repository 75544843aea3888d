"""One POST on one kept-alive connection: aiohttp's pool, TLS and parser, not its request objects.

All our requests are alike but for a key and a body, and aiohttp spends more than half of its time
on what could make them different; here the head is made once (121 -> 65 us of CPU for a whole
message). And here it is seen whether a byte was handed to a connection, which decides between a row
that may be sent again and one that may not.

It leans on these of aiohttp, which its manual does not promise and its minor versions may change:
`ClientRequest(method, url, session=)` as what a connection is asked for, the connector's
`connect(request, traces, timeout)`, of a connection `protocol`, `transport` and `close`, and of its
protocol `set_response_params`, `read` (the reply's head and its `StreamReader`), `is_connected` and
`should_close`. `fits` tries them; where it says no, the plain transport is taken.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Mapping
from typing import Self

import aiohttp
import aiohttp.client_proto
import yarl

from bulksend.telnyx.wire import transport
from bulksend.telnyx.wire.transport import Exchanging, Target

#: The longest that a connection waits for its next request. A handshake costs nothing; a connection
#: that the server closes at that very moment costs a row that a person must settle.
IDLE_MAX_S = 0.75
#: Of the patience that the server names: the rest is for the way there.
_IDLE_SHARE = 0.25
_KEEP_ALIVE = re.compile(r"(?:^|[,; ])timeout=([0-9]{1,9})(?![0-9])")


async def fits(session: aiohttp.ClientSession) -> bool:
    """Whether the installed aiohttp has the shape that is leaned on here."""
    try:
        aiohttp.ClientRequest("GET", yarl.URL("http://127.0.0.1/"), session=session)
        connect = inspect.signature(aiohttp.TCPConnector.connect).parameters
        return list(connect)[1:4] == ["req", "traces", "timeout"] and await _reads_a_reply()
    except Exception:
        return False


_REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name: x\r\n\r\n{}"


class _Nowhere(asyncio.Transport):
    """A connection to nobody, for trying out the parser."""

    def is_closing(self) -> bool:
        """It is as open as it ever was."""
        return False


async def _reads_a_reply() -> bool:
    """A reply goes through the parser as it would from a connection."""
    protocol = aiohttp.client_proto.ResponseHandler(asyncio.get_running_loop())
    protocol.connection_made(_Nowhere())
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    protocol.data_received(_REPLY)
    message, content = await protocol.read()
    read = content.read_nowait() if content.is_eof() else b""
    fine = (message.code, message.headers.get("x-name"), read) == (200, "x", b"{}")
    clean = protocol.is_connected() and not protocol.should_close
    protocol.data_received(_REPLY)  # and nobody asked for this one
    return fine and clean and protocol.should_close is True


class FastTransport:
    """An async context manager inside a session."""

    def __init__(self, target: Target) -> None:
        session, url = target.session, target.url
        assert session.connector is not None  # noqa: S101 - an open session has one
        self._connector = session.connector
        self._timeout = session.timeout
        self._target = aiohttp.ClientRequest(
            "POST",
            url,
            session=session,
            **target.route.request_arguments(),  # and no headers of ours
        )
        lines = [f"POST {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
        lines += [f"{name}: {value}" for name, value in target.headers.items()]
        self._head = "\r\n".join([*lines, "Idempotency-Key: "]).encode()
        self._reply_s = target.reply_s
        #: In the order they are due.
        self._open: dict[Exchanging, None] = {}
        #: Connections that wait for their next request, and until when; the last one goes first.
        self._idle: list[tuple[aiohttp.connector.Connection, float]] = []
        #: Off after the first loss on a connection that had been used before.
        self._reuses = True

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._watching = asyncio.create_task(self._watch(), name="bulksend-wire")
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._watching.cancel()
        await asyncio.wait([self._watching])
        for connection, _ in self._idle:
            connection.close()
        if not self._watching.cancelled():
            self._watching.result()  # replies were waited for without an end

    async def post(
        self, body: bytes, key: str, exchanging: Exchanging
    ) -> tuple[Mapping[str, str], bytes | None]:
        """As `Transport.post`."""
        connection = self._take(exchanging) or await self._connect()
        exchanging.connection, exchanging.due_s = connection, self._loop.time() + self._reply_s
        self._open[exchanging] = None
        try:
            protocol = self._write(connection, body, key, exchanging)
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:  # not the reply yet
                message, content = await protocol.read()
            exchanging.status = message.code
            read = (
                content.read_nowait() if content.is_eof() else await transport.read_whole(content)
            )
        except BaseException:
            connection.close()
            self._reuses = self._reuses and not exchanging.reused
            if exchanging.overdue:
                raise TimeoutError from None
            raise
        finally:
            del self._open[exchanging]
        self._release(connection, message.headers, whole=read is not None)
        return message.headers, read

    def _take(self, exchanging: Exchanging) -> aiohttp.connector.Connection | None:
        """An idle connection that is still good."""
        while self._idle:
            connection, until_s = self._idle.pop()
            if self._reuses and self._loop.time() < until_s and _usable(connection):
                exchanging.reused = True
                return connection
            connection.close()
        return None

    async def _connect(self) -> aiohttp.connector.Connection:
        try:
            return await self._connector.connect(self._target, [], self._timeout)
        except TimeoutError as late:
            raise aiohttp.ConnectionTimeoutError from late

    def _release(
        self, connection: aiohttp.connector.Connection, headers: Mapping[str, str], *, whole: bool
    ) -> None:
        """After a whole reply the connection is kept for the next request, for a short while."""
        idle_s = idle_for_s(headers.get("Keep-Alive", ""))
        if whole and self._reuses and idle_s > 0:  # and is looked at before it is used again
            self._idle.append((connection, self._loop.time() + idle_s))
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
        if protocol.should_close:  # bytes that came unasked would be taken for the reply
            raise aiohttp.ServerDisconnectedError
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


def idle_for_s(keep_alive: str) -> float:
    """How long a connection may wait, by the server's `Keep-Alive: timeout=5` or without one."""
    named = _KEEP_ALIVE.search(keep_alive.lower()) if keep_alive else None
    return min(IDLE_MAX_S, int(named[1]) * _IDLE_SHARE) if named else IDLE_MAX_S


def _usable(connection: aiohttp.connector.Connection) -> bool:
    """Open, with nothing unread: a reply nobody asked for must not become the next row's."""
    protocol = connection.protocol
    return protocol is not None and protocol.is_connected() and not protocol.should_close
