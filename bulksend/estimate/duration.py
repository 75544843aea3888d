"""How long a batch takes, and when that cannot work because the provider's queue is too short."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bulksend.estimate.findings import Finding, Kind
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: Telnyx holds a message for so long at most; a sender's queue is its rate times this
#: (developers.telnyx.com, "Rate Limiting", 2026).
QUEUE_S = 4 * 3600
#: What Telnyx's pages say of an alphanumeric sender: Level 1, Level 2, the throughput article.
PUBLISHED_RATES_PER_S = (0.1, 1, 1000)


#: Fewer accepted rows teach nothing about a sender.
_ROWS_MIN = 20
#: A shorter wait is no queue.
_WAIT_MIN_S = 5.0


@frozen
class Past:
    """What earlier batches of a sender taught; None where they taught nothing."""

    #: How long a request is open, half of them less.
    latency_s: float | None = None
    #: How fast the sender's queue was emptied, where it was what texts waited for.
    parts_per_s: float | None = None


#: Of a sender that never sent.
NO_PAST = Past()


@frozen
class Accepted:
    """One accepted row of a batch, as its journal has it."""

    claimed_s: float
    settled_s: float
    #: How long Telnyx was to hold it back.
    wait_s: float


@frozen(kw_only=False)
class Duration:
    """How long a batch takes until its last text is on its way, and what makes it so long."""

    seconds: float
    #: "rate", "in_flight" or "queue".
    limited_by: str


def learned(newest: Sequence[Accepted], begun_s: float, parts: int) -> Past:
    """What a batch teaches: by its newest accepted rows, in the order they were settled, by when
    its first row was claimed, and by the parts of all of them.
    """
    if len(newest) < _ROWS_MIN:
        return NO_PAST
    latency_s = statistics.median(row.settled_s - row.claimed_s for row in newest)
    last = newest[-1]
    emptied_s = last.settled_s - begun_s + last.wait_s
    queued = last.wait_s >= _WAIT_MIN_S and emptied_s > 0
    parts_per_s = parts / emptied_s if queued else None
    return Past(latency_s=max(latency_s, 0.001), parts_per_s=parts_per_s)


def expected(
    rows: int, parts: int, rate_per_s: float, max_in_flight: int, past: Past = NO_PAST
) -> Duration:
    """By `rate`, by what may be open at once, and by what the sender's queue took before."""
    times = {"rate": seconds(rows, rate_per_s)}
    if past.latency_s is not None:
        times["in_flight"] = seconds(rows, max_in_flight / past.latency_s)
    if past.parts_per_s is not None:
        times["queue"] = seconds(parts, past.parts_per_s)
    slowest = max(times, key=lambda name: times[name])
    return Duration(times[slowest], slowest)


def seconds(count: int, per_s: float) -> float:
    """From the first of so many to the last, at a rate."""
    return max(count - 1, 0) / per_s


def findings(rows: int, parts: int, rate_per_s: float) -> Iterator[Finding]:
    """What the queue cannot hold: what would."""
    sent_s = seconds(rows, rate_per_s)
    parts_per_s = parts / sent_s if sent_s else float(parts)
    slowest = PUBLISHED_RATES_PER_S[0]
    if not parts or parts_per_s <= slowest or parts / slowest <= sent_s + QUEUE_S:
        return
    needed = parts / (sent_s + QUEUE_S)
    if needed > 1:
        allowed = "of the published limits only 1000/s is enough"
    else:
        allowed = "0.1/s, the lowest published limit, is not enough; 1/s is"
    if needed > PUBLISHED_RATES_PER_S[-1]:
        allowed = "none of the published limits is enough"
    yield Finding(
        code="queue",
        kind=Kind.REMARK,
        text=f"Telnyx's queue holds four hours: {parts:,} parts in {in_words(sent_s)} need a "
        f"sender with {rate_in_words(needed)} at least; {allowed}",
        rows=rows,
        fix=f"ask Telnyx for the limit; "
        f"{Setting.RATE.to(f'{slowest}/s')} takes {in_words(rows / slowest)}",
    )


def rate_in_words(per_s: float) -> str:
    """`2.8/s`; rounded up, for it is the least that works."""
    for unit, seconds_long in (("s", 1), ("min", 60), ("h", 3600)):
        if per_s * seconds_long >= 1:
            return f"{-(-per_s * seconds_long * 10 // 1) / 10:,.1f}/{unit}".replace(".0/", "/")
    return f"{per_s:.4f}/s"


def in_words(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:,.1f} days"
