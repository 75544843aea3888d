"""How long a batch takes, and when that cannot work because the provider's queue is too short."""

from __future__ import annotations

from collections.abc import Iterator

from bulksend.estimate.findings import Finding, Kind

#: Telnyx holds a message for so long at most; a sender's queue is its rate times this
#: (developers.telnyx.com, "Rate Limiting", 2026).
QUEUE_S = 4 * 3600
#: What Telnyx's pages say of an alphanumeric sender: Level 1, Level 2, the throughput article.
PUBLISHED_RATES_PER_S = (0.1, 1, 1000)


def seconds(rows: int, rate_per_s: float) -> float:
    """From the first request to the last."""
    return max(rows - 1, 0) / rate_per_s


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
        f"sender with {_rate(needed)} at least; {allowed}",
        rows=rows,
        fix=f"ask Telnyx for the limit; --rate {slowest}/s takes {in_words(rows / slowest)}",
    )


def _rate(per_s: float) -> str:
    """Rounded up, for it is the least that works."""
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
