"""`bulksend explain` and `bulksend forget`: what this computer remembers of a number."""

from __future__ import annotations

import click

from bulksend.cli import asked, options, show
from bulksend.cli import exit as ending
from bulksend.cli import option_types as types
from bulksend.cli import parameters as of
from bulksend.cli.group import cli

NUMBER = click.argument("phone", type=types.Phone(), metavar="+NUMBER")


@cli.command(
    short_help="What this computer has sent a number.",
    help="\b\nExample:\n  bulksend explain +447700900123\n\n"
    "What this computer has sent a number: when, in which batch and row.",
)
@NUMBER
@options.OUTPUT
@of.typed(of.PhoneParameters)
def explain(parameters: of.PhoneParameters) -> int:
    """What this computer has sent a number."""
    from bulksend.cli.render.memory import documents, words
    from bulksend.commands import explain as command

    explained = command.explain(parameters.phone, asked.state_folder(), show.reporter(parameters))
    if parameters.output.as_json:
        ending.document(documents.explained(explained))
    else:
        click.echo(words.explained(explained), color=show.color(parameters.output))
    return 0


@cli.command(
    short_help="Take a number out of this computer's memory.",
    help="\b\nExample:\n  bulksend forget +447700900123\n\n"
    "Take out of the memory what it holds of a number. Another file with this number would then "
    "text it again; journals are not changed.",
)
@NUMBER
@options.OUTPUT
@of.typed(of.PhoneParameters)
def forget(parameters: of.PhoneParameters) -> int:
    """Take a number out of this computer's memory."""
    from bulksend.cli.render.memory import documents, words
    from bulksend.commands import forget as command

    forgotten = command.forget(parameters.phone, asked.state_folder(), show.reporter(parameters))
    if parameters.output.as_json:
        ending.document(documents.forgotten(forgotten))
    else:
        click.echo(words.forgotten(forgotten), color=show.color(parameters.output))
    return 0
