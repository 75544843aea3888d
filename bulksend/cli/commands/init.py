"""`bulksend init`: starter files."""

from __future__ import annotations

from pathlib import Path

import click

from bulksend.cli.group import cli
from bulksend.cli.parameters import typed
from bulksend.frozen import frozen


@frozen
class InitParameters:
    """`init`."""

    xlsx: bool = False


@cli.command(
    "init",
    short_help="Starter contacts.csv and bulksend.toml.",
    help="\b\nExample:\n  bulksend init --xlsx\n\n"
    "Starter contacts.csv and bulksend.toml; never overwrites.",
)
@click.option("--xlsx", is_flag=True, help="A workbook, contacts.xlsx, in place of the CSV.")
@typed(InitParameters)
def init_command(parameters: InitParameters) -> int:
    """Starter files."""
    from bulksend.commands import init

    written = init.write(Path.cwd(), workbook=parameters.xlsx)
    contacts, options = init.names(Path.cwd(), workbook=parameters.xlsx)
    for path in (contacts, options):
        there = f"{path.name} was there already, and is as it was"
        click.echo(f"wrote {path.name}" if path in written else there)
    click.echo(f"next: bulksend run {contacts.name} --sandbox")
    return 0
