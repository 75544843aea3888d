"""`bulksend rates`: where a rate card comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bulksend import visible as text
from bulksend.cli import exit as ending
from bulksend.cli import options
from bulksend.cli import parameters as givens
from bulksend.cli.group import cli

_EXAMPLES = """\b
Examples:
  bulksend rates learn june.results.csv july.results.csv --output rates.csv
  bulksend run august.csv --dry-run --rates rates.csv
"""


@cli.group(short_help="A rate card out of past batches.")
def rates() -> None:
    """A rate card out of past batches."""


@rates.command(
    short_help="What past batches were really charged, as a rate card.",
    help=f"{_EXAMPLES}\nMake a rate card of what past batches were really charged: by country the "
    "median price of a part, how many charges it rests on, the least, the most and the last day.",
)
@click.argument("results", nargs=-1, required=True, type=options.FILE, metavar="RESULTS.csv...")
@options.option("--output", "-o", type=options.FILE, metavar="FILE", help="Instead of stdout.")
@options.option("--force", is_flag=True, help="Replace the file that is there.")
@options.OUTPUT
def learn(results: tuple[Path, ...], **given: Any) -> int:
    """A rate card out of results files."""
    from bulksend.commands import rates as command

    found = command.learn(results, given["output"], givens.reporter(given), force=given["force"])
    if given["as_json"]:
        ending.document(command.document(found))
    elif found.output is None:
        click.echo(found.card, nl=False)
    else:
        name = text.visible(str(found.output), longest=500)
        click.echo(f"wrote {name}: {len(found.lines)} countries", err=True)
    return 0
