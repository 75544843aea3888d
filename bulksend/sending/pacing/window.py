"""The promise of each second, at the gate and at the wire: never more than the rate and one."""

from __future__ import annotations

from collections import deque

#: A little longer than what is promised: for rounding; at the wire also for overtaking.
_LONGER, _LONGER_AT_WIRE = 1.001, 1.003
#: At the wire a burst as long as this may pass, two ticks; a larger one is smoothed to a rate a
#: little above the user's.
_BURST_S, _SMOOTHED = 0.01, 1.02


class Window:
    """What went in the last second, or in the last period of a rate slower than one a second."""

    def __init__(
        self, rate_per_s: float, *, at_wire: bool, past: deque[float] | None = None
    ) -> None:
        promised_s = max(1.0, 1.0 / rate_per_s)
        self._at_wire = at_wire
        self._length_s = (_LONGER_AT_WIRE if at_wire else _LONGER) * promised_s
        self._most = int(rate_per_s * promised_s + 1e-9)
        if self._most < 0.997 * rate_per_s * promised_s:  # 1.5/s: one a second would be too few
            self._most += 1
        self._smoothed_s = 1.0 / (_SMOOTHED * rate_per_s)
        self._past: deque[float] = past if past is not None else deque()
        #: When all that has left would have left, one after the other.
        self._even_s = float("-inf")

    def changed(self, rate_per_s: float) -> Window:
        """The window of another rate, over what went so far."""
        return Window(rate_per_s, at_wire=self._at_wire, past=self._past)

    def opens_at_s(self, now_s: float) -> float:
        """When one more keeps the promise: `now_s` or later."""
        past = self._past
        while past and past[0] + self._length_s <= now_s:
            past.popleft()
        opens_s = max(now_s, self._even_s - _BURST_S) if self._at_wire else now_s
        if len(past) < self._most:
            return opens_s
        return max(opens_s, past[-self._most] + self._length_s)

    def add(self, at_s: float) -> None:
        """One went; moments never go back."""
        self._past.append(at_s)
        self._even_s = max(self._even_s, at_s) + self._smoothed_s
