"""The promise of each second, at the gate and at the wire: never more than the rate and one."""

from __future__ import annotations

import math
from collections import deque

#: A burst longer than may pass is smoothed to a rate a little above the user's.
_SMOOTHED = 1.02


class Window:
    """What went in the last second, or in the last period of a rate slower than one a second."""

    def __init__(self, rate_per_s: float, longer: float, burst_s: float = math.inf) -> None:
        #: How much longer than promised it is: room for rounding and for what overtakes.
        self._longer = longer
        #: How long a burst may pass.
        self._burst_s = burst_s
        #: As many as any rate so far let go in a second.
        self._went_s: deque[float] = deque(maxlen=1)
        #: When the last would have gone, had all gone evenly: late timers cost nothing.
        self._even_s = -math.inf
        self.set_rate(rate_per_s)

    def set_rate(self, rate_per_s: float) -> None:
        """Promise another rate; what went counts."""
        promised_s = max(1.0, 1.0 / rate_per_s)
        self._length_s = self._longer * promised_s
        most = int(rate_per_s * promised_s + 1e-9)
        # 1.5/s: one a second would be too few
        self._most = most + (most < 0.997 * rate_per_s * promised_s)
        self._even_step_s = 1.0 / (_SMOOTHED * rate_per_s)
        self._went_s = deque(self._went_s, max(self._most, self._went_s.maxlen or 0))

    def early_s(self, now_s: float) -> float:
        """How long until one more keeps the promise; where it does now, one went, and it is 0."""
        went_s, most, even_s = self._went_s, self._most, self._even_s + self._even_step_s
        early_s = even_s - self._burst_s - now_s
        if len(went_s) >= most:
            early_s = max(early_s, went_s[-most] + self._length_s - now_s)
        if early_s > 0.0:
            return early_s
        went_s.append(now_s)
        self._even_s = max(even_s, now_s)
        return 0.0
