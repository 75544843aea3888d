"""The server's clock, as its replies tell it: what is counted in hours is not left to ours."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class ServerClock:
    """How far the server's clock is from ours, by the Date headers of its replies."""

    def __init__(self) -> None:
        #: Seconds to add to our clock, the least and the most that was seen; None before a reply.
        self.low_s: float | None = None
        self.high_s: float | None = None
        self._last = ""

    def observe(self, date: str, now_s: float) -> None:
        """A Date header that came at `now_s` of our clock. Nonsense counts as absent."""
        if not date or date == self._last:  # it changes once a second, and replies do not wait
            return
        self._last = date
        at_s = parse_http_date(date)
        if at_s is None:
            return
        ahead_s = at_s - now_s
        self.low_s = ahead_s if self.low_s is None else min(self.low_s, ahead_s)
        self.high_s = ahead_s if self.high_s is None else max(self.high_s, ahead_s)


def parse_http_date(text: str) -> float | None:
    """`Thu, 01 Jan 2026 00:00:00 GMT` -> seconds since the epoch; None for what is no moment."""
    try:
        return _seconds(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):  # years, zones and days beyond any
        return None


def parse_iso(text: object) -> float | None:
    """`2026-01-01T00:00:00.000+00:00` -> seconds since the epoch; None for what is no moment."""
    try:
        return _seconds(datetime.fromisoformat(text)) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
