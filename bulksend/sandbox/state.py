"""What the sandbox holds: messages, money, keys, the queue, and the ledger of requests."""

from __future__ import annotations

import hashlib
import random
import time
import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import IO

import orjson

from bulksend.frozen import frozen
from bulksend.sandbox import lifecycle
from bulksend.sandbox.checks import Order, Refusal
from bulksend.sandbox.scripts.faults import AS_USUAL, Rule
from bulksend.sandbox.scripts.webhook_rules import WebhookRule

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


@frozen
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
    #: Takes whatever key and profile come: an account of everybody's own.
    any_account: bool = False
    enabled: bool = True
    smart_encoding: bool = False
    #: The profile may send to no country at all.
    closed: bool = False
    #: Report events to webhook URLs on this computer, signed; and what goes wrong with that.
    reports: bool = False
    webhooks: tuple[WebhookRule, ...] = ()
    #: What becomes of messages; none: all are delivered.
    fates: tuple[lifecycle.Fate, ...] = ()


@frozen(kw_only=False)
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


@frozen(kw_only=False)
class Stored:
    """An accepted message."""

    message_id: str
    order: Order
    #: What the reply says, and what it comes to in the end.
    cost: Decimal
    final_cost: Decimal
    received_s: float
    wait_s: float
    course: lifecycle.Course
    #: When it shows in the detail records; infinite: never.
    recorded_s: float


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
        if not config.enabled:
            raise Refusal(400, "40312", "Profile disabled", "The profile is disabled.")
        if order.to in config.opted_out:
            raise Refusal(409, "40300", "Blocked due to STOP message", "Opted out.", "/to")
        if config.closed or (config.whitelist and order.country not in config.whitelist):
            raise Refusal(400, "40309", "Invalid destination region", "Not whitelisted.", "/to")
        if config.daily_spend_limit is not None and self.spent + cost > config.daily_spend_limit:
            raise Refusal(429, "40333", "Daily spend limit reached", "Resets at midnight UTC.")
        if self.spent + cost > config.balance:
            raise Refusal(402, "20100", "Insufficient Funds", "Top up your account.")
        wait_s = self._queue(now_s)
        message_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        stored = self._store(message_id, order, cost, now_s, wait_s)
        self.messages[message_id] = stored
        self.spent += cost
        return stored

    def _store(
        self, message_id: str, order: Order, cost: Decimal, now_s: float, wait_s: float
    ) -> Stored:
        """With everything that will become of it."""
        config = self.config
        fate = lifecycle.choose(config.fates, order.to, message_id, config.seed)
        course = lifecycle.course(fate, now_s + wait_s, config.delivery_s)
        final = Decimal(fate.final_price) * order.measure.parts if fate.final_price else cost
        chance = random.Random(f"{config.seed} {message_id}")  # noqa: S311 - no secret
        lag_s = chance.uniform(
            config.record_lag_s, max(config.record_lag_s, config.record_lag_max_s)
        )
        missing = chance.random() < config.records_missing
        return Stored(
            message_id=message_id,
            order=order,
            cost=cost,
            final_cost=final if fate.billed else Decimal(0),
            received_s=now_s,
            wait_s=wait_s,
            course=course,
            recorded_s=lifecycle.NEVER_S if missing else course.recorded_s() + lag_s,
        )

    def _queue(self, now_s: float) -> float:
        if self.config.rate_per_s is None:
            return 0.0
        free_at_s = max(self.queue_free_at_s, now_s)
        if free_at_s - now_s > QUEUE_S:
            raise Refusal(429, "40318", "Message queue full", "The sender's queue is full.")
        self.queue_free_at_s = free_at_s + 1.0 / self.config.rate_per_s
        return free_at_s - now_s


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
