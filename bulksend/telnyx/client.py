"""Telnyx asked: one aiohttp session, one POST for one request, and never a second by itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import orjson
import yarl

from bulksend.frozen import frozen
from bulksend.sms.message import Message, Reply
from bulksend.telnyx import clock, codes, reference
from bulksend.telnyx.codes import Exchange, Failure
from bulksend.telnyx.wire import failures, fast_transport, network, plain_transport
from bulksend.telnyx.wire.network import DIRECT, Route
from bulksend.telnyx.wire.transport import Exchanging, Target, Transport, read_whole
from bulksend.telnyx.wire.unpacking import unpack

SEND_PATH = "/messages/alphanumeric_sender_id"


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


@frozen
class Envelope:
    """The fields that are the same in every request of a batch."""

    sender: str
    profile_id: str
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    use_profile_webhooks: bool | None = None
    #: Marks each webhook URL with its row, where there is one.
    row_reference: reference.RowReference | None = None


@frozen
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
        route: Route = DIRECT,
    ) -> None:
        self._base_url = base_url
        self._send_url = yarl.URL(base_url + SEND_PATH, encoded=True)
        self._key = key
        self._patience = patience or Patience()
        self._route = route
        self._head, self._tail, self._end = _frame(envelope)
        self._row_reference = envelope.row_reference if envelope.webhook_url is not None else None
        #: The server's clock against ours.
        self.clock = clock.ServerClock()

    async def __aenter__(self) -> Self:
        # Not the session's: those go to a proxy as well, the key first of all.
        self._headers = {
            "Authorization": f"Bearer {self._key.reveal()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "bulksend",
        }
        self._session = self._open_session()
        self._transport = await self._choose_transport()
        await self._transport.__aenter__()
        return self

    def _open_session(self) -> aiohttp.ClientSession:
        connect_s = self._patience.connect_s
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # the workers are the limit: waiting for a connection looks like silence
                force_close=True,  # a stray reply on a kept connection would be the next one's
                ssl=self._route.tls
                or (network.trusted() if self._send_url.scheme == "https" else True),
            ),
            headers={"User-Agent": "bulksend"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=3 * connect_s,  # a proxy's CONNECT and the TLS behind it too
                sock_connect=connect_s,
                sock_read=self._patience.reply_s,
            ),
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
            request_class=plain_transport.GuardedRequest,
            trace_configs=plain_transport.traces(),
        )

    async def _choose_transport(self) -> Transport:
        """The fast one where the installed aiohttp has the shape it needs."""
        fits = not self._route.plain and await fast_transport.fits(self._session)
        kind = fast_transport.FastTransport if fits else plain_transport.PlainTransport
        target = Target(
            session=self._session,
            url=self._send_url,
            headers=self._headers,
            route=self._route,
            reply_s=self._patience.reply_s,
        )
        return kind(target)

    async def __aexit__(self, *error: object) -> None:
        await self._transport.__aexit__(*error)
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
        exchanging = Exchanging()
        try:
            headers, read = await self._transport.post(body, key, exchanging)
        except failures.WIRE_FAULTS as error:
            return self._classified(self._failed(error, exchanging), body)
        return self._classified(_replied(exchanging.status, headers, read), body)

    def _failed(self, error: BaseException, exchanging: Exchanging) -> Exchange:
        if exchanging.status is not None:
            return Exchange(exchanging.written, Failure.REPLY_CUT, exchanging.status)
        failure = failures.failure_of(error)
        if self._route.proxy is not None and not exchanging.written and not failure.nothing_left:
            failure = Failure.PROXY  # the way was not open yet
        cause = failures.cause(error, failure, self._base_url, self._route)
        return Exchange(exchanging.written, failure, cause=cause)

    def _classified(self, exchange: Exchange, body: bytes) -> Reply:
        now_s = time.time()
        self._note_clock(exchange, now_s)
        return codes.classify(exchange, now_s, _phone_in(body))

    def _note_clock(self, exchange: Exchange, now_s: float) -> None:
        date = exchange.headers.get("date")
        if date:
            self.clock.observe(date, now_s)

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Exchange:
        """A read, which costs nothing and may be repeated."""
        exchange = await self._read(path, parameters)
        self._note_clock(exchange, time.time())
        return exchange

    async def _read(self, path: str, parameters: Mapping[str, str] | None) -> Exchange:
        url = yarl.URL(self._base_url + path)
        arguments = self._route.request_arguments()
        try:
            async with self._session.get(
                url,
                params=parameters,
                headers=self._headers,
                allow_redirects=False,
                **arguments,
            ) as response:
                read = await read_whole(response.content)
                if read is None:
                    response.close()
                return _replied(response.status, response.headers, read)
        except failures.WIRE_FAULTS as error:
            return self._failed(error, Exchanging(written=True))


_TO = b',"to":'


def _frame(envelope: Envelope) -> tuple[bytes, bytes, bytes]:
    """The bytes before the text, after the phone, and after the row reference in each body."""
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


def _phone_in(body: bytes) -> str:
    """The phone that a request's bytes are for; "" where they are none of ours."""
    _, marker, rest = body.partition(_TO + b'"')
    return rest[: rest.find(b'"')].decode("ascii", "replace") if marker else ""


def _replied(status: int | None, headers: Mapping[str, str], read: bytes | None) -> Exchange:
    """A reply that came whole, unpacked."""
    coding = headers.get("Content-Encoding")
    plain = unpack(coding, read) if coding and read is not None else read
    if plain is None:
        return Exchange(True, Failure.REPLY_UNREADABLE, status)
    return Exchange(True, None, status, headers, plain)
