"""`bulksend status`: how a batch stands, also while it runs."""

from __future__ import annotations

from bulksend.cli import asked, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import (
    BatchParameters,
    typed,
)


@cli.command(
    "status",
    short_help="How a batch stands, also while it runs.",
    help="\b\nExample:\n  bulksend status contacts.csv --json\n\n"
    "How a batch stands, also while it runs.",
)
@options.CONTACTS
@options.PLACE
@options.OUTPUT
@typed(BatchParameters)
def status_command(parameters: BatchParameters) -> int:
    """How a batch stands."""
    from bulksend.commands import status

    return show.summary(status.status(asked.settings(parameters).place), parameters.output)
