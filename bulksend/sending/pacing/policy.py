"""What is allowed: a pure calculator. The waiting is done in `pacer`.

Three things limit the rate, and the lowest counts: the user's word, what the API takes
(`api_limit`: 429) and what the provider's queue drains (`provider_queue`: wait_seconds, 40318).
Only rate signals move it: a refusal, a server's error or a timeout says nothing about how fast to
go. No connection at all, and a server that names a time, hold the gate and leave the rate alone.
"""

from __future__ import annotations

import math
from dataclasses import replace

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.sending.limited_by import LimitedBy
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
_NO_SIGNAL = Signal()


@frozen(kw_only=False)
class Pace:
    """The state of the calculator. Moments are the loop's."""

    #: The user's rate, never exceeded.
    user_per_s: float
    limit: api_limit.Limit = api_limit.UNKNOWN
    queue: provider_queue.Queue = provider_queue.UNKNOWN
    #: Nobody may send before this moment: the last slot and an interval, or the end of a hold.
    next_s: float = -math.inf
    #: Whose hold it is; nobody's from the first slot after it.
    held_by: LimitedBy = LimitedBy.NOTHING
    #: What x-ratelimit-remaining leaves a second, until x-ratelimit-reset.
    left_per_s: float = math.inf
    left_until_s: float = -math.inf
    #: Holds in a row because there was no connection.
    outages: int = 0
    #: The user's word.
    paused: bool = False
    #: Replies, and requests that were out, when the last rest ended; None: it has not.
    opened: tuple[int, int] | None = None

    def per_s(self, now_s: float) -> float:
        """The rate at this moment."""
        lowest, limit_per_s, queue_per_s = self.user_per_s, self.limit.per_s, self.queue.per_s
        if limit_per_s < lowest or queue_per_s < lowest:
            lowest = min(limit_per_s, queue_per_s)
        if now_s < self.left_until_s and self.left_per_s < lowest:
            lowest = self.left_per_s
        return lowest if lowest > SLOWEST_PER_S else SLOWEST_PER_S

    def interval_s(self, now_s: float) -> float:
        """From one slot to the next, where Telnyx sets the pace; 0 where the user does."""
        per_s = self.per_s(now_s)
        return 1.0 / (SHARE * per_s) if per_s < self.user_per_s else 0.0

    @property
    def held_until_s(self) -> float:
        """The end of the last hold, where no slot was given since."""
        return self.next_s if self.held_by is not LimitedBy.NOTHING else -math.inf

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


def next_slot(pace: Pace, counts: Observation) -> Pace | None:
    """The pace after one more slot; None where one thing but the user's rate forbids it.

    After a rest one request may be out, then two, three, ten, and then as many as there are. Where
    Telnyx sets the pace, the next slot is an interval after this one.
    """
    if pace.paused or counts.now_s < pace.next_s:
        return None
    if pace.opened is None:
        opened = counts.replies, counts.open
        pace = replace(pace, opened=opened, held_by=LimitedBy.NOTHING)
    else:
        replies, out = counts.replies - pace.opened[0], counts.open - pace.opened[1]
        if out >= (replies + 1 if replies < 3 else replies * replies + 1):
            return None
    interval_s = pace.interval_s(counts.now_s)
    if not interval_s:
        return pace
    return replace(pace, next_s=max(pace.next_s, counts.now_s - _LATE_S) + interval_s)


def next_pace(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    """The pace after one reply, which moves at most one of the two limits, and may hold."""
    accepted = reply.status is Status.ACCEPTED
    after = (_accepted if accepted else _troubled)(pace, reply, observation)
    now_s = observation.now_s
    if after is pace or pace.interval_s(now_s):
        return after
    interval_s = after.interval_s(now_s)  # from here on Telnyx sets the pace
    return replace(after, next_s=max(after.next_s, now_s + interval_s)) if interval_s else after


def _accepted(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    """Most replies teach nothing new: then the pace is the very same value."""
    limit = api_limit.on_accepted(pace.limit, pace.user_per_s, observation)
    queue, hold_s = provider_queue.on_wait(pace.queue, reply.wait_s, pace.user_per_s, observation)
    if limit is not pace.limit or queue is not pace.queue or pace.outages:
        pace = replace(pace, limit=limit, queue=queue, outages=0)
    if reply.signal is not None:
        pace = _nearly_used_up(pace, reply.signal, observation)
    return _held(pace, hold_s, LimitedBy.QUEUE, observation.now_s) if hold_s else pace


def _troubled(pace: Pace, reply: Reply, observation: Observation) -> Pace:
    signal, now_s = reply.signal or _NO_SIGNAL, observation.now_s
    if reply.code in errors.NO_CONNECTION:
        return _unconnected(pace, now_s)
    pace = replace(pace, outages=0)
    asked_s = signal.retry_after_s or 0.0
    if signal.throttle is Throttle.RATE:  # 429
        asked_s = max(asked_s, signal.reset_s or 0.0)
        limit, hold_s = api_limit.on_throttled(pace.limit, asked_s, pace.per_s(now_s), observation)
        return _held(replace(pace, limit=limit), hold_s, LimitedBy.THROTTLED, now_s)
    if signal.throttle is Throttle.QUEUE_FULL:  # 40318
        if now_s < pace.held_until_s and pace.held_by is LimitedBy.QUEUE:
            return pace  # of the same burst, from before the hold
        queue, hold_s = provider_queue.on_queue_full(pace.queue, asked_s, pace.per_s(now_s))
        return _held(replace(pace, queue=queue), hold_s, LimitedBy.QUEUE, now_s)
    return _held(pace, asked_s, LimitedBy.ASKED, now_s)


def _unconnected(pace: Pace, now_s: float) -> Pace:
    """Hold everybody, then one row tries; the failures of one burst count once."""
    if now_s < pace.held_until_s:
        return pace
    hold_s = min(OUTAGE_HOLD_S * 2.0**pace.outages, OUTAGE_HOLD_MAX_S)
    return _held(replace(pace, outages=pace.outages + 1), hold_s, LimitedBy.NETWORK, now_s)


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
    """A rest, at least so long; a longer one stays as it is."""
    until_s = now_s + min(hold_s, HOLD_MAX_S)
    if not hold_s or until_s <= pace.held_until_s:
        return pace
    return replace(pace, next_s=max(until_s, pace.next_s), held_by=why, opened=None)
