"""How a command ends: one document on stdout, or one error on stderr, and never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass, replace

import click

from bulksend import visible
from bulksend.cli.render import JsonObject
from bulksend.cli.render.documents import error_json
from bulksend.cli.terminal import wrapped


@dataclass(slots=True)
class Ending:
    """Says the last word, for a person or a program."""

    as_json: bool = False
    #: None: as the stream allows.
    color: bool | None = None
    #: The command that shows how the batch stands, where there is a batch.
    status: str = ""

    @property
    def whatever_was_sent(self) -> str:
        """The hint that is true whenever a command ends: before, while and after rows are sent."""
        look = f": {self.status}" if self.status else "; the command status shows it"
        return f"what was sent, if anything, stands in the journal{look}"

    def failure(self, message: str, code: str, exit_code: int, *, hint: str = "") -> int:
        """One error, with the way out below it. Returns the exit code."""
        shown, way_out = (
            visible.visible(message, longest=1000),
            visible.visible(hint, longest=20_000),
        )
        _log("error", code=code, text=message, exit_code=exit_code)
        if self.as_json:
            with contextlib.suppress(OSError):
                document(error_json.document(shown, code, exit_code, hint=way_out))
                return exit_code
            _forget_stdout()  # it takes nothing: then in words
        with contextlib.suppress(OSError):  # the exit code says it as well
            error = click.style("error: ", fg="red", bold=True) + shown
            click.echo(wrapped.to_fit(error, sys.stderr), err=True, color=self.color)
            if way_out:
                hint_line = click.style("hint: ", fg="cyan") + way_out
                shown_line = wrapped.to_fit(hint_line, sys.stderr)
                click.echo(shown_line, err=True, color=self.color)
        return exit_code


def _log(event: str, **data: object) -> None:
    """Only where --log-file was given is there a log: nothing is imported for none."""
    log_file = sys.modules.get("bulksend.cli.terminal.log_file")
    if log_file is not None:
        log_file.event(event, **data)


def document(value: JsonObject) -> None:
    """One JSON document on stdout, in UTF-8 whatever the output's encoding."""
    import orjson

    try:
        written = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except TypeError:  # a file name that is no text: json writes its bytes out as \udc80 to \udcff
        written = json.dumps(value, indent=2).encode()
    echo(written)


def echo(words: str | bytes, color: bool | None = None) -> None:
    """What a command came to, on stdout; whoever reads it may go away, and it ended as it did."""
    try:
        click.echo(words, color=color)
    except BrokenPipeError:
        _forget_stdout()


def flush() -> None:
    """Raise what a closed pipe has to say before the interpreter ends."""
    sys.stdout.flush()


def output_lost(show: Ending, failure: OSError) -> int:
    """What was to be said does not fit on the disk; a bug it is not."""
    _forget_stdout()
    words = f"the output cannot be written: {failure.strerror}"
    in_words = replace(show, as_json=False)
    return in_words.failure(words, "output_unwritable", 7, hint=show.whatever_was_sent)


def file_lost(show: Ending, failure: OSError) -> int:
    """A file that nobody below knew how to do without: the computer's trouble, and no bug."""
    where = failure.filename if isinstance(failure.filename, str | bytes) else "the system"
    words = f"{os.fsdecode(where)}: {failure.strerror}"
    return show.failure(words, "file_unusable", 7, hint=show.whatever_was_sent)


def pipe_closed() -> int:
    """Whoever read stdout went away: nothing of ours failed, but the rest is not shown."""
    _forget_stdout()
    return 0


def _forget_stdout() -> None:
    """What is still to be said there, here or by the interpreter, is lost without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
