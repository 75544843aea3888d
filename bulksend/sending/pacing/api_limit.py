"""The rule for 429: how many requests Telnyx's API takes a second, learnt from refusals. Pure.

A refusal costs a whole hold, so the limit is found from below: fall to a little under what was
really taken, cool down, then grow slowly. Each time the same limit is met again the cooldown
before the next try gets longer; a limit that no longer holds is left behind by fast growth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bulksend.frozen import frozen

#: The shortest hold, and the longest of our own accord, where Telnyx names no time.
HOLD_MIN_S, HOLD_OWN_MAX_S = 0.2, 60.0
#: How far below what was taken to go: after it was measured, and after an estimate.
BELOW_MEASURED, BELOW_ESTIMATE = 0.97, 0.95
#: How long nothing is tried after a refusal: after an estimate; after a measurement, and doubled
#: each time that the same limit is met again.
COOLDOWN_ESTIMATE_S, COOLDOWN_S, COOLDOWN_MAX_S = 1.0, 5.0, 160.0
#: Growth a second: near the limit, and where it is not known or was left behind.
SLOW_GROWTH, FAST_GROWTH = 0.01, 0.3
_NEAR, _SAME, _STEP_S = 1.05, 0.1, 0.25
#: A measurement needs so much time and so many accepted requests.
_MEASURE_S, _MEASURE_COUNT = 0.5, 5
#: And it counts only where the pace was made use of: slow replies are no limit.
_USED = 0.5
#: After a longer hold than this the limit is not one of requests a second.
_SHORT_S = 2.0


@dataclass(slots=True)
class Observation:
    """What the gate has counted when a reply arrives, or a slot is asked for."""

    now_s: float = 0.0
    #: Accepted so far, this reply included.
    accepted: int = 0
    #: Replies so far, this one included.
    replies: int = 0
    #: Requests that are still out.
    open: int = 0
    #: Accepted in the second before; counted anew only where a limit is looked for.
    last_second: int = 0


@frozen(kw_only=False)
class Limit:
    """What the API takes, as far as is known. Moments are the loop's."""

    #: The rate that this limit allows us now; infinite while it has never said no.
    per_s: float = math.inf
    #: What was taken when it last said no; 0 where that was not measured but estimated.
    measured_per_s: float = 0.0
    #: How often in a row it was met at the same height.
    confirmed: int = 0
    #: Refusals in a row between which nothing was accepted.
    throttled_in_row: int = 0
    #: Up to this reply all belong to requests from before the last refusal.
    ignore_until_reply: int = 0
    #: Since when it grows: from the last growth, or from the end of a cooldown.
    grows_from_s: float = -math.inf
    #: The stretch being counted: since when (None: none has begun), and accepted before it.
    since_s: float | None = None
    accepted_then: int = 0
    #: What was taken in the last whole stretch.
    last_per_s: float = 0.0


#: It has never said no.
UNKNOWN = Limit()


def on_accepted(limit: Limit, user_per_s: float, observation: Observation) -> Limit:
    """After an accepted request: count, and grow back towards the user's rate."""
    if observation.replies <= limit.ignore_until_reply:  # the rest of a burst: it took more
        more = BELOW_ESTIMATE * observation.last_second
        raised = not limit.measured_per_s and more > limit.per_s
        return replace(limit, per_s=more) if raised else limit
    limit = _counted(limit, observation)
    if limit.per_s == math.inf:
        return limit
    elapsed_s = min(observation.now_s - limit.grows_from_s, 1.0)
    if elapsed_s < _STEP_S:
        return limit
    near = limit.per_s < _NEAR * limit.measured_per_s
    faster = limit.per_s * (1.0 + (SLOW_GROWTH if near else FAST_GROWTH) * elapsed_s)
    if faster >= user_per_s:  # no limit any more
        return replace(limit, per_s=math.inf, measured_per_s=0.0, confirmed=0)
    return replace(limit, per_s=faster, grows_from_s=observation.now_s)


def _counted(limit: Limit, observation: Observation) -> Limit:
    """The stretch goes on, or a new one begins: after a refusal, or when there is enough of it."""
    if limit.since_s is None or limit.throttled_in_row:
        begun = replace(limit, since_s=observation.now_s, accepted_then=observation.accepted - 1)
        return replace(begun, last_per_s=0.0, throttled_in_row=0)
    passed_s, count = observation.now_s - limit.since_s, observation.accepted - limit.accepted_then
    if passed_s < _MEASURE_S or count < _MEASURE_COUNT:
        return limit
    begun = replace(limit, since_s=observation.now_s, accepted_then=observation.accepted)
    return replace(begun, last_per_s=count / passed_s)


def on_throttled(
    limit: Limit, asked_s: float, rate_per_s: float, observation: Observation
) -> tuple[Limit, float]:
    """After a refusal: the new limit, and how long nobody may send.

    `asked_s` is what Telnyx named (0: nothing), `rate_per_s` how fast we were. The refusals of one
    burst, however late they arrive, count once.
    """
    if observation.replies <= limit.ignore_until_reply:
        return limit, max(asked_s, HOLD_MIN_S)
    hold_s = max(asked_s, min(HOLD_MIN_S * 2.0**limit.throttled_in_row, HOLD_OWN_MAX_S))
    taken, measured = _taken(limit, hold_s, rate_per_s, observation)
    same = measured and abs(taken - limit.measured_per_s) < _SAME * limit.measured_per_s
    confirmed = limit.confirmed + 1 if same else 0
    cooldown_s = min(COOLDOWN_S * 2.0**confirmed, COOLDOWN_MAX_S)
    cut = replace(
        limit,
        per_s=taken * (BELOW_MEASURED if measured else BELOW_ESTIMATE),
        measured_per_s=taken if measured else 0.0,
        confirmed=confirmed,
        throttled_in_row=limit.throttled_in_row + 1,
        ignore_until_reply=observation.replies + observation.open,
        grows_from_s=observation.now_s + hold_s + (cooldown_s if measured else COOLDOWN_ESTIMATE_S),
    )
    return cut, hold_s


def _taken(
    limit: Limit, hold_s: float, rate_per_s: float, observation: Observation
) -> tuple[float, bool]:
    """What was taken a second, and whether that was measured.

    A burst that was cut short says: so many in the burst and the holds after it together.
    """
    if limit.since_s is None:  # nothing at all so far
        return 0.5 * rate_per_s, False
    passed_s = observation.now_s - limit.since_s
    taken = (observation.accepted - limit.accepted_then) / (passed_s + hold_s)
    if limit.throttled_in_row:
        return min(taken, rate_per_s), False
    # Where there are enough to count, the second before is what the limit allows, exactly.
    by_second = hold_s <= _SHORT_S and observation.last_second >= _MEASURE_COUNT
    counted = observation.last_second if by_second else limit.last_per_s
    return min(max(taken, counted), rate_per_s), counted > max(taken, _USED * rate_per_s)
