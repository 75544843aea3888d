"""What a reply's headers say about the pace: how many requests are left, and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping

from bulksend.sms.message import Signal, Throttle
from bulksend.telnyx import clock

_RETRY_AFTER_MAX_S = 3600.0
_NONSENSE_S = 86_400.0
_REMAINING, _RESET, _RETRY_AFTER = "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"


def signal(headers: Mapping[str, str], throttle: Throttle | None, now_s: float) -> Signal | None:
    """What the headers say about the pace; None when they say nothing."""
    if throttle is None and _REMAINING not in headers and _RETRY_AFTER not in headers:
        return None
    remaining = header(headers, _REMAINING)
    return Signal(
        throttle=throttle,
        retry_after_s=seconds_from(header(headers, _RETRY_AFTER), now_s),
        remaining=int(remaining) if remaining.isdecimal() and len(remaining) < 10 else None,
        reset_s=seconds_from(header(headers, _RESET), now_s),
    )


def header(headers: Mapping[str, str], name: str) -> str:
    """A header without the blanks around it; "" where there is none."""
    return headers[name].strip() if name in headers else ""


def seconds_from(value: str, now_s: float) -> float | None:
    """Seconds, an epoch (Telnyx's pages disagree) or an HTTP date -> seconds from now, 0 to 3600.

    Nonsense counts as absent, and so does more than a day: nothing of Telnyx's takes longer.
    """
    try:
        number = float(value)
        seconds = number - now_s if number > 1e9 else number
    except ValueError:
        at_s = clock.parse_http_date(value)
        if at_s is None:
            return None
        seconds = at_s - now_s
    if not seconds <= _NONSENSE_S:  # also what is not a number
        return None
    return min(max(seconds, 0.0), _RETRY_AFTER_MAX_S)
