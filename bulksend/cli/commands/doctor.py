"""`bulksend doctor`: everything that a batch needs, looked at."""

from __future__ import annotations

from pathlib import Path

import click

from bulksend import errors
from bulksend.cli import asked, late_certificates, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen


@frozen
class DoctorParameters(BatchParameters):
    """`doctor`."""

    contacts: Path = Path("contacts.csv")
    probe_key: bool = False
    to: str | None = None


@cli.command(
    "doctor",
    short_help="Key, balance, profile, sender, clock, limits, disk.",
    help="\b\nExamples:\n  bulksend doctor --from MyCompany --profile-id UUID\n"
    '  bulksend doctor contacts.csv --from MyCompany --profile-id UUID --text "Hi {name}"\n'
    "  bulksend doctor --from MyCompany --profile-id UUID --probe-key --to +447700900123\n\n"
    "Look at everything that a batch needs, one line each; with a contacts file, at that too.",
)
@click.argument("contacts", required=False, type=options.FILE, metavar="[CONTACTS.csv]")
@options.SENDER
@options.TEXT
@options.CONTACTS_FILE
@options.option("--rates", type=options.FILE, metavar="FILE", help="Rate card CSV.")
@options.option(
    "--probe-key", is_flag=True, typed_only=True, help="Prove the idempotency key: one text or two."
)
@options.option("--to", typed_only=True, metavar="+NUMBER", help="The phone that the probe texts.")
@options.JOURNAL
@options.SANDBOX
@options.SERVER
@options.YES
@options.OUTPUT
@typed(DoctorParameters)
def doctor_command(parameters: DoctorParameters) -> int:
    """Look at everything that a batch needs."""
    with late_certificates.none_yet():
        from bulksend.commands import doctor
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import doctor_json

    if parameters.probe_key != (parameters.to is not None):
        raise errors.UsageError("--probe-key and --to go together", hint="give both, or neither")
    settings = asked.settings(parameters)
    report = doctor.doctor(
        settings,
        show.reporter(parameters),
        with_batch="contacts" in parameters.typed,
        probe_to=parameters.to,
    )
    document, text = doctor_json.document(report), summary_text.findings(report.findings)
    show.answer(document, text, parameters.output)
    return report.exit_code
