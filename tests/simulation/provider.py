"""A provider as plain arithmetic: a queue that drains at a rate, a limit on requests; no clock.

Both rates may change while messages wait, as they do when an account is verified or a carrier
slows down. What waits is counted in messages, so a change of the rate changes everybody's wait.
"""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Four hours of traffic are queued; what is more is refused (40318).
QUEUE_S = 4 * 3600.0


@dataclass(slots=True)
class Provider:
    """Takes messages at moments that never go back."""

    #: From which moment on the queue drains how fast; the first must be 0.
    drains: Sequence[tuple[float, float]]
    #: Requests in any second that the API takes; None: any number.
    requests_per_s: float | None = None
    #: How precisely the wait is told.
    rounded_to_s: float = 0.0
    waiting: float = 0.0
    sent_on: float = 0.0
    full: int = 0
    throttled: int = 0
    _at_s: float = 0.0
    _recent: deque[float] = field(default_factory=deque)

    def take(self, now_s: float) -> float | None:
        """The wait of a message that arrives now; None when the queue is full (40318)."""
        self.advance(now_s)
        wait_s = self.waiting / self.rate(now_s)
        if wait_s > QUEUE_S:
            self.full += 1
            return None
        self.waiting += 1.0
        return (
            round(wait_s / self.rounded_to_s) * self.rounded_to_s if self.rounded_to_s else wait_s
        )

    def admits(self, now_s: float) -> bool:
        """Whether the API takes one more request in this second (429 otherwise)."""
        if self.requests_per_s is None:
            return True
        while self._recent and self._recent[0] <= now_s - 1.0:
            self._recent.popleft()
        admitted = len(self._recent) < self.requests_per_s
        if admitted:
            self._recent.append(now_s)
        self.throttled += not admitted
        return admitted

    def rate(self, now_s: float) -> float:
        """How fast the queue drains at this moment."""
        return self.drains[bisect.bisect_right(self.drains, (now_s, float("inf"))) - 1][1]

    def wait_s(self, now_s: float) -> float:
        """How long a message that arrived now would wait."""
        self.advance(now_s)
        return self.waiting / self.rate(now_s)

    def advance(self, now_s: float) -> None:
        """Send on what could be sent on since the last look."""
        moments = [at_s for at_s, _ in self.drains if self._at_s < at_s < now_s]
        for until_s in [*moments, now_s]:
            gone = min(self.waiting, self.rate(self._at_s) * (until_s - self._at_s))
            self.waiting -= gone
            self.sent_on += gone
            self._at_s = until_s
