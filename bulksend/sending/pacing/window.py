"""The promise that no bucket can keep alone: never more in a second than the rate and one."""

from __future__ import annotations

from collections import deque

#: A little longer than what is promised, so that rounding cannot break the promise.
LONGER = 1.001


class Window:
    """What was given in the last second, or the last period of a rate slower than one a second."""

    def __init__(
        self, rate_per_s: float, past: deque[float] | None = None, *, longer: float = LONGER
    ) -> None:
        promised_s = max(1.0, 1.0 / rate_per_s)
        self._longer = longer
        self._length_s = longer * promised_s
        self._most = int(rate_per_s * promised_s + 1e-9)
        if self._most < 0.997 * rate_per_s * promised_s:  # 1.5/s: one a second would be too few
            self._most += 1
        self._past: deque[float] = past if past is not None else deque()

    def changed(self, rate_per_s: float) -> Window:
        """The window of another rate, over what was given so far."""
        return Window(rate_per_s, self._past, longer=self._longer)

    def opens_at_s(self, now_s: float) -> float:
        """When one more keeps the promise: `now_s` or later."""
        past = self._past
        while past and past[0] + self._length_s <= now_s:
            past.popleft()
        if len(past) < self._most:
            return now_s
        return past[-self._most] + self._length_s

    def add(self, at_s: float) -> None:
        """One was given; moments never go back."""
        self._past.append(at_s)
