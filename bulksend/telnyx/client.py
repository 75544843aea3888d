"""The wire: one aiohttp session, one POST for one request, and never a second by itself.

The only room with aiohttp's client. None of its exceptions cross this threshold: their text can
hold the Authorization header.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import aiohttp.http
import orjson
import yarl

from bulksend import errors
from bulksend.sms.message import Message, Reply
from bulksend.telnyx import clock, codes, hosts, reference
from bulksend.telnyx import transport as wire
from bulksend.telnyx.codes import Exchange, Failure

SEND_PATH = "/messages/alphanumeric_sender_id"
_HEADERS = (
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "idempotent-replayed",
    "date",
)


class Secret:
    """The API key: in memory only, and never in a repr."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        """For the one header it is made for."""
        return self._value


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The fields that are the same in every request of a batch."""

    sender: str
    profile_id: str
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    use_profile_webhooks: bool | None = None
    #: Marks each webhook URL with its row, where there is one.
    row_reference: reference.RowReference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the wire may take. Giving up early makes unknowns, so the reply gets long."""

    connect_s: float = 10.0
    reply_s: float = 60.0


class Client:
    """An async context manager; `send` is safe to call from any number of tasks."""

    def __init__(
        self,
        base_url: str,
        key: Secret,
        envelope: Envelope,
        *,
        patience: Patience | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._base_url = base_url
        self._send_url = yarl.URL(base_url + SEND_PATH, encoded=True)
        self._key = key
        self._patience = patience or Patience()
        self._tls = tls
        self._head, self._tail, self._end = _frame(envelope)
        self._row_reference = envelope.row_reference if envelope.webhook_url is not None else None
        #: The server's clock against ours.
        self.clock = clock.ServerClock()

    async def __aenter__(self) -> Self:
        headers = {
            "Authorization": f"Bearer {self._key.reveal()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "bulksend",
        }
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # the workers are the limit: waiting for a connection looks like silence
                ssl=self._tls if self._tls is not None else True,
            ),
            headers=headers,
            skip_auto_headers=("Accept-Encoding",),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._patience.connect_s, sock_read=self._patience.reply_s
            ),
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
        )
        self._wire = wire.Wire(
            self._session, self._send_url, headers, reply_s=self._patience.reply_s
        )
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)
        await self._session.close()

    def body(self, message: Message) -> bytes:
        """The request's bytes: fixed order, no time, the same for the same message always."""
        text, phone = orjson.dumps(message.text), orjson.dumps(message.phone)
        if self._row_reference is None:
            return b"".join((self._head, text, _TO, phone, self._tail))
        mark = self._row_reference.mark(message.row, message.claim).encode()
        return b"".join((self._head, text, _TO, phone, self._tail, mark, self._end))

    async def send(self, body: bytes, key: str) -> Reply:
        """Exactly one POST. Raises nothing but CancelledError."""
        seen = wire.Exchanging()
        try:
            headers, read = await self._wire.post(body, key, seen)
        except _WIRE_FAULTS as error:
            failure = Failure.REPLY_CUT if seen.status is not None else failure_of(error)
            return self._classified(Exchange(seen.written, failure, seen.status))
        if read is None:
            return self._classified(Exchange(True, Failure.REPLY_UNREADABLE, seen.status))
        return self._classified(Exchange(True, None, seen.status, _read_headers(headers), read))

    def _classified(self, exchange: Exchange) -> Reply:
        now_s = time.time()
        self._note_clock(exchange, now_s)
        return codes.classify(exchange, now_s)

    def _note_clock(self, exchange: Exchange, now_s: float) -> None:
        if exchange.failure is None and "date" in exchange.headers:
            self.clock.observe(exchange.headers["date"], now_s)

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Exchange:
        """A read, which costs nothing and may be repeated."""
        exchange = await self._read(path, parameters)
        self._note_clock(exchange, time.time())
        return exchange

    async def _read(self, path: str, parameters: Mapping[str, str] | None) -> Exchange:
        url = yarl.URL(self._base_url + path)
        try:
            async with self._session.get(url, params=parameters, allow_redirects=False) as response:
                read = await _whole(response)
                if read is None:
                    response.close()
                    return Exchange(True, Failure.REPLY_UNREADABLE, response.status)
                return Exchange(True, None, response.status, _read_headers(response.headers), read)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Exchange(True, failure_of(error))


