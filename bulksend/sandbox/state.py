"""What the sandbox holds: messages, money, keys, the queue, and the ledger of requests."""

from __future__ import annotations

import hashlib
import random
import time
import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import orjson

from bulksend.sandbox.checks import Order, Refusal
from bulksend.sandbox.faults import AS_USUAL, Rule

#: The sandbox's own rate card: what a part costs, and everywhere else.
RATES = {
    "GB": Decimal("0.0420"),
    "FR": Decimal("0.0650"),
    "DE": Decimal("0.0820"),
    "ES": Decimal("0.0570"),
    "IT": Decimal("0.0630"),
    "NL": Decimal("0.0790"),
    "AU": Decimal("0.0360"),
}
OTHER_RATE = Decimal("0.0500")
#: Telnyx queues four hours of a sender's traffic and refuses the rest (rate-limiting page).
QUEUE_S = 4 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """How the sandbox behaves."""

    host: str = "127.0.0.1"
    #: 0: any free port.
    port: int = 0
    api_key: str = "sandbox"
    profile_id: str = "00000000-0000-4000-8000-000000000001"
    #: Sender IDs on the profile; none: any.
    senders: frozenset[str] = frozenset()
    #: Messages a second that leave the queue; None: no queue at all.
    rate_per_s: float | None = None
    #: Requests a second that the API takes; None: any number.
    requests_per_s: float | None = None
    latency_s: float = 0.0
    faults: tuple[Rule, ...] = ()
    ledger_path: Path | None = None
    honours_keys: bool = True
    #: How long a key is honoured (idempotency page: a day).
    key_life_s: float = 24 * 3600.0
    balance: Decimal = Decimal(1_000_000)
    daily_spend_limit: Decimal | None = None
    opted_out: frozenset[str] = frozenset()
    #: Countries the profile may send to; none: all.
    whitelist: frozenset[str] = frozenset()
    #: Seconds after leaving the queue: sending, sent, delivered.
    delivery_s: tuple[float, float, float] = (0.0, 0.5, 1.5)
    #: How long a sent message stays invisible in detail records, at the least and at the most.
    record_lag_s: float = 0.0
    record_lag_max_s: float = 0.0
    #: The share of sent messages that never appear in them.
    records_missing: float = 0.0
    #: Numbers are masked in them; and whether a search by number still finds their messages.
    redacted: bool = False
    redacted_found: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One full request to send, as the ledger keeps it."""

    request: int
    at_s: float
    to: str
    sender: str
    text: str
    key: str
    accepted: bool
    message_id: str
    parts: int
    encoding: str
    cost: str
    status: int
    code: str
    fault: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An accepted message."""

    message_id: str
    order: Order
    cost: Decimal
    received_s: float
    wait_s: float


@dataclass(slots=True)
class _KeyedReply:
    """The reply that a key is answered with again."""

    digest: bytes
    at_s: float
    body: bytes | None


