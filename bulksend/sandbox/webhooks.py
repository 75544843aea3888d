"""Signed webhooks to listeners on this computer; no other computer is ever called."""

from __future__ import annotations

import asyncio
import base64
import functools
import heapq
import itertools
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from bulksend import errors
from bulksend.sandbox.events import Event, events
from bulksend.sandbox.state import State, Stored

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ATTEMPTS = 3
_TICK_S = 0.05
_REPLY_S = 2.0
#: Older than any listener should take.
_STALE_S = 600.0


@dataclass(frozen=True, slots=True, order=True)
class _Call:
    """One event on its way; ordered by when it is due."""

    at_s: float
    number: int
    event: Event
    forged: bool = False
    replayed: bool = False


class Webhooks:
    """Reports every message's events while `run` runs. Raises UsageError without the extra."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._true, self._false = _new_key(), _new_key()
        self._due: list[_Call] = []
        self._numbers = itertools.count()

    @property
    def public_key(self) -> str:
        """Base64, as TELNYX_PUBLIC_KEY wants it."""
        return base64.b64encode(self._true.public_key().public_bytes_raw()).decode()

    def expect(self, stored: Stored) -> None:
        """A message was accepted: its events will be reported where it names a listener."""
        host = urlsplit(stored.order.webhook_url or "").hostname
        if host not in _LOOPBACK:
            return
        for event in events(stored):
            self._plan(event)

    def _plan(self, event: Event) -> None:
        to = event.stored.order.to
        kinds = {
            rule.webhook: rule
            for rule in self._state.config.webhooks
            if rule.meets(event.event_id, to)
        }
        if "lost" in kinds:
            return
        at_s = event.occurred_s
        if "late" in kinds:
            at_s += kinds["late"].seconds
        if "out_of_order" in kinds and event.event_type == "message.sent":
            at_s = event.stored.course.final_s + kinds["out_of_order"].seconds
        self._push(at_s, event)
        if "twice" in kinds:
            self._push(at_s + 0.2, event)
        if "forged" in kinds:
            self._push(at_s, event, forged=True)
        if "replayed" in kinds:
            self._push(at_s + 0.1, event, replayed=True)

    def _push(self, at_s: float, event: Event, **how: bool) -> None:
        heapq.heappush(self._due, _Call(at_s, next(self._numbers), event, **how))

    async def run(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_REPLY_S), trust_env=False
        ) as session:
            while True:
                await asyncio.sleep(_TICK_S)
                calls = []
                while self._due and self._due[0].at_s <= self._state.now():
                    calls.append(heapq.heappop(self._due))
                await asyncio.gather(*(self._report(session, call) for call in calls))

    async def _report(self, session: aiohttp.ClientSession, call: _Call) -> None:
        url = call.event.stored.order.webhook_url or ""
        for attempt in range(1, _ATTEMPTS + 1):
            body = _body(call, url, attempt)
            headers = self._signed(body, call)
            try:
                async with session.post(
                    url, data=body, headers=headers, allow_redirects=False, ssl=_tls(url)
                ) as response:
                    if 200 <= response.status < 300 or call.forged or call.replayed:
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.2 * attempt)

    def _signed(self, body: bytes, call: _Call) -> dict[str, str]:
        at_s = self._state.now() - (_STALE_S if call.replayed else 0.0)
        timestamp = str(int(at_s))
        key = self._false if call.forged else self._true
        signature = key.sign(timestamp.encode() + b"|" + body)
        return {
            "Content-Type": "application/json",
            "User-Agent": "telnyx-webhooks",
            "telnyx-timestamp": timestamp,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        }


def _tls(url: str) -> ssl.SSLContext | bool:
    """The certificates of this system, where they are wanted."""
    return _trusted() if url.startswith("https:") else True


@functools.cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _body(call: _Call, url: str, attempt: int) -> bytes:
    data = call.event.document()
    if call.forged:
        data["payload"]["to"][0]["status"] = "delivery_failed"
    return orjson.dumps({"data": data, "meta": {"attempt": attempt, "delivered_to": url}})


def _new_key() -> Any:
    """An Ed25519 key pair of its own."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise errors.UsageError(
            "signed webhooks need the extra `listen`",
            hint="pip install 'bulksend[listen]'",
            code="extra_missing",
        ) from None
    return ed25519.Ed25519PrivateKey.generate()
