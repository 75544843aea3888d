"""How fast Telnyx's queue drains, and the pace that holds it short. Pure.

Telnyx takes more than it may send on and queues the rest for up to four hours; what it holds cannot
be recalled. Each reply says how long its message will wait (`wait_seconds`). Between two replies
the queue took what we sent and gave what it sent on, so its speed is known exactly:

    drains = accepted / (change of the wait + time passed)

and the pace that brings the wait to the target is that speed, more while the wait is below the
target and less while it is above.
"""

from __future__ import annotations

import math
from dataclasses import replace

from bulksend.frozen import frozen
from bulksend.sending.pacing.api_limit import Observation

#: The wait that is aimed at: enough that Telnyx never idles, little enough that stopping means
#: something and that no text outlives its validity (minutes to an hour).
TARGET_S = 10.0
#: Beyond this nothing is sent until the wait has gone back to the target.
BOUND_S = 20.0
#: How long to go without a word from Telnyx while its queue drains.
BLIND_S = 30.0
#: How much queue time must pass between two measurements.
SPAN_S = 2.0
#: Bounds of the correction: half to twice the speed that was measured.
SLOWER, FASTER = 0.5, 2.0
#: A full queue (40318) is left alone this long, twice as long each time, at most that long.
FULL_HOLD_S, FULL_HOLD_MAX_S = 30.0, 600.0


@frozen(kw_only=False)
class Queue:
    """What is known of the provider's queue. Moments are the loop's."""

    #: The rate that keeps it short; infinite while it has never held us up.
    per_s: float = math.inf
    #: What it sends on a second; infinite while unknown.
    drains_per_s: float = math.inf
    #: Where the present measurement began (None: none has), and what the wait was then.
    since_s: float | None = None
    wait_s: float = 0.0
    accepted_then: int = 0
    #: Holds in a row because it was full.
    full: int = 0


#: No reply has named a wait yet.
UNKNOWN = Queue()


def on_wait(
    queue: Queue, wait_s: float | None, user_per_s: float, observation: Observation
) -> tuple[Queue, float]:
    """After an accepted request that will wait: the new state, and how long nobody may send.

    Nothing changes where Telnyx does not say how long.
    """
    if wait_s is None:
        return queue, 0.0
    if queue.since_s is None:
        return _begun(queue, wait_s, observation), _hold_s(wait_s, queue.drains_per_s)
    passed_s = observation.now_s - queue.since_s
    span_s = wait_s - queue.wait_s + passed_s
    if span_s < SPAN_S and passed_s < SPAN_S:
        return queue, 0.0
    sent = observation.accepted - queue.accepted_then
    begun = _begun(queue, wait_s, observation)
    if wait_s <= TARGET_S / 2 and wait_s - queue.wait_s <= 0.1 * passed_s:
        # Short and not longer than before: Telnyx sends on all that we send, perhaps more. So twice
        # what it took without growing; above the user's rate there is no bound any more.
        faster = max(queue.per_s, FASTER * sent / passed_s)
        return replace(begun, per_s=faster if faster < user_per_s else math.inf), 0.0
    drains = sent / max(span_s, 0.1 * passed_s)
    if math.isfinite(queue.drains_per_s):
        drains = 0.5 * (drains + queue.drains_per_s)
    correction = min(max(2.0 - wait_s / TARGET_S, SLOWER), FASTER)
    measured = replace(begun, per_s=drains * correction, drains_per_s=drains)
    return measured, _hold_s(wait_s, drains)


def _begun(queue: Queue, wait_s: float, observation: Observation) -> Queue:
    now_s, accepted = observation.now_s, observation.accepted
    return replace(queue, since_s=now_s, wait_s=wait_s, accepted_then=accepted, full=0)


def _hold_s(wait_s: float, drains_per_s: float) -> float:
    """Far over the target nothing goes until it has drained; but ask how it stands in between."""
    if wait_s <= BOUND_S:
        return 0.0
    return min(wait_s - TARGET_S, max(BLIND_S, 2.0 / drains_per_s))


def on_queue_full(queue: Queue, asked_s: float, rate_per_s: float) -> tuple[Queue, float]:
    """After 40318: half as fast, and a long hold, for it drains at the sender's own rate."""
    own_s = min(FULL_HOLD_S * 2.0**queue.full, FULL_HOLD_MAX_S)
    slower = replace(queue, per_s=0.5 * rate_per_s, since_s=None, full=queue.full + 1)
    return slower, max(own_s, asked_s)
