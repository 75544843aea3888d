"""`bulksend reconcile` and `bulksend doctor`: what can be found out, and what stands in the way."""

from __future__ import annotations

from typing import Any

import click

from bulksend.cli import ending, options
from bulksend.cli import given as givens
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
    from bulksend.cli import words
    from bulksend.commands import reconcile as command

    found = command.reconcile(
        givens.flags_alone(givens.settings(given)), givens.view(given), after_5xx=repeat_after_5xx
    )
    if given["as_json"]:
        ending.document(command.document(found))
    else:
        click.echo(words.reconciled(found), color=givens.color(given))
    return found.exit_code
