"""How a command shows itself: the person at the terminal, colours, the last word."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from bulksend.cli import exit
from bulksend.cli.parameters import BatchParameters, Output, OutputParameters
from bulksend.cli.render import JsonObject
from bulksend.cli.terminal import streams, wrapped

if TYPE_CHECKING:
    from bulksend.batch.preflight.own_phones import OwnText
    from bulksend.batch.reporter import Reporter
    from bulksend.batch.summary import Summary


def reporter(asked: OutputParameters) -> Reporter:
    """The person at this terminal."""
    from bulksend.cli.terminal import screen

    consent = asked.consent if isinstance(asked, BatchParameters) else None
    output = asked.output
    display = screen.DisplayOptions(
        quiet=output.quiet,
        verbose=output.verbose,
        progress=not output.no_progress,
        color=color(output),
        yes=consent is not None and consent.yes,
        yes_typed=consent is not None and consent.yes and "yes" in asked.typed,
    )
    terminal = screen.Terminal(display)
    if output.log_file is None:
        return terminal
    from bulksend.cli.terminal import log_file

    return log_file.Logged(terminal)


def color(output: Output) -> bool | None:
    """None leaves it to the stream: a terminal gets colour."""
    return streams.wants_color(["--color", output.color], os.environ)


def answer(document: JsonObject, text: str, output: Output) -> None:
    """What a command came to, on stdout: for a program or for a person."""
    if output.as_json:
        exit.document(document)
    else:
        say(text, output)


def say(text: str, output: Output | None = None) -> None:
    """Words for a person on stdout, as wide as the terminal."""
    shown = wrapped.to_fit(text, sys.stdout)
    exit.echo(shown, color=color(output) if output is not None else None)


def summary(ended: Summary, output: Output) -> int:
    """The last word of a command that has a summary; its exit code."""
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import summary_json

    document = summary_json.document(ended)
    if output.log_file is not None:
        from bulksend.cli.terminal import log_file

        log_file.event("end", **document)
    answer(document, summary_text.summary(ended), output)
    return ended.exit_code


def to_own_phones(tested: OwnText, output: Output) -> int:
    """The last word of a test text; its exit code."""
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import own_phones_json

    answer(own_phones_json.document(tested), summary_text.to_own_phones(tested), output)
    return tested.exit_code
