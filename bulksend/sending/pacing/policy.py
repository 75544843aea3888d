"""How fast the next requests may go: a pure calculator. The waiting is done in `pacing`.

Three things limit the pace, and the lowest counts: the user's rate, what the API takes
(`throttling`: 429) and what the provider's queue drains (`queueing`: wait_seconds, 40318). Only
rate signals move it: a refusal, a server's error or a timeout says nothing about how fast to go.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bulksend import errors
from bulksend.sending.pacing import api_limit as throttling
from bulksend.sending.pacing import provider_queue as queueing
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sms.message import Reply, Signal, Status, Throttle

#: The longest anyone is waited for.
HOLD_MAX_S = 3600.0
#: However bad the news: never slower, so that better news can arrive.
SLOWEST_PER_S = 0.001
_RATE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*/\s*(s|sec|second|m|min|minute|h|hour)\s*")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


class LimitedBy(StrEnum):
    """What limits a batch right now; the first three are the pace's."""

    RATE = "your rate"
    QUEUE = "Telnyx's queue"
    THROTTLED = "Telnyx's rate limit"
    IN_FLIGHT = "--max-in-flight"
    NETWORK = "the network"
    COMPUTER = "this computer"
    PAUSED = "paused"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of the calculator. Moments are the loop's."""

    #: The user's rate, never exceeded.
    user_per_s: float
    limit: throttling.Limit = throttling.UNKNOWN
    queue: queueing.Queue = queueing.UNKNOWN
    #: Nobody may send before this moment, and why.
    held_until_s: float = -math.inf
    held_by: LimitedBy = LimitedBy.THROTTLED
    #: What x-ratelimit-remaining leaves a second, until x-ratelimit-reset.
    left_per_s: float = math.inf
    left_until_s: float = -math.inf

    def per_s(self, now_s: float) -> float:
        """The rate at this moment."""
        lowest = min(self.user_per_s, self.limit.per_s, self.queue.per_s)
        if now_s < self.left_until_s:
            lowest = min(lowest, self.left_per_s)
        return max(lowest, SLOWEST_PER_S)

    def limited_by(self, now_s: float) -> LimitedBy:
        """What the rate at this moment comes from."""
        if now_s < self.held_until_s:
            return self.held_by
        lowest = self.per_s(now_s)
        if lowest >= self.user_per_s:
            return LimitedBy.RATE
        return LimitedBy.QUEUE if self.queue.per_s <= lowest else LimitedBy.THROTTLED


def parse_rate(text: str) -> float:
    """`50/s`, `600/min`, `0.1/s` -> requests per second. Raises UsageError."""
    match = _RATE.fullmatch(text.lower())
    per_s = float(match[1]) / _UNIT_S[match[2][0]] if match else 0.0
    if not match or not 0.001 <= per_s <= 100_000:
        raise errors.UsageError(
            f"--rate {text!r} is not a rate from 0.001/s to 100000/s",
            hint="write it like 50/s, 600/min or 0.1/s",
            code="rate_invalid",
        )
    return per_s


def start(user_per_s: float) -> Pace:
    """The pace of a batch that begins: nothing is known of any limit."""
    return Pace(user_per_s)


def with_rate(pace: Pace, user_per_s: float) -> Pace:
    """Another rate of the user's; what was learnt of Telnyx's limits stays."""
    return replace(pace, user_per_s=user_per_s)


def next_pace(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    """The pace after one reply."""
    signal = reply.signal
    if signal is not None and signal.throttle is Throttle.QUEUE_FULL:
        return _queue_full(pace, signal, observation)
    if signal is not None and signal.throttle is Throttle.RATE:
        return _throttled(pace, signal, observation)
    if reply.status is not Status.ACCEPTED:
        return pace
    limit = throttling.on_accepted(pace.limit, pace.user_per_s, observation)
    if limit is not pace.limit:
        pace = replace(pace, limit=limit)
    if signal is not None:
        pace = _nearly_used_up(pace, signal, observation)
    return pace if reply.wait_s is None else _queued(pace, reply.wait_s, observation)


def _throttled(pace: Pace, signal: Signal, observation: Observation) -> Pace:
    asked_s = max(signal.retry_after_s or 0.0, signal.reset_s or 0.0)
    limit, hold_s = throttling.on_throttled(
        pace.limit, asked_s, pace.per_s(observation.now_s), observation
    )
    return _held(replace(pace, limit=limit), hold_s, LimitedBy.THROTTLED, observation.now_s)


def _queue_full(pace: Pace, signal: Signal, observation: Observation) -> Pace:
    """The replies of one burst count once: what comes during the hold is from before it."""
    if observation.now_s < pace.held_until_s and pace.held_by is LimitedBy.QUEUE:
        return pace
    asked_s = signal.retry_after_s or 0.0
    queue, hold_s = queueing.on_queue_full(pace.queue, asked_s, pace.per_s(observation.now_s))
    return _held(replace(pace, queue=queue), hold_s, LimitedBy.QUEUE, observation.now_s)


def _queued(pace: Pace, wait_s: float, observation: Observation) -> Pace:
    queue, hold_s = queueing.on_wait(pace.queue, wait_s, pace.user_per_s, observation)
    if queue is not pace.queue:
        pace = replace(pace, queue=queue)
    return _held(pace, hold_s, LimitedBy.QUEUE, observation.now_s) if hold_s else pace


def _nearly_used_up(pace: Pace, signal: Signal, observation: Observation) -> Pace:
    """Spread the requests that are left over the time until there are new ones."""
    if signal.remaining is None or not signal.reset_s:
        return pace
    left = signal.remaining - observation.open
    if left <= 0:
        return _held(pace, signal.reset_s, LimitedBy.THROTTLED, observation.now_s)
    left_per_s = left / signal.reset_s
    if left_per_s >= pace.user_per_s and pace.left_until_s <= observation.now_s:
        return pace
    return replace(pace, left_per_s=left_per_s, left_until_s=observation.now_s + signal.reset_s)


def _held(pace: Pace, hold_s: float, why: LimitedBy, now_s: float) -> Pace:
    until_s = now_s + min(hold_s, HOLD_MAX_S)
    if until_s <= pace.held_until_s:
        return pace
    return replace(pace, held_until_s=until_s, held_by=why)
