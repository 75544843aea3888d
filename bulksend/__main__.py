"""`bulksend` and `python -m bulksend`: a signal ends it as the contract says, however early."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Never

#: Modules are never garbage, and a command makes little: to look for some after every 700 objects
#: is an eighth of a short one.
_GARBAGE_THRESHOLDS = 200_000, 50, 100


def start() -> Never:
    """Run the command line in a process of its own, and end it."""
    _install(_leave)
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    from bulksend.cli.main import main

    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is more to say
    code: object = None
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        _install(signal.SIG_IGN)  # all is said: a finished batch does not become an interrupted one
    _end(code if isinstance(code, int) else 1)


def _end(code: int) -> Never:
    """At once: everything is closed, and to free every module by itself takes a while.

    It is also with our code, where Python would end by a Ctrl-C that was caught long ago.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or there is none
            stream.flush()
    os._exit(code)


def _install(handler: Callable[[int, FrameType | None], Never] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> Never:
    """Nothing has begun that would have to be ended."""
    os._exit(128 + number)


if __name__ == "__main__":
    start()
