"""`bulksend` and `python -m bulksend`: a signal ends it as the contract says, however early."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Never


def start() -> None:
    """Run the command line in a process of its own."""
    _install(_leave)
    from bulksend.cli.main import main

    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is more to say
    try:
        main()
    finally:
        _install(signal.SIG_IGN)  # all is said: a finished batch does not become an interrupted one
        # Python remembers a Ctrl-C in code of this kind (dataclasses are made so), also one that
        # was caught, and would end by the signal, not with our code; more of it makes it forget.
        exec("")  # noqa: S102


def _install(handler: Callable[[int, FrameType | None], Never] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> Never:
    """Nothing has begun that would have to be ended."""
    os._exit(128 + number)


if __name__ == "__main__":
    start()
