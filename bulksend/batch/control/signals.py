"""Ctrl-C in two steps: the first lets what is in flight finish, the second leaves."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bulksend.errors import Stop
from bulksend.sending.halt import Halt

#: The longest a drain may take before the rest is given up.
DRAIN_S = 60.0
_HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
_REASONS = {signal.SIGINT: Stop.INTERRUPTED, signal.SIGTERM: Stop.TERMINATED} | (
    {_HANGUP: Stop.TERMINATED} if _HANGUP is not None else {}
)


@contextmanager
def two_steps(halt: Halt, leave: Callable[[], None], say: Callable[[str], None]) -> Iterator[None]:
    """While it is open, the first signal sets the halt and the second calls `leave`.

    `say` gets the words for a person. Off the main thread signals stay as they are.
    """
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _REASONS}
    if _HANGUP is not None and before[_HANGUP] is signal.SIG_IGN:
        del before[_HANGUP]  # whoever said nohup wants no end when the terminal closes
    signals: list[signal.Signals] = []

    def on_signal(number: signal.Signals) -> None:
        """First set the halt and say so; the second signal, or `DRAIN_S` later, leaves."""
        signals.append(number)
        if len(signals) > 1:
            leave()
            return
        say("stopping: waiting for the replies in flight; press Ctrl-C again to leave now")
        halt.set(_REASONS[number])
        loop.call_later(DRAIN_S, leave)

    for number in before:
        install(loop, number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            with contextlib.suppress(NotImplementedError, AttributeError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


def install(
    loop: asyncio.AbstractEventLoop,
    number: signal.Signals,
    on_signal: Callable[[signal.Signals], None],
) -> None:
    """Let a signal call `on_signal` in the loop; where loops know no signals, Python's own way."""
    try:
        loop.add_signal_handler(number, on_signal, number)
    except (NotImplementedError, AttributeError):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(on_signal, number))
