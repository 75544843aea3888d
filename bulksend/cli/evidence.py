"""What can be found out, and what stands in the way: reconcile, doctor, explain, forget."""

from __future__ import annotations

import click

from bulksend import errors
from bulksend.batch.settings import state_folder
from bulksend.cli import asked, option_types, options, show
from bulksend.cli.commands import CONTACTS
from bulksend.cli.group import cli
from bulksend.cli.parameters import DoctorParameters, PhoneParameters, ReconcileParameters, typed


@cli.command(
    "reconcile",
    short_help="Settle unknown rows by evidence.",
    help="\b\nExamples:\n  bulksend reconcile contacts.csv\n"
    "  bulksend reconcile contacts.csv --yes --json\n\nSettle unknown rows by evidence.",
)
@CONTACTS
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
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import reconcile_json
    from bulksend.commands import reconcile

    reconciled = reconcile.reconcile(
        asked.typed_alone(asked.settings(parameters), parameters.typed),
        show.reporter(parameters),
        after_5xx=parameters.repeat_after_5xx,
    )
    document, text = reconcile_json.document(reconciled), summary_text.reconciled(reconciled)
    show.answer(document, text, parameters.output)
    return reconciled.exit_code


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
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import doctor_json
    from bulksend.commands import doctor

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


NUMBER = click.argument("phone", type=option_types.Phone(), metavar="+NUMBER")


@cli.command(
    "explain",
    short_help="What this computer has sent a number.",
    help="\b\nExample:\n  bulksend explain +447700900123\n\n"
    "What this computer has sent a number: when, in which batch and row.",
)
@NUMBER
@options.OUTPUT
@typed(PhoneParameters)
def explain_command(parameters: PhoneParameters) -> int:
    """What this computer has sent a number."""
    from bulksend.cli.render import memory_text
    from bulksend.cli.render.documents import memory_json
    from bulksend.commands import explain

    explained = explain.explain(parameters.phone, state_folder(), show.reporter(parameters))
    document, text = memory_json.explained(explained), memory_text.explained(explained)
    show.answer(document, text, parameters.output)
    return 0


@cli.command(
    "forget",
    short_help="Take a number out of this computer's memory.",
    help="\b\nExample:\n  bulksend forget +447700900123\n\n"
    "Take out of the memory what it holds of a number. Another file with this number would then "
    "text it again; journals are not changed.",
)
@NUMBER
@options.OUTPUT
@typed(PhoneParameters)
def forget_command(parameters: PhoneParameters) -> int:
    """Take a number out of this computer's memory."""
    from bulksend.cli.render import memory_text
    from bulksend.cli.render.documents import memory_json
    from bulksend.commands import forget

    forgotten = forget.forget(parameters.phone, state_folder(), show.reporter(parameters))
    document, text = memory_json.forgotten(forgotten), memory_text.forgotten(forgotten)
    show.answer(document, text, parameters.output)
    return 0
