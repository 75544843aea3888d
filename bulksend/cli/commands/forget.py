"""`bulksend forget`: a number taken out of this computer's memory."""

from __future__ import annotations

from bulksend.batch.settings import state_folder
from bulksend.cli import options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import OutputParameters, typed
from bulksend.frozen import frozen


@frozen
class ForgetParameters(OutputParameters):
    """`forget`."""

    #: E.164.
    phone: str


@cli.command(
    "forget",
    short_help="Take a number out of this computer's memory.",
    help="\b\nExample:\n  bulksend forget +447700900123\n\n"
    "Take out of the memory what it holds of a number. Another file with this number would then "
    "text it again; journals are not changed.",
)
@options.PHONE
@options.OUTPUT
@typed(ForgetParameters)
def forget_command(parameters: ForgetParameters) -> int:
    """Take a number out of this computer's memory."""
    from bulksend.cli.render import memory_text
    from bulksend.cli.render.documents import memory_json
    from bulksend.commands import forget

    forgotten = forget.forget(parameters.phone, state_folder(), show.reporter(parameters))
    document, text = memory_json.forgotten(forgotten), memory_text.forgotten(forgotten)
    show.answer(document, text, parameters.output)
    return 0
