"""What limits the batch right now, seen from looks at the gate and the workers. Pure.

Who waits tells it. A worker that waits for a slot is held by the pace; then the pace itself knows
by what. When nobody waits for a slot and all workers waits for replies, more in flight would
send faster, unless the replies have become slow: then it is the network, or the server behind it.
When workers wait for neither, it is this computer: the contacts file, the disk or the processor.
"""

from __future__ import annotations

from collections.abc import Sequence

from bulksend.frozen import frozen
from bulksend.sending.limited_by import LimitedBy

#: Replies that take so many times as long as the fastest of this run are slow.
SLOW = 2.0
#: Fewer replies than this say nothing of the network.
FEW = 5
#: Of the looks at the workers, the share that must agree.
MOST = 0.5


@frozen(kw_only=False)
class Look:
    """The gate and the workers at one moment."""

    paused: bool = False
    #: The pace's own word on where its rate comes from; holds included.
    pace: LimitedBy = LimitedBy.RATE
    held: bool = False
    #: Whether workers wait for a slot; how many have a request out, and all there are.
    waiting: bool = False
    in_flight: int = 0
    workers: int = 1
    #: Replies so far, and how long they took together; failed connections so far.
    replies: int = 0
    replies_s: float = 0.0
    unconnected: int = 0
    #: Rows that are not settled; fewer than the workers: the batch runs out.
    left: int = 1_000_000


def limited_by(looks: Sequence[Look], fastest_s: float) -> LimitedBy:
    """What limits, by the looks of the last second, oldest first.

    `fastest_s` is the shortest mean time of a reply in any such second of this run; 0: unknown.
    """
    now = looks[-1]
    if now.paused:
        return LimitedBy.PAUSED
    if now.held or _mostly([look.waiting for look in looks]):
        return now.pace
    if now.left < now.workers:
        return LimitedBy.NOTHING
    if now.unconnected > looks[0].unconnected:
        return LimitedBy.NETWORK
    if not _mostly([look.in_flight >= look.workers for look in looks]):
        return LimitedBy.COMPUTER
    took_s = reply_s(looks)
    none_came = looks[-1].replies == looks[0].replies
    slow = took_s is not None and fastest_s > 0 and took_s > SLOW * fastest_s
    return LimitedBy.NETWORK if slow or none_came else LimitedBy.IN_FLIGHT


def reply_s(looks: Sequence[Look]) -> float | None:
    """How long a reply took, on average; None: too few came to say."""
    replies = looks[-1].replies - looks[0].replies
    if replies < FEW:
        return None
    return (looks[-1].replies_s - looks[0].replies_s) / replies


def _mostly(answers: Sequence[bool]) -> bool:
    return sum(answers) > MOST * len(answers)
