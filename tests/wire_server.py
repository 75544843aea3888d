"""A server made of bytes: counts the full requests it had and answers each as it is told."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def success() -> bytes:
    data = {"id": str(uuid.uuid4()), "parts": 1, "encoding": "GSM-7"}
    return http("200 OK", json.dumps({"data": data}).encode(), "Content-Type: application/json")


def says(reply: bytes) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()

    return answer


def says_and_closes(reply: bytes) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        writer.close()

    return answer


def says_then(reply: bytes, then: Answer) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()
        await asyncio.sleep(0.02)
        await then(reader, writer)

    return answer


def drips(reply: bytes) -> Answer:
    """Slowly, but never so slowly that it looks like silence."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(reply), 40):
            writer.write(reply[at : at + 40])
            await writer.drain()
            await asyncio.sleep(0.002)

    return answer


def early(answer: Answer, *, after_bytes: int = 0) -> Answer:
    """Done before the request was read whole: it is in nobody's ledger."""

    async def answer_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if after_bytes:
            await reader.readexactly(after_bytes)
        await answer(reader, writer)

    answer_early.early = True  # type: ignore[attr-defined]
    return answer_early


async def closes(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def is_silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def streams_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(64):
        writer.write(b" " * (1 << 20))
        await writer.drain()


def server_tls(folder: Path) -> ssl.SSLContext:
    """With the certificate of the fixture `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class WireServer:
    """`full_requests` is the truth: what a text may have been sent for."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._tls = tls
        self.full_requests = 0
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self._serving: set[asyncio.Task[object]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/v2"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        await asyncio.sleep(0.01)  # transports close in the loop's next turns

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            while not writer.is_closing():
                if getattr(self._answers[0], "early", False):
                    await self._next_answer()(reader, writer)
                    continue
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (
                        int(line.split(":")[1])
                        for line in head.splitlines()
                        if line.lower().startswith("content-length")
                    ),
                    0,  # a read has no body
                )
                self.bodies.append(await reader.readexactly(length))
                self.heads.append(head)
                self.full_requests += 1
                await self._next_answer()(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass  # the test is over, and nobody waits for this task
        finally:
            writer.transport.abort()

    def _next_answer(self) -> Answer:
        """The last one is for everybody who comes later."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
