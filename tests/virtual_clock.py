"""An event loop whose clock jumps to the next timer: an hour's wait takes a millisecond.

Each turn also costs a microsecond, without which a bucket's rounding would make it turn for ever.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Asks the system only where the loop would sleep: there are no sockets on a virtual clock."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout) if timeout is None else []


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """Its time is what its timers say."""

    def __init__(self) -> None:
        super().__init__(_Selector())
        self._now_s = 0.0

    def time(self) -> float:
        return self._now_s

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._now_s = max(self._now_s, self._scheduled[0].when())  # type: ignore[attr-defined]
        self._now_s += 1e-6
        super()._run_once()  # type: ignore[misc]


def now_s() -> float:
    """The time of the loop that runs."""
    return asyncio.get_running_loop().time()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(work)
