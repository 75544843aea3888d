"""Time that nobody waits for: the clock of one history, and the event loop that moves it.

Whatever the product asks for the time gets this one: a loop's timers, `time`, `datetime.now`. Work
for threads is done at once, where it is asked for, so that a history is the same every time.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from bulksend.batch import identity
from bulksend.batch.memory import opening
from bulksend.batch.resuming import set_aside
from bulksend.contacts import ahead
from bulksend.journal import lock, writer
from bulksend.receipts import store
from tests import virtual_clock

#: Monday, 2026-11-23 09:00:00 UTC.
BEGAN_S = 1_795_424_400.0
#: Of one loop; a run of ten rows takes some hundred, twelve hours of a display that ticks twice a
#: second as many as there are ticks.
_TURNS_MOST = 1_000_000
_WITH_DATES = (identity, opening, set_aside, lock, store)


class Clock:
    """Seconds since a history began."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    def time(self) -> float:
        """Seconds since 1970."""
        return BEGAN_S + self.elapsed_s

    def sleep(self, seconds: float) -> None:
        """Nobody waits."""
        self.elapsed_s += seconds

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Everybody's clock, and everybody's event loop."""
        before = asyncio.get_event_loop_policy()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "time", self.time)
            patch.setattr(time, "time_ns", lambda: int(self.time() * 1e9))
            patch.setattr(time, "monotonic", lambda: 1000.0 + self.elapsed_s)
            patch.setattr(time, "sleep", self.sleep)
            for module in _WITH_DATES:
                patch.setattr(module, "datetime", _dates(self))
            patch.setattr(ahead, "ThreadPoolExecutor", _AtOnce)
            patch.setattr(writer.Writer, "_hand_over", _commit_at_once)
            asyncio.set_event_loop_policy(_policy(self))
            try:
                yield
            finally:
                asyncio.set_event_loop_policy(before)


class Loop(virtual_clock.VirtualClockLoop):
    """Moves a history's clock to its next timer."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._turns = 0
        #: Set by whoever calls from another thread.
        self.heard = threading.Event()

    def call_soon_threadsafe(self, callback: Any, *values: Any, context: Any = None) -> Any:
        handle = super().call_soon_threadsafe(callback, *values, context=context)
        self.heard.set()
        return handle

    def time(self) -> float:
        return self._clock.elapsed_s

    def _run_once(self) -> None:
        self._turns += 1
        assert self._turns < _TURNS_MOST, "it hangs: it turns and turns"
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        if not ready:
            assert scheduled or self._stopping, "it hangs: nothing will ever happen"  # type: ignore[attr-defined]
            if scheduled:
                self._clock.elapsed_s = max(self._clock.elapsed_s, scheduled[0].when())
        self._clock.elapsed_s += 1e-6
        asyncio.SelectorEventLoop._run_once(self)  # type: ignore[attr-defined]

    def run_in_executor(self, executor: Any, function: Any, *values: Any) -> Any:
        future = self.create_future()
        try:
            future.set_result(function(*values))
        except Exception as failure:
            future.set_exception(failure)
        return future


def _policy(clock: Clock) -> asyncio.AbstractEventLoopPolicy:
    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return Loop(clock)

    return Policy()


def _dates(clock: Clock) -> type[datetime]:
    class Dates(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(clock.time(), tz or UTC)

    return Dates


_hand_over = writer.Writer._hand_over


def _commit_at_once(self: writer.Writer) -> None:
    """The journal's thread commits, and the loop stands still until it has."""
    loop = self._loop
    assert isinstance(loop, Loop)
    loop.heard.clear()
    _hand_over(self)
    assert loop.heard.wait(60.0), "the journal's thread does not answer"


class _AtOnce:
    """A pool of no threads."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> _AtOnce:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def shutdown(self, **_: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *values: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*values))
        except Exception as failure:
            future.set_exception(failure)
        return future
