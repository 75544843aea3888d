"""A Telnyx in this process that keeps its own books: what phones received, whoever thinks what.

It stands at the seam of the transport: the real client makes the bodies and judges what the wire
shows. Records, receipts and the account are the sandbox's; the books and the trouble are its own.
"""

from __future__ import annotations

import asyncio
import collections
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import aiohttp
import orjson
import pytest

from bulksend.batch import connection
from bulksend.sandbox import checks, detail_records, lifecycle, payload, portal, state
from bulksend.telnyx import client
from bulksend.telnyx.codes import Exchange, Failure
from bulksend.telnyx.wire.transport import Exchanging
from tests.makers import PROFILE

PRICES = {"GB": Decimal("0.0420"), "FR": Decimal("0.0650")}
#: A phone that ends so does not exist, one that ends so has said STOP.
DEAD_END, STOP_END = "9", "8"
#: What becomes of messages, and how late their records may be.
CONFIG = state.SandboxConfig(
    any_account=True,
    profile_id=PROFILE,
    delivery_s=(5.0, 60.0, 600.0),
    record_lag_max_s=4 * 3600.0,
    records_missing=0.1,
    fates=lifecycle.parse_fates(
        """[{"fate": "delivery_failed", "code": "40001", "to_ends_with": "1", "share": 0.5},
        {"fate": "delivery_failed", "code": "40008", "share": 0.1},
        {"fate": "delivery_unconfirmed", "share": 0.1}, {"fate": "never", "share": 0.05},
        {"fate": "expired", "code": "40014", "share": 0.05},
        {"fate": "delivered", "final_price": "0.0500", "no_first_cost": true, "share": 0.1}]"""
    ),
)
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Texted:
    """One text that a phone received."""

    phone: str
    text: str
    batch_id: str
    message_id: str
    country: str


