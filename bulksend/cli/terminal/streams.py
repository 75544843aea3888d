"""stdin, stdout and stderr as we want them: open, able to show any text, and the right colours."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence


def open_streams() -> None:
    """A stream that is closed would give its number, and what is said, to the next file: ours.

    What the output's encoding cannot spell is written out (`\\u738b`) and ends no command.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        if getattr(sys, name) is None:
            stream = open(number, "r" if name == "stdin" else "w", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
        if name != "stdin":
            spell_everything(getattr(sys, name))


def spell_everything(stream: object) -> None:
    """Write out what the stream's encoding does not have."""
    if isinstance(stream, io.TextIOWrapper):
        with contextlib.suppress(OSError, ValueError):
            stream.reconfigure(errors="backslashreplace")


def wants_color(arguments: Sequence[str], environment: Mapping[str, str]) -> bool | None:
    """As --color, NO_COLOR (https://no-color.org) and TERM say; None leaves it to the stream.

    Known before the options are parsed, since a wrong option is told with or without colour too.
    """
    chosen = environment.get("BULKSEND_COLOR", "auto")
    for at, word in enumerate(arguments):
        if word == "--":
            break
        if word.startswith("--color="):
            chosen = word.partition("=")[2]
        elif word == "--color" and at + 1 < len(arguments):
            chosen = arguments[at + 1]
    if chosen in ("always", "never"):
        return chosen == "always"
    return False if is_plain(environment) else None


def is_plain(environment: Mapping[str, str]) -> bool:
    """A terminal that shows neither colours nor lines that are drawn again."""
    return bool(environment.get("NO_COLOR")) or is_dumb(environment)


def is_dumb(environment: Mapping[str, str]) -> bool:
    """It can only write line after line."""
    return environment.get("TERM") == "dumb"


def forget_what_was_typed() -> None:
    """What was typed before a question was asked is no answer to it."""
    try:
        import termios
    except ImportError:
        return _forget_on_windows()
    with contextlib.suppress(OSError, ValueError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def _forget_on_windows() -> None:
    import importlib

    console = importlib.import_module("msvcrt")
    while console.kbhit():
        console.getwch()