@dataclass(slots=True)
class State:
    """Everything that changes. Moments are seconds since the epoch."""

    config: SandboxConfig
    messages: dict[str, Stored] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    requests: int = 0
    spent: Decimal = Decimal(0)
    queue_free_at_s: float = 0.0
    rules: tuple[Rule, ...] = ()
    chance: random.Random = field(default_factory=random.Random)
    _keys: dict[str, _KeyedReply] = field(default_factory=dict)
    #: Seconds that the sandbox's clock is ahead of this computer's.
    ahead_s: float = 0.0
    _recent: deque[float] = field(default_factory=deque)
    _file: IO[bytes] | None = None

    def open(self) -> None:
        """Ready the ledger file: unbuffered, so that it survives whatever happens to anybody."""
        self.rules, self.chance = self.config.faults, random.Random(self.config.seed)  # noqa: S311 - ids one can expect again
        if self.config.ledger_path is not None:
            self._file = self.config.ledger_path.open("ab", buffering=0)

    def close(self) -> None:
        """Close the ledger file."""
        if self._file is not None:
            self._file.close()

    def now(self) -> float:
        """The sandbox's clock."""
        return time.time() + self.ahead_s

    def note(self, entry: Entry) -> None:
        """One more line in the ledger, before the reply leaves."""
        self.ledger.append(entry)
        if self._file is not None:
            self._file.write(orjson.dumps(entry) + b"\n")

    def check_pace(self, now_s: float) -> None:
        """Raises Refusal 429/10011 when the API is asked too often."""
        limit = self.config.requests_per_s
        if limit is None:
            return
        while self._recent and self._recent[0] <= now_s - 1.0:
            self._recent.popleft()
        if len(self._recent) >= limit:
            raise Refusal(429, "10011", "Too many requests", "You have exceeded the rate limit.")
        self._recent.append(now_s)

    def replay(self, key: str, body: bytes, now_s: float) -> bytes | None:
        """The reply of an earlier request with this key. Raises Refusal 422 or 409.

        Only successes are kept, for a day (idempotency page).
        """
        if not key or not self.config.honours_keys:
            return None
        stored_reply = self._keys.get(key)
        if stored_reply is None or now_s - stored_reply.at_s > self.config.key_life_s:
            self._keys[key] = _KeyedReply(_digest(body), now_s, None)
            return None
        if stored_reply.digest != _digest(body):
            raise Refusal(422, "10027", "Unprocessable", "The key was used with another body.")
        if stored_reply.body is None:
            raise Refusal(
                409, "10036", "Being processed", "Try again later.", "/header/Idempotency-Key"
            )
        return stored_reply.body

    def keep(self, key: str, reply: bytes | None) -> None:
        """The reply that the key has from now on; None forgets a key that came to nothing."""
        if key not in self._keys:
            return
        if reply is None:
            del self._keys[key]
        else:
            self._keys[key].body = reply

    def accept(self, order: Order, now_s: float, charge: Rule = AS_USUAL) -> Stored:
        """Take a message: queue it, charge it. Raises Refusal."""
        config = self.config
        if charge.more_parts:
            parts = order.measure.parts + charge.more_parts
            order = replace(order, measure=replace(order.measure, parts=parts))
        rate = Decimal(charge.price) if charge.price else RATES.get(order.country, OTHER_RATE)
        cost = rate * order.measure.parts
        if order.to in config.opted_out:
            raise Refusal(409, "40300", "Blocked due to STOP message", "Opted out.", "/to")
        if config.whitelist and order.country not in config.whitelist:
            raise Refusal(400, "40309", "Invalid destination region", "Not whitelisted.", "/to")
        if config.daily_spend_limit is not None and self.spent + cost > config.daily_spend_limit:
            raise Refusal(429, "40333", "Daily spend limit reached", "Resets at midnight UTC.")
        if self.spent + cost > config.balance:
            raise Refusal(402, "20100", "Insufficient Funds", "Top up your account.")
        wait_s = self._queue(now_s)
        message_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        stored = Stored(message_id, order, cost, now_s, wait_s)
        self.messages[message_id] = stored
        self.spent += cost
        return stored

    def _queue(self, now_s: float) -> float:
        if self.config.rate_per_s is None:
            return 0.0
        free_at_s = max(self.queue_free_at_s, now_s)
        if free_at_s - now_s > QUEUE_S:
            raise Refusal(429, "40318", "Message queue full", "The sender's queue is full.")
        self.queue_free_at_s = free_at_s + 1.0 / self.config.rate_per_s
        return free_at_s - now_s


def status_of(stored: Stored, config: SandboxConfig, now_s: float) -> str:
    """Where a message is on its way, by the clock alone."""
    age_s = now_s - stored.received_s - stored.wait_s
    sending_s, sent_s, delivered_s = config.delivery_s
    if age_s < sending_s:
        return "queued"
    if age_s < sent_s:
        return "sending" if age_s > 0 else "queued"
    return "sent" if age_s < delivered_s else "delivered"


def payload(stored: Stored, config: SandboxConfig, now_s: float) -> dict[str, Any]:
    """Every field of OutboundMessagePayload."""
    return _who_and_what(stored, config, now_s) | _money_and_time(stored, config, now_s)


def _who_and_what(stored: Stored, config: SandboxConfig, now_s: float) -> dict[str, Any]:
    order, status = stored.order, status_of(stored, config, now_s)
    return {
        "record_type": "message",
        "direction": "outbound",
        "id": stored.message_id,
        "type": "SMS",
        "organization_id": "00000000-0000-4000-8000-0000000000ff",
        "messaging_profile_id": order.profile_id,
        "from": {"phone_number": order.sender, "carrier": "", "line_type": ""},
        "to": [
            {
                "phone_number": order.to,
                "status": status,
                "carrier": "SANDBOX",
                "line_type": "Wireless",
            }
        ],
        "cc": [],
        "text": order.text,
        "subject": None,
        "media": [],
        "webhook_url": order.webhook_url,
        "webhook_failover_url": order.webhook_failover_url,
        "encoding": order.measure.encoding,
        "parts": order.measure.parts,
        "num_chars": len(order.text),
        "tags": [],
        "errors": [],
        "smart_encoding_applied": False,
        "tcr_campaign_id": None,
        "tcr_campaign_billable": False,
        "tcr_campaign_registered": None,
    }


def _money_and_time(stored: Stored, config: SandboxConfig, now_s: float) -> dict[str, Any]:
    status = status_of(stored, config, now_s)
    left_s = stored.received_s + stored.wait_s
    sent = status in ("sent", "delivered")
    cost = {"amount": str(stored.cost), "currency": "USD"}
    return {
        "cost": cost,
        "cost_breakdown": {
            "carrier_fee": {"amount": "0.0000", "currency": "USD"},
            "rate": cost,
        },
        "received_at": moment(stored.received_s),
        "sent_at": moment(left_s) if sent else None,
        "completed_at": moment(left_s + config.delivery_s[2]) if status == "delivered" else None,
        "valid_until": moment(stored.received_s + 3600) if status == "queued" else None,
        "wait_seconds": round(stored.wait_s, 3),
    }


def moment(at_s: float) -> str:
    """ISO 8601 as Telnyx writes it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
