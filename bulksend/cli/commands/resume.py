"""`bulksend resume`: go on with an unfinished batch."""

from __future__ import annotations

from dataclasses import replace

from bulksend.batch.settings import Settings
from bulksend.cli import asked, late_certificates, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen


@frozen
class ResumeParameters(BatchParameters):
    """`resume`."""

    retry_refused: bool = False
    resend_unknown: bool = False
    also_changed: bool = False
    no_preflight: bool = False
    wait_receipts_s: float = 0.0


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
    with late_certificates.none_yet():
        from bulksend.commands import resume

    summary = resume.resume(_settings(parameters), show.reporter(parameters))
    return show.summary(summary, parameters.output)


def _settings(parameters: ResumeParameters) -> Settings:
    """With what `resume` alone is asked, and only the typed ones of what belongs to the batch."""
    return asked.noted(
        replace(
            asked.typed_alone(asked.settings(parameters), parameters.typed),
            retry_refused=parameters.retry_refused,
            resend_unknown=parameters.resend_unknown,
            also_changed=parameters.also_changed,
            preflight=not parameters.no_preflight,
            wait_receipts_s=parameters.wait_receipts_s,
        )
    )
