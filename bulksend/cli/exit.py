"""How a command ends: one document on stdout, or one error on stderr, and never a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import Any

import click
import orjson

from bulksend import visible as text
from bulksend.cli.render import error_json


@dataclass(frozen=True, slots=True)
class Ending:
    """Says the last word, for a person or a program."""

    as_json: bool = False

    def failure(self, message: str, code: str, exit_code: int, *, hint: str = "") -> int:
        """One error, with the way out below it. Returns the exit code."""
        shown, way_out = text.visible(message, longest=1000), text.visible(hint, longest=20_000)
        if self.as_json:
            document(error_json.document(shown, code, exit_code, hint=way_out))
            return exit_code
        with contextlib.suppress(OSError):  # the exit code says it as well
            click.echo(click.style("error: ", fg="red", bold=True) + shown, err=True)
            if way_out:
                click.echo(click.style("hint: ", fg="cyan") + way_out, err=True)
        return exit_code


def document(value: dict[str, Any]) -> None:
    """One JSON document on stdout."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def open_streams() -> None:
    """A stream that is closed would give its number, and what is said, to the next file: ours."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        if getattr(sys, name) is None:
            stream = open(number, "r" if name == "stdin" else "w", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def flush() -> None:
    """What a closed pipe has to say must be heard before the interpreter ends."""
    sys.stdout.flush()


def output_lost(show: Ending, failure: OSError) -> int:
    """What was to be said does not fit on the disk; a bug it is not."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    words = f"the output cannot be written: {failure.strerror}"
    return show.failure(
        words, "output_unwritable", 7, hint="the command status shows how the batch stands"
    )


def pipe_closed() -> int:
    """Whoever read stdout went away: nothing of ours failed, but the rest is not shown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
