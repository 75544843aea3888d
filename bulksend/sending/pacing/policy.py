"""What is allowed: a pure calculator. The waiting is done in `pacer`.

Three things limit the rate, and the lowest counts: the user's word, what the API takes
(`api_limit`: 429) and what the provider's queue drains (`provider_queue`: wait_seconds, 40318).
Only rate signals move it: a refusal, a server's error or a timeout says nothing about how fast to
go. No connection at all, and a server that names a time, hold the gate and leave the rate alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from bulksend import errors
from bulksend.sending.pacing import api_limit, provider_queue
from bulksend.sending.pacing.api_limit import Observation
from bulksend.sms.message import Reply, Signal, Status, Throttle

#: The longest anyone is waited for.
HOLD_MAX_S = 3600.0
#: However bad the news: never slower, so that better news can arrive.
SLOWEST_PER_S = 0.001
#: Of a rate: room to catch up after a late look without breaking the promise of a second.
SHARE = 0.995
#: How late a slot may be without the next one being later too, where Telnyx sets the pace.
_LATE_S = 0.05
#: With no connection one row tries again after so long, twice as long each time, at most that long.
OUTAGE_HOLD_S, OUTAGE_HOLD_MAX_S = 0.5, 10.0


class LimitedBy(StrEnum):
    """What limits a batch right now; the first four are the policy's."""

    RATE = "your rate"
    QUEUE = "Telnyx's queue"
    THROTTLED = "Telnyx's rate limit"
    ASKED = "Telnyx asks to wait"
    IN_FLIGHT = "--max-in-flight"
    NETWORK = "the network"
    COMPUTER = "this computer"
    HOURS = "quiet hours"
    PAUSED = "paused"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of the calculator. Moments are the loop's."""

    #: The user's rate, never exceeded.
    user_per_s: float
    limit: api_limit.Limit = api_limit.UNKNOWN
    queue: provider_queue.Queue = provider_queue.UNKNOWN
    #: Nobody may send before this moment, and why.
    held_until_s: float = -math.inf
    held_by: LimitedBy = LimitedBy.THROTTLED
    #: What x-ratelimit-remaining leaves a second, until x-ratelimit-reset.
    left_per_s: float = math.inf
    left_until_s: float = -math.inf
    #: The moment of the last slot, as it should have been; kept while Telnyx sets the pace.
    last_slot_s: float = -math.inf
    #: Holds in a row because there was no connection.
    outages: int = 0
    #: The user's word.
    paused: bool = False

    def per_s(self, now_s: float) -> float:
        """The rate at this moment."""
        lowest = min(self.user_per_s, self.limit.per_s, self.queue.per_s)
        if now_s < self.left_until_s:
            lowest = min(lowest, self.left_per_s)
        return max(lowest, SLOWEST_PER_S)

    def is_limited(self, now_s: float) -> bool:
        """Whether Telnyx sets the pace, and not the user."""
        return self.per_s(now_s) < self.user_per_s

    def next_allowed_s(self, now_s: float) -> float:
        """Nobody may send before this moment; -inf: nothing of Telnyx's is in the way."""
        if not self.is_limited(now_s):
            return self.held_until_s
        return max(self.held_until_s, self.last_slot_s + 1.0 / (SHARE * self.per_s(now_s)))

    def limited_by(self, now_s: float) -> LimitedBy:
        """What the rate at this moment comes from."""
        if self.paused:
            return LimitedBy.PAUSED
        if now_s < self.held_until_s:
            return self.held_by
        lowest = self.per_s(now_s)
        if lowest >= self.user_per_s:
            return LimitedBy.RATE
        return LimitedBy.QUEUE if self.queue.per_s <= lowest else LimitedBy.THROTTLED


def start(user_per_s: float) -> Pace:
    """The pace of a batch that begins: nothing is known of any limit."""
    return Pace(user_per_s)


def with_rate(pace: Pace, user_per_s: float) -> Pace:
    """Another rate of the user's; what was learnt of Telnyx's limits stays."""
    return replace(pace, user_per_s=user_per_s)


def with_pause(pace: Pace, *, paused: bool) -> Pace:
    """The user's word to pause or to go on."""
    return replace(pace, paused=paused)


def on_slot(pace: Pace, now_s: float) -> Pace:
    """One slot was given; where Telnyx sets the pace, the next is an interval after this one."""
    if not pace.is_limited(now_s):
        return pace
    due_s = pace.last_slot_s + 1.0 / (SHARE * pace.per_s(now_s))
    return replace(pace, last_slot_s=max(due_s, now_s - _LATE_S))


def next_pace(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    """The pace after one reply."""
    after, now_s = _learnt(pace, reply, observation), observation.now_s
    if after is pace or pace.is_limited(now_s) or not after.is_limited(now_s):
        return after
    return replace(after, last_slot_s=now_s)  # from here on Telnyx sets the pace


def _learnt(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    signal = reply.signal
    if reply.code in errors.NO_CONNECTION:
        return _unconnected(pace, observation.now_s)
    if pace.outages:
        pace = replace(pace, outages=0)
    if signal is not None and signal.throttle is Throttle.QUEUE_FULL:
        return _queue_full(pace, signal, observation)
    if signal is not None and signal.throttle is Throttle.RATE:
        return _throttled(pace, signal, observation)
    if reply.status is not Status.ACCEPTED:
        asked_s = signal.retry_after_s if signal is not None else None
        return _held(pace, asked_s, LimitedBy.ASKED, observation.now_s) if asked_s else pace
    limit = api_limit.on_accepted(pace.limit, pace.user_per_s, observation)
    if limit is not pace.limit:
        pace = replace(pace, limit=limit)
    if signal is not None:
        pace = _nearly_used_up(pace, signal, observation)
    return pace if reply.wait_s is None else _queued(pace, reply.wait_s, observation)


def _throttled(pace: Pace, signal: Signal, observation: Observation) -> Pace:
    asked_s = max(signal.retry_after_s or 0.0, signal.reset_s or 0.0)
    limit, hold_s = api_limit.on_throttled(
        pace.limit, asked_s, pace.per_s(observation.now_s), observation
    )
    return _held(replace(pace, limit=limit), hold_s, LimitedBy.THROTTLED, observation.now_s)


def _unconnected(pace: Pace, now_s: float) -> Pace:
    """Hold everybody, then one row tries; the failures of one burst count once."""
    if now_s < pace.held_until_s:
        return pace
    hold_s = min(OUTAGE_HOLD_S * 2.0**pace.outages, OUTAGE_HOLD_MAX_S)
    return _held(replace(pace, outages=pace.outages + 1), hold_s, LimitedBy.NETWORK, now_s)


def _queue_full(pace: Pace, signal: Signal, observation: Observation) -> Pace:
    """The replies of one burst count once: what comes during the hold is from before it."""
    if observation.now_s < pace.held_until_s and pace.held_by is LimitedBy.QUEUE:
        return pace
    asked_s = signal.retry_after_s or 0.0
    queue, hold_s = provider_queue.on_queue_full(pace.queue, asked_s, pace.per_s(observation.now_s))
    return _held(replace(pace, queue=queue), hold_s, LimitedBy.QUEUE, observation.now_s)


def _queued(pace: Pace, wait_s: float, observation: Observation) -> Pace:
    queue, hold_s = provider_queue.on_wait(pace.queue, wait_s, pace.user_per_s, observation)
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
