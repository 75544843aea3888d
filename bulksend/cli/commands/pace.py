"""`bulksend pace`: another rate, a pause, going on."""

from __future__ import annotations

import click

from bulksend.cli import asked, exit, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen

_EXAMPLES = """\b
Examples:
  bulksend pace contacts.csv 20/s
  bulksend pace contacts.csv pause
  bulksend pace contacts.csv continue
"""


@frozen
class PaceParameters(BatchParameters):
    """`pace`."""

    #: RATE, pause or continue; None: only say how it goes.
    change: str | None = None


@cli.command(
    "pace",
    short_help="Change the pace of a run, pause it, go on.",
    help=f"{_EXAMPLES}\nChange the pace of the run that works on a batch, pause it, or let it go"
    " on; without a change, say how it goes. The run follows within half a second. It holds for"
    " that run only: the next one goes by its own --rate, and is not paused.",
)
@options.CONTACTS
@click.argument("change", required=False, metavar="[RATE|pause|continue]")
@options.PLACE
@options.OUTPUT
@typed(PaceParameters)
def pace_command(parameters: PaceParameters) -> int:
    """Change the pace of a run."""
    from bulksend.cli.render.documents import pace_json
    from bulksend.commands import pace

    settings = asked.settings(parameters)
    confirmed = pace.pace(settings.place, parameters.change, settings.guards.rate)
    if parameters.output.as_json:
        exit.document(pace_json.document(confirmed))
    elif confirmed.paused:
        show.say(f"paused at {confirmed.rate}; go on with: {confirmed.go_on}")
    else:
        show.say(f"the run goes at {confirmed.rate}, or as fast as Telnyx lets it")
    return 0
