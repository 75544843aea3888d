"""`bulksend optouts`: people who have opted out."""

from __future__ import annotations

from pathlib import Path

import click

from bulksend import visible
from bulksend.cli import asked, exit, late_certificates, option_types, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen


@frozen
class OptoutsParameters(BatchParameters):
    """`optouts`."""

    contacts: Path = Path("contacts.csv")
    output_file: Path | None = None


@cli.command(
    "optouts",
    short_help="People who have opted out, for --suppress.",
    help="\b\nExamples:\n  bulksend optouts --profile-id $PROFILE -o optouts.csv\n"
    "  bulksend run contacts.csv --suppress optouts.csv\n\n"
    "Telnyx's opt-outs of a messaging profile as a CSV. A sender ID is one-way, so no STOP reaches "
    "it: the shop's own list is the one that counts.",
)
@options.stack(
    "What is asked",
    options.option(
        "--profile-id", type=option_types.Uuid(), metavar="UUID", help="Telnyx messaging profile."
    ),
    options.option(
        "--output",
        "-o",
        "output_file",
        type=options.WRITTEN,
        metavar="FILE.csv",
        help="Instead of stdout.",
    ),
)
@options.SERVER
@options.OUTPUT
@typed(OptoutsParameters)
def optouts_command(parameters: OptoutsParameters) -> int:
    """People who have opted out."""
    with late_certificates.none_yet():
        from bulksend.commands import optouts
    from bulksend.cli.render.documents import optouts_json

    output = parameters.output_file
    listed = optouts.fetch(asked.settings(parameters), output, show.reporter(parameters))
    if parameters.output.as_json:
        exit.document(optouts_json.document(listed))
    elif output is None:
        click.echo(listed.table, nl=False)
    else:
        people = "1 person" if len(listed.people) == 1 else f"{len(listed.people):,} people"
        shown = visible.visible(str(output), longest=500)
        show.say(f"{people} in {shown}", parameters.output)
    return 0
