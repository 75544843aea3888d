"""The server's clock, as its replies tell it: what is counted in hours is not left to ours."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime


class ServerClock:
    """How far the server's clock is from ours, by the Date headers of its replies."""

    def __init__(self) -> None:
        #: Seconds to add to our clock, the least and the most that was seen; None before a reply.
        self.low_s: float | None = None
        self.high_s: float | None = None
        self._last = ""

    def heard(self, date: str, now_s: float) -> None:
        """A Date header that came at `now_s` of our clock. Nonsense counts as absent."""
        if not date or date == self._last:  # it changes once a second, and replies do not wait
            return
        self._last = date
        try:
            moment = parsedate_to_datetime(date)
        except (ValueError, TypeError, IndexError):
            return
        ahead_s = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now_s
        self.low_s = ahead_s if self.low_s is None else min(self.low_s, ahead_s)
        self.high_s = ahead_s if self.high_s is None else max(self.high_s, ahead_s)
