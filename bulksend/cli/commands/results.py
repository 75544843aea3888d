"""`bulksend results`: the results again, all rows or some."""

from __future__ import annotations

from bulksend.cli import asked, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen


@frozen
class ResultsParameters(BatchParameters):
    """`results`."""

    only: str | None = None


@cli.command(
    "results",
    short_help="Write the results again, all rows or some.",
    help="\b\nExamples:\n  bulksend results contacts.csv\n"
    "  bulksend results contacts.csv --only undelivered -o call-these.xlsx\n\n"
    "Write the results again from the journal, as .csv or .xlsx.",
)
@options.CONTACTS
@options.option(
    "--only",
    metavar="WORD,...",
    help="Only such rows, as a list of their own: undelivered, unconfirmed, waiting, opted-out, "
    "landline, or a status.",
)
@options.PLACE
@options.OUTPUT
@typed(ResultsParameters)
def results_command(parameters: ResultsParameters) -> int:
    """Write the results again."""
    from bulksend.commands import results
    from bulksend.results import selection

    only = selection.parse(parameters.only) if parameters.only is not None else ()
    return show.summary(results.results(asked.settings(parameters), only), parameters.output)
