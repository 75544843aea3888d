"""`bulksend explain`: what this computer has sent a number."""

from __future__ import annotations

from bulksend.batch.settings import state_folder
from bulksend.cli import options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import OutputParameters, typed
from bulksend.frozen import frozen


@frozen
class ExplainParameters(OutputParameters):
    """`explain`."""

    #: E.164.
    phone: str


@cli.command(
    "explain",
    short_help="What this computer has sent a number.",
    help="\b\nExample:\n  bulksend explain +447700900123\n\n"
    "What this computer has sent a number: when, in which batch and row.",
)
@options.PHONE
@options.OUTPUT
@typed(ExplainParameters)
def explain_command(parameters: ExplainParameters) -> int:
    """What this computer has sent a number."""
    from bulksend.cli.render import memory_text
    from bulksend.cli.render.documents import memory_json
    from bulksend.commands import explain

    explained = explain.explain(parameters.phone, state_folder(), show.reporter(parameters))
    document, text = memory_json.explained(explained), memory_text.explained(explained)
    show.answer(document, text, parameters.output)
    return 0
