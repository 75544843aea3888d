"""`bulksend rates`: where a rate card comes from."""

from __future__ import annotations

from pathlib import Path

import click

from bulksend import visible
from bulksend.cli import exit, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import OutputParameters, typed
from bulksend.frozen import frozen

_EXAMPLES = """\b
Examples:
  bulksend rates learn june.results.csv july.results.csv --output rates.csv
  bulksend run august.csv --dry-run --rates rates.csv
"""


@frozen
class LearnParameters(OutputParameters):
    """`rates learn`."""

    files: tuple[Path, ...]
    output_file: Path | None = None
    force: bool = False


@cli.group("rates", short_help="A rate card out of past batches.")
def rates_group() -> None:
    """A rate card out of past batches."""


@rates_group.command(
    short_help="What past batches were really charged, as a rate card.",
    help=f"{_EXAMPLES}\nMake a rate card of what past batches were really charged: by country the "
    "median price of a part, how many charges it rests on, the least, the most and the last day.",
)
@click.argument("files", nargs=-1, required=True, type=options.FILE, metavar="RESULTS.csv...")
@options.option(
    "--output", "-o", "output_file", type=options.WRITTEN, metavar="FILE", help="Instead of stdout."
)
@options.option("--force", is_flag=True, help="Replace the file that is there.")
@options.OUTPUT
@typed(LearnParameters)
def learn(parameters: LearnParameters) -> int:
    """A rate card out of results files."""
    from bulksend.cli.render.documents import rates_json
    from bulksend.commands import rates

    learned = rates.learn(
        parameters.files,
        parameters.output_file,
        show.reporter(parameters),
        force=parameters.force,
    )
    if parameters.output.as_json:
        exit.document(rates_json.document(learned))
    elif learned.output is None:
        click.echo(learned.card, nl=False)
    else:
        name = visible.visible(str(learned.output), longest=500)
        click.echo(
            f"wrote {name}: {visible.counted(len(learned.lines), 'country', 'countries')}", err=True
        )
    return 0
