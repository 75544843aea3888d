"""A Telnyx in this process that keeps its own books: what phones received, whoever thinks what.

It stands behind the real client's classification; time runs a hundred times faster (`FastLoop`).
"""

from __future__ import annotations

import asyncio
import collections
import json
import random
import selectors
import sys
import time
import types
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import pytest

from bulksend.batch import connection
from bulksend.sms.message import Reply
from bulksend.telnyx.client import Client
from bulksend.telnyx.codes import Exchange, Failure

SPEED = 100.0
PRICE = Decimal("0.0400")
#: A phone that ends so does not exist; Telnyx refuses it.
DEAD_END = "9"


class _FastSelector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout / SPEED if timeout else timeout)


class FastLoop(asyncio.SelectorEventLoop):
    """Its second takes ten milliseconds; threads and files take the time they take."""

    def __init__(self) -> None:
        super().__init__(_FastSelector())

    def time(self) -> float:
        return time.monotonic() * SPEED


@dataclass
class Gateway:
    """The server of one history."""

    random: random.Random
    #: (phone, text) -> how often a phone received it.
    received: collections.Counter[tuple[str, str]] = field(default_factory=collections.Counter)
    #: Charged while the file of that name was at work.
    charged: collections.Counter[str] = field(default_factory=collections.Counter)
    at_work: str = ""
    #: What happens at the n-th request from now on.
    events: dict[int, Callable[[], None]] = field(default_factory=dict)
    requests: int = 0
    #: Nobody is there.
    away: bool = False
    #: The account is empty.
    broke: bool = False
    #: How often a request meets trouble of its own.
    trouble: float = 0.15

    async def exchange(self, order: Mapping[str, str]) -> Exchange:
        """One request: what the phone got, and what the wire showed."""
        self.requests += 1
        event = self.events.pop(self.requests, None)
        if event is not None:
            event()
        shown = self._shown(order["to"], order["text"])
        await asyncio.sleep(self.random.uniform(0.02, 0.4))
        return shown

    def _shown(self, phone: str, text: str) -> Exchange:
        if self.away:
            return Exchange(False, Failure.UNREACHABLE)
        if self.broke:
            return _error(402, "20100")
        if phone.endswith(DEAD_END):
            return _error(400, "40310")
        kind = self.random.random() / self.trouble if self.trouble else 1.0
        if kind < 0.2:
            return _error(429, "10011")
        if kind < 0.3:
            return Exchange(True, Failure.CONNECTION_LOST)
        data = self._accept(phone, text)
        if kind < 0.6:
            return Exchange(True, Failure.CONNECTION_LOST)
        if kind < 0.8:
            return Exchange(True, None, 502, {}, b"<html>")
        return Exchange(True, None, 200, {}, json.dumps({"data": data}).encode())

    def _accept(self, phone: str, text: str) -> dict[str, Any]:
        self.received[phone, text] += 1
        self.charged[self.at_work] += PRICE  # type: ignore[assignment]
        return {
            "id": str(uuid.UUID(int=self.random.getrandbits(128))),
            "parts": 1,
            "encoding": "GSM-7",
            "cost": {"amount": str(PRICE), "currency": "USD"},
            "to": [{"phone_number": phone, "status": "queued"}],
            "wait_seconds": 0.0,
            "errors": [],
        }


def _error(status: int, code: str) -> Exchange:
    problem = {"errors": [{"code": code, "title": "No", "detail": ""}]}
    return Exchange(True, None, status, {}, json.dumps(problem).encode())


class SimulatedClient(Client):
    """The real client without its wire."""

    gateway: Gateway

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def send(self, body: bytes, key: str) -> Reply:
        return self._classified(await self.gateway.exchange(json.loads(body)), body)

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Exchange:
        if self.gateway.away:
            return Exchange(False, Failure.UNREACHABLE)
        return Exchange(True, None, 200, {}, b'{"data": [], "meta": {"total_results": 0}}')


@contextmanager
def stands_in(gateway: Gateway) -> Iterator[None]:
    """Every request of this process goes to `gateway`, on the fast clock."""

    def client(access: connection.Access, envelope: Any) -> Client:
        made = SimulatedClient(access.base_url, access.key, envelope)
        made.gateway = gateway
        return made

    fast = types.ModuleType("uvloop")
    fast.new_event_loop = FastLoop  # type: ignore[attr-defined]
    # `mock.patch.dict` would also take out every module that is first imported meanwhile.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.Access, "client", client)
        patch.setitem(sys.modules, "uvloop", fast)
        yield
