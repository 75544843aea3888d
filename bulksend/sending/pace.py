"""How fast the next requests may go: a pure calculator. The waiting is done in `pacing`.

Only rate signals move the pace. Attack at once (hold, and fall to what was really taken), decay
slowly (grow back towards the user's rate), never above it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bulksend import errors
from bulksend.sms.message import Reply, Status, Throttle

#: The provider's queue is kept this short: what it holds cannot be recalled.
WAIT_TARGET_S = 30.0
#: The longest anyone is waited for.
HOLD_MAX_S = 3600.0
#: A full queue drains at the sender's own rate, which may be slow.
QUEUE_HOLD_S, QUEUE_HOLD_MAX_S = 30.0, 600.0
#: Never slower than this share of the user's rate, so that better news can arrive.
FLOOR = 0.01
_RATE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*/\s*(s|sec|second|m|min|minute|h|hour)\s*")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


class LimitedBy(StrEnum):
    """What holds the pace right now."""

    RATE = "your rate"
    QUEUE = "Telnyx's queue"
    THROTTLED = "Telnyx's rate limit"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of the calculator. Moments are the loop's."""

    #: The user's rate, never exceeded.
    user_per_s: float
    #: The rate now.
    now_per_s: float
    held_until_s: float = 0.0
    limited_by: LimitedBy = LimitedBy.RATE
    #: The rate at which Telnyx last said no; approached slowly.
    ceiling_per_s: float = math.inf
    #: Holds in a row because of a full queue.
    queue_holds: int = 0
    cut_at_s: float = -math.inf
    grown_at_s: float = -math.inf
    #: Accepted since `counting_since_s`, and the rate of the stretch before.
    accepted: int = 0
    counting_since_s: float = -math.inf
    accepted_per_s: float = math.inf


def parse_rate(text: str) -> float:
    """`50/s`, `600/min`, `0.1/s` -> requests per second. Raises UsageError."""
    found = _RATE.fullmatch(text.lower())
    per_s = float(found[1]) / _UNIT_S[found[2][0]] if found else 0.0
    if not found or not 0.001 <= per_s <= 10_000:
        raise errors.UsageError(
            f"--rate {text!r} is not a rate from 0.001/s to 10000/s",
            hint="write it like 50/s, 600/min or 0.1/s",
            code="rate_invalid",
        )
    return per_s


def start(user_per_s: float) -> Pace:
    """The pace of a batch that begins."""
    return Pace(user_per_s, user_per_s)


def next_pace(pace: Pace, reply: Reply, now_s: float) -> Pace:
    """The pace after one reply."""
    signal = reply.signal
    if signal is not None and signal.throttle is Throttle.QUEUE_FULL:
        return _queue_full(pace, signal.retry_after_s, now_s)
    if signal is not None and signal.throttle is Throttle.RATE:
        wait_s = max(signal.retry_after_s or 0.0, signal.reset_s or 0.0)
        return _throttled(pace, wait_s, now_s)
    if reply.status is not Status.ACCEPTED:
        return pace
    counted = _count(pace, now_s)
    if signal is not None and signal.remaining == 0 and signal.reset_s:
        return _held(counted, now_s + signal.reset_s, LimitedBy.THROTTLED)
    if reply.wait_s is not None and reply.wait_s > WAIT_TARGET_S:
        return _queue_grows(counted, reply.wait_s, now_s)
    if reply.wait_s is not None and reply.wait_s > WAIT_TARGET_S / 2:
        return counted
    return _grown(counted, now_s)


def _count(pace: Pace, now_s: float) -> Pace:
    """Measure what is really taken, a second at a time."""
    elapsed_s = now_s - pace.counting_since_s
    if elapsed_s < 1.0:
        return replace(pace, accepted=pace.accepted + 1)
    measured = pace.accepted / elapsed_s if elapsed_s < 5.0 else math.inf
    return replace(pace, accepted=1, counting_since_s=now_s, accepted_per_s=measured)


def _throttled(pace: Pace, wait_s: float, now_s: float) -> Pace:
    """Hold, and fall to what was really taken; the replies of one burst count once."""
    held = _held(pace, now_s + min(max(wait_s, 0.2), HOLD_MAX_S), LimitedBy.THROTTLED)
    if now_s - pace.cut_at_s < 1.0:
        return held
    taken = min(pace.accepted_per_s, pace.now_per_s)
    slower = max(min(0.9 * taken, 0.9 * pace.now_per_s), FLOOR * pace.user_per_s)
    if not math.isfinite(pace.accepted_per_s):
        slower = max(0.5 * pace.now_per_s, FLOOR * pace.user_per_s)
    return replace(
        held, now_per_s=slower, ceiling_per_s=taken, cut_at_s=now_s, grown_at_s=held.held_until_s
    )


def _queue_full(pace: Pace, retry_after_s: float | None, now_s: float) -> Pace:
    if pace.held_until_s > now_s:
        return pace
    own_s = min(QUEUE_HOLD_S * 2.0**pace.queue_holds, QUEUE_HOLD_MAX_S)
    held = _held(pace, now_s + max(own_s, retry_after_s or 0.0), LimitedBy.QUEUE)
    slower = max(0.5 * pace.now_per_s, FLOOR * pace.user_per_s)
    return replace(
        held,
        now_per_s=slower,
        queue_holds=pace.queue_holds + 1,
        cut_at_s=now_s,
        grown_at_s=held.held_until_s,
    )


def _queue_grows(pace: Pace, wait_s: float, now_s: float) -> Pace:
    """A fifth slower every five seconds; far over the target, wait until it has drained."""
    if now_s - pace.cut_at_s < 5.0:
        return replace(pace, limited_by=LimitedBy.QUEUE)
    slower = replace(
        pace,
        now_per_s=max(0.8 * pace.now_per_s, FLOOR * pace.user_per_s),
        limited_by=LimitedBy.QUEUE,
        cut_at_s=now_s,
        grown_at_s=now_s,
        queue_holds=0,
    )
    if wait_s <= 2 * WAIT_TARGET_S:
        return slower
    drained_s = now_s + min(wait_s - WAIT_TARGET_S, QUEUE_HOLD_MAX_S)
    return _held(slower, drained_s, LimitedBy.QUEUE)


def _held(pace: Pace, until_s: float, why: LimitedBy) -> Pace:
    return replace(pace, held_until_s=max(pace.held_until_s, until_s), limited_by=why)


def _grown(pace: Pace, now_s: float) -> Pace:
    """5 % of the user's rate a second, 1 % of the ceiling near to where Telnyx said no."""
    if pace.now_per_s >= pace.user_per_s:
        return pace if pace.queue_holds == 0 else replace(pace, queue_holds=0)
    elapsed_s = min(max(now_s - pace.grown_at_s, 0.0), 1.0)
    if elapsed_s < 0.1:
        return pace
    near = pace.now_per_s >= 0.9 * pace.ceiling_per_s
    step = 0.01 * pace.ceiling_per_s if near else 0.05 * pace.user_per_s
    bound = pace.user_per_s if near else min(pace.user_per_s, 0.9 * pace.ceiling_per_s)
    faster = min(max(bound, pace.now_per_s), pace.now_per_s + step * elapsed_s)
    full = faster >= pace.user_per_s
    return replace(
        pace,
        now_per_s=faster,
        grown_at_s=now_s,
        queue_holds=0,
        limited_by=LimitedBy.RATE if full else pace.limited_by,
    )