_TO = b',"to":'


def _frame(envelope: Envelope) -> tuple[bytes, bytes, bytes]:
    """The bytes before the text, after the phone, and after the row's mark in each body."""
    head: dict[str, Any] = {
        "from": envelope.sender,
        "messaging_profile_id": envelope.profile_id,
    }
    optional = {
        "webhook_url": envelope.webhook_url,
        "webhook_failover_url": envelope.webhook_failover_url,
        "use_profile_webhooks": envelope.use_profile_webhooks,
    }
    present = {name: value for name, value in optional.items() if value is not None}
    tail = b"," + orjson.dumps(present)[1:] if present else b"}"
    start = orjson.dumps(head)[:-1] + b',"text":'
    if envelope.row_reference is None or envelope.webhook_url is None:
        return start, tail, b""
    # The mark itself needs no escape, so the URL is cut where it goes and written only once.
    before, after = (orjson.dumps(half)[1:-1] for half in reference.split(envelope.webhook_url))
    whole = orjson.dumps(envelope.webhook_url)
    to_mark, _, behind = tail.partition(whole)
    return start, to_mark + b'"' + before, after + b'"' + behind


async def _whole(response: aiohttp.ClientResponse) -> bytes | None:
    """The whole body; None when it is larger than any reply."""
    chunks: list[bytes] = []
    size_bytes = 0
    async for chunk in response.content.iter_any():
        size_bytes += len(chunk)
        if size_bytes > wire.REPLY_MAX_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _read_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _HEADERS if name in headers}


_WIRE_FAULTS = (
    *(aiohttp.ClientError, aiohttp.http.HttpProcessingError),
    *(TimeoutError, OSError, ValueError, AssertionError),
)
#: From the most special class to the most general; each says what the wire showed.
_FAILURES: tuple[tuple[type[BaseException], Failure], ...] = (
    (aiohttp.ClientConnectorDNSError, Failure.DNS),
    (aiohttp.ClientConnectorCertificateError, Failure.TLS_CERTIFICATE),
    (aiohttp.ServerFingerprintMismatch, Failure.TLS_CERTIFICATE),
    (aiohttp.ClientConnectorSSLError, Failure.TLS),
    (aiohttp.ClientProxyConnectionError, Failure.PROXY),
    (aiohttp.ClientHttpProxyError, Failure.PROXY),
    (aiohttp.ClientConnectorError, Failure.UNREACHABLE),
    (aiohttp.ConnectionTimeoutError, Failure.CONNECT_TIMEOUT),
    (TimeoutError, Failure.NO_REPLY),
    (aiohttp.ClientPayloadError, Failure.REPLY_CUT),
    # Garbage instead of HTTP: aiohttp says "status 400" although the server said no such thing.
    (aiohttp.ClientResponseError, Failure.REPLY_UNREADABLE),
    (aiohttp.http.HttpProcessingError, Failure.REPLY_UNREADABLE),
    (ValueError, Failure.REPLY_UNREADABLE),
    (Exception, Failure.CONNECTION_LOST),
)


def failure_of(error: BaseException) -> Failure:
    """What an exception of the library shows; what is not known counts as a lost connection."""
    return next(failure for kind, failure in _FAILURES if isinstance(error, kind))


def parse_base_url(text: str) -> str:
    """https anywhere, http on this machine only; no user, no query. Raises UsageError."""
    url = text.strip().rstrip("/")
    try:
        parsed = urlsplit(url)
        host = parsed.hostname or ""
        _ = parsed.port
    except ValueError:
        raise _bad_url(text, "it is not a URL") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise _bad_url(text, "it must begin with https://")
    if parsed.username is not None or parsed.query or parsed.fragment or "\\" in url:
        raise _bad_url(text, "it may hold a host and a path, nothing more")
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        raise _bad_url(text, "it holds a blank or a control character")
    if parsed.scheme == "http" and not hosts.is_loopback(host):
        raise _bad_url(text, "plain http would show the key and the texts to the network")
    return url


def _bad_url(text: str, fault: str) -> errors.UsageError:
    return errors.UsageError(
        f"--base-url {text!r} cannot be used: {fault}",
        hint="leave it out for Telnyx, or give one like http://127.0.0.1:8080/v2",
        code="base_url_invalid",
    )
