"""`bulksend` and `python -m bulksend`: a signal ends it as the contract says, however early."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Never


def start() -> Never:
    """Run the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    from bulksend.cli.main import main

    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is more to say
    main()


def _leave(number: int, _frame: FrameType | None) -> Never:
    """Nothing has begun that would have to be ended."""
    os._exit(128 + number)


if __name__ == "__main__":
    start()
