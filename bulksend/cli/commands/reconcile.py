"""`bulksend reconcile`: unknown rows settled by evidence."""

from __future__ import annotations

from bulksend.cli import asked, late_certificates, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen


@frozen
class ReconcileParameters(BatchParameters):
    """`reconcile`."""

    repeat_after_5xx: bool = False


@cli.command(
    "reconcile",
    short_help="Settle unknown rows by evidence.",
    help="\b\nExamples:\n  bulksend reconcile contacts.csv\n"
    "  bulksend reconcile contacts.csv --yes --json\n\nSettle unknown rows by evidence.",
)
@options.CONTACTS
@options.option(
    "--repeat-after-5xx",
    is_flag=True,
    typed_only=True,
    help="Ask again also after a server error: may text twice.",
)
@options.PLACE
@options.SERVER
@options.RATE
@options.YES
@options.OUTPUT
@typed(ReconcileParameters)
def reconcile_command(parameters: ReconcileParameters) -> int:
    """Settle unknown rows by evidence."""
    with late_certificates.none_yet():
        from bulksend.commands import reconcile
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import reconcile_json

    reconciled = reconcile.reconcile(
        asked.typed_alone(asked.settings(parameters), parameters.typed),
        show.reporter(parameters),
        after_5xx=parameters.repeat_after_5xx,
    )
    document, text = reconcile_json.document(reconciled), summary_text.reconciled(reconciled)
    show.answer(document, text, parameters.output)
    return reconciled.exit_code
