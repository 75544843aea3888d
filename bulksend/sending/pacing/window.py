"""The promise of each second, at the gate and at the wire: never more than the rate and one."""

from __future__ import annotations

import functools
from collections import deque

#: At the wire a burst as long as this may pass, two ticks; a longer one is smoothed to a rate a
#: little above the user's.
_BURST_S, _SMOOTHED = 0.01, 1.02


class Window:
    """What went in the last second, or in the last period of a rate slower than one a second."""

    def __init__(self, longer: float) -> None:
        #: How much longer than promised it is: room for rounding and for what overtakes.
        self._longer = longer
        self._went_s: deque[float] = deque()
        #: When the last would have gone, had all gone evenly: late timers cost nothing.
        self._even_s = float("-inf")

    def opens_at_s(self, now_s: float, rate_per_s: float) -> float:
        """When one more keeps the promise: `now_s` or later."""
        promised_s, most = _promise(rate_per_s)
        length_s, past = self._longer * promised_s, self._went_s
        while past and past[0] + length_s <= now_s:
            past.popleft()
        return max(now_s, past[-most] + length_s) if len(past) >= most else now_s

    def smooth_at_s(self, now_s: float, rate_per_s: float) -> float:
        """The same, and no burst longer than two ticks."""
        smooth_s = self._even_s + 1.0 / (_SMOOTHED * rate_per_s) - _BURST_S
        return max(self.opens_at_s(now_s, rate_per_s), smooth_s)

    def add(self, at_s: float, rate_per_s: float) -> None:
        """One went; moments never go back."""
        self._went_s.append(at_s)
        self._even_s = max(self._even_s + 1.0 / (_SMOOTHED * rate_per_s), at_s)


@functools.lru_cache(maxsize=8)
def _promise(rate_per_s: float) -> tuple[float, int]:
    """A second, or the period of a slower rate, and the most that may go in it."""
    promised_s = max(1.0, 1.0 / rate_per_s)
    most = int(rate_per_s * promised_s + 1e-9)
    # 1.5/s: one a second would be too few
    return promised_s, most + (most < 0.997 * rate_per_s * promised_s)
