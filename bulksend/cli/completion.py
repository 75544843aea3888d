"""`bulksend completion`: what a shell completes by. It belongs to the program and to no room."""

from __future__ import annotations

import click

from bulksend.cli.group import cli
from bulksend.cli.parameters import typed
from bulksend.frozen import frozen


@frozen
class CompletionParameters:
    """`completion`."""

    #: bash, zsh or fish.
    shell: str


@cli.command(
    short_help="Shell completion.",
    no_args_is_help=True,
    help="\b\nExample:\n  bulksend completion bash >> ~/.bashrc\n\nShell completion.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@typed(CompletionParameters)
def completion(parameters: CompletionParameters) -> int:
    """The shell's completion script."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(parameters.shell)
    assert script is not None  # noqa: S101 - the three that click has
    click.echo(script(cli, {}, "bulksend", "_BULKSEND_COMPLETE").source())
    return 0
