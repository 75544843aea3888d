"""`bulksend pace`: another rate, a pause, going on."""

from __future__ import annotations

from typing import Any

import click

from bulksend.cli import exit as ending
from bulksend.cli import options
from bulksend.cli import parameters as givens
from bulksend.cli.commands import CONTACTS
from bulksend.cli.group import cli

_EXAMPLES = """\b
Examples:
  bulksend pace contacts.csv 20/s
  bulksend pace contacts.csv pause
  bulksend pace contacts.csv continue
"""


@cli.command(
    short_help="Change the pace of a run, pause it, go on.",
    help=f"{_EXAMPLES}\nChange the pace of the run that works on a batch, pause it, or let it go"
    " on; without a change, say how it goes. The run follows within half a second. It holds for"
    " that run only: the next one goes by its own --rate, and is not paused.",
)
@CONTACTS
@click.argument("change", required=False, metavar="[RATE|pause|continue]")
@options.WHERE
@options.OUTPUT
def pace(change: str | None, **given: Any) -> int:
    """Change the pace of a run."""
    from bulksend.commands import pace as command

    found = command.pace(givens.settings(given), change)
    if given["as_json"]:
        ending.document(command.document(found))
    elif found.paused:
        click.echo(f"paused at {found.rate}; go on with: {found.go_on}")
    else:
        click.echo(f"the run goes at {found.rate}, or as fast as Telnyx lets it")
    return 0
