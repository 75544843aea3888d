"""`bulksend resume`: go on with an unfinished batch."""

from __future__ import annotations

from bulksend.cli import asked, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import (
    ResumeParameters,
    typed,
)


@cli.command(
    "resume",
    short_help="Go on with an unfinished batch.",
    help="\b\nExamples:\n  bulksend resume contacts.csv\n"
    "  bulksend resume contacts.csv --retry-refused\n\nGo on with an unfinished batch.",
)
@options.CONTACTS
@options.AGAIN
@options.SENDER
@options.TEXT
@options.CONTACTS_FILE
@options.WHO
@options.PACE
@options.MONEY
@options.CONSENT
@options.PREFLIGHT
@options.PLACE
@options.WAIT_RECEIPTS
@options.SERVER
@options.OUTPUT
@typed(ResumeParameters)
def resume_command(parameters: ResumeParameters) -> int:
    """Go on with an unfinished batch."""
    from bulksend.commands import resume

    summary = resume.resume(asked.for_resume(parameters), show.reporter(parameters))
    return show.summary(summary, parameters.output)
