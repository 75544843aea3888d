"""`bulksend reconcile` and `bulksend doctor`: what can be found out, and what stands in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bulksend import errors
from bulksend.cli import exit as ending
from bulksend.cli import options
from bulksend.cli import parameters as givens
from bulksend.cli.commands import CONTACTS
from bulksend.cli.group import cli


@cli.command(
    short_help="Settle unknown rows by evidence.",
    help="\b\nExamples:\n  bulksend reconcile contacts.csv\n"
    "  bulksend reconcile contacts.csv --yes --json\n\nSettle unknown rows by evidence.",
)
@CONTACTS
@options.option(
    "--repeat-after-5xx",
    is_flag=True,
    help="Ask again also after a server error: may text twice.",
)
@options.WHERE
@options.SERVER
@options.PACE
@options.YES
@options.OUTPUT
def reconcile(repeat_after_5xx: bool, **given: Any) -> int:
    """Settle unknown rows by evidence."""
    from bulksend.cli.render import summary_text as words
    from bulksend.commands import reconcile as command

    found = command.reconcile(
        givens.flags_alone(givens.settings(given)),
        givens.reporter(given),
        after_5xx=repeat_after_5xx,
    )
    if given["as_json"]:
        ending.document(command.document(found))
    else:
        click.echo(words.reconciled(found), color=givens.color(given))
    return found.exit_code


@cli.command(
    short_help="Key, balance, profile, sender, clock, limits, disk.",
    help="\b\nExamples:\n  bulksend doctor --from MyCompany --profile-id <uuid>\n"
    "  bulksend doctor --from MyCompany --profile-id <uuid> --probe-key --to +447700900123\n\n"
    "Look at everything that a batch needs, one line each.",
)
@options.SENDER
@options.SMART_ENCODING
@options.option("--probe-key", is_flag=True, help="Prove the idempotency key: one text or two.")
@options.option("--to", metavar="+NUMBER", help="The phone that the probe texts.")
@options.JOURNAL
@options.SANDBOX
@options.SERVER
@options.YES
@options.OUTPUT
def doctor(probe_key: bool, to: str | None, **given: Any) -> int:
    """Look at everything that a batch needs."""
    from bulksend.cli.render import summary_text as words
    from bulksend.commands import doctor as command

    if probe_key != (to is not None):
        raise errors.UsageError("--probe-key and --to go together", hint="give both, or neither")
    settings = givens.settings(given | {"contacts": Path("contacts.csv")})
    report = command.doctor(settings, givens.reporter(given), probe_to=to)
    if given["as_json"]:
        ending.document(command.document(report))
    else:
        click.echo(words.findings(report.findings), color=givens.color(given))
    return report.exit_code