@dataclass
class Gateway:
    """The server of one history."""

    random: random.Random
    now: Callable[[], float]
    #: Called at each step of a request: asked, taken, replied.
    on_step: Callable[[str], None]
    texts: list[Texted] = field(default_factory=list)
    #: (phone, text) -> how often a phone received it.
    received: collections.Counter[Key] = field(default_factory=collections.Counter)
    #: By batch: what was charged, the cap as the person has set it, and by how much nobody could
    #: have known that it would be passed.
    charged: dict[str, Decimal] = field(default_factory=dict)
    caps: dict[str, Decimal] = field(default_factory=dict)
    unforeseen: dict[str, Decimal] = field(default_factory=dict)
    #: Batch and country whose price a reply has told.
    priced: set[Key] = field(default_factory=set)
    card: Mapping[str, Decimal] = field(default_factory=dict)
    #: Nobody is there until then; the account is empty.
    away_until_s: float = 0.0
    broke: bool = False
    #: How often a request meets trouble of its own.
    trouble: float = 0.15
    cap_of_run: Callable[[], str | None] = lambda: None
    passed: list[str] = field(default_factory=list)
    state: state.State = field(init=False)

    def __post_init__(self) -> None:
        self.state = state.State(CONFIG)
        self.state.chance = self.random

    async def post(
        self, body: bytes, key: str, exchanging: Exchanging
    ) -> tuple[Mapping[str, str], bytes | None]:
        """One request: what the phone gets, and what the wire shows."""
        self.on_step("asked")
        if self.now() < self.away_until_s:
            raise aiohttp.ClientConnectorError(_NOWHERE, OSError(111, "Connection refused"))
        exchanging.written = True
        await asyncio.sleep(self.random.uniform(0.01, 0.3))
        draw = self.random.random() / self.trouble if self.trouble else 1.0
        if draw < 0.15:
            raise aiohttp.ServerDisconnectedError
        status, reply = self._answer(orjson.loads(body), key, draw)
        self.on_step("taken")
        await asyncio.sleep(self.random.uniform(0.01, 0.3))
        if 0.4 <= draw < 0.55:
            raise aiohttp.ServerDisconnectedError
        if 0.55 <= draw < 0.6:
            await asyncio.sleep(60.0)
            raise TimeoutError
        exchanging.status = status
        if 0.6 <= draw < 0.7:
            raise aiohttp.ClientPayloadError
        self.on_step("replied")
        if status == 200 and reply["data"]["cost"] is not None:
            self.priced.add((_batch_of(key), self.texts_by_id[reply["data"]["id"]].country))
        headers = {"Date": formatdate(self.now(), usegmt=True)}
        if status in (429, 503):
            headers["Retry-After"] = "1"
        return headers, b"<html>" if 0.7 <= draw < 0.85 and status == 200 else orjson.dumps(reply)

    @property
    def texts_by_id(self) -> dict[str, Texted]:
        """By message ID."""
        return {it.message_id: it for it in self.texts}

    def _answer(self, order: dict[str, Any], key: str, draw: float) -> tuple[int, dict[str, Any]]:
        phone = order["to"]
        if self.broke:
            return _error(402, "20100")
        if phone.endswith(DEAD_END):
            return _error(400, "40310")
        if phone.endswith(STOP_END):
            return _error(409, "40300")
        if draw < 0.25:
            return _error(429, "10011")
        if draw < 0.35:
            return 503, {}
        if draw < 0.4:
            return _error(400, "40316")
        reply = {"data": self._accept(order, key)}
        if 0.85 <= draw < 0.95:
            return 502, {}
        if 0.95 <= draw < 1.0:
            reply["data"]["to"][0]["phone_number"] = "+447400000000"
        return 200, reply

    def _accept(self, order: dict[str, Any], key: str) -> dict[str, Any]:
        phone, text, batch_id = order["to"], order["text"], _batch_of(key)
        stored = self.state.accept(
            checks.check_order(orjson.dumps(order), PROFILE, frozenset(), any_sender=True),
            self.now(),
        )
        country = "FR" if phone.startswith("+33") else "GB"
        self.texts.append(
            Texted(
                phone=phone,
                text=text,
                batch_id=batch_id,
                message_id=stored.message_id,
                country=country,
            )
        )
        self.received[phone, text] += 1
        self._charge(batch_id, country, stored.cost)
        return payload.payload(stored, self.now(), first=True)

    def _charge(self, batch_id: str, country: str, cost: Decimal) -> None:
        cap = self.cap_of_run()
        if cap is not None:
            self.caps[batch_id] = Decimal(cap)
        if (batch_id, country) not in self.priced:
            above = cost - self.card.get(country, Decimal(0))
            self.unforeseen[batch_id] = self.unforeseen.get(batch_id, Decimal(0)) + above
        self.charged[batch_id] = self.charged.get(batch_id, Decimal(0)) + cost
        most = self.caps.get(batch_id)
        if most is None:
            return
        if self.charged[batch_id] > most + self.unforeseen.get(batch_id, Decimal(0)):
            self.passed.append(f"batch {batch_id} cost {self.charged[batch_id]}, its cap is {most}")

    async def get(self, path: str, query: Mapping[str, str]) -> Exchange:
        """A read of records, messages or the account."""
        self.on_step("read")
        await asyncio.sleep(0.05)
        if self.now() < self.away_until_s:
            return Exchange(False, Failure.UNREACHABLE)
        if self.random.random() < self.trouble / 5:
            return Exchange(True, None, 503, {}, b"")
        headers = {"date": formatdate(self.now(), usegmt=True)}
        try:
            shown = self._shown(path, query)
        except checks.Refusal as refusal:
            return Exchange(True, None, refusal.status, headers, refusal.body())
        return Exchange(True, None, 200, headers, json.dumps(shown).encode())

    def _shown(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        books = self.state
        if path == "/balance":
            return portal.balance(books)
        if path == "/detail_records":
            return detail_records.search(books, query, self.now())
        if path.endswith("/alphanumeric_sender_ids"):
            return portal.senders(books, query)
        if path.startswith("/messaging_profiles/"):
            return portal.profile(books, path.rpartition("/")[2])
        stored = books.messages.get(path.rpartition("/")[2])
        if stored is None:
            raise checks.Refusal(404, "10005", "Resource not found", "No such message.")
        return {"data": payload.payload(stored, self.now())}

    @contextmanager
    def stands_in(self) -> Iterator[None]:
        """Every request of this process comes here."""

        def made(access: connection.Access, envelope: client.Envelope) -> client.Client:
            simulated = _Client(access.base_url, access.key, envelope)
            simulated.gateway = self
            return simulated

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connection.Access, "client", made)
            yield


class _Client(client.Client):
    """The real client; its wire leads to a gateway."""

    gateway: Gateway

    def _open_session(self) -> Any:
        return _NoSession()

    async def _choose_transport(self) -> Any:
        return _Transport(self.gateway)

    async def _read(self, path: str, parameters: Mapping[str, str] | None) -> Exchange:
        return await self.gateway.get(path, parameters or {})


class _NoSession:
    async def close(self) -> None:
        """There is none."""


class _Transport:
    def __init__(self, gateway: Gateway) -> None:
        self.post = gateway.post

    async def __aenter__(self) -> _Transport:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


_NOWHERE: Any = SimpleNamespace(host="127.0.0.1", port=9, ssl=False, is_ssl=False)


def _error(status: int, code: str) -> tuple[int, dict[str, Any]]:
    return status, {"errors": [{"code": code, "title": "No", "detail": ""}]}


def _batch_of(key: str) -> str:
    """The batch that an idempotency key names."""
    return key.rsplit("-", 2)[0]
