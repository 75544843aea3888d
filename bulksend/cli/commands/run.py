"""`bulksend run`: send a batch, count and price one, or text oneself first."""

from __future__ import annotations

from dataclasses import replace

import click

from bulksend.batch.settings import Settings
from bulksend.cli import asked, late_certificates, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen

_EXAMPLES = """\b
Examples:
  bulksend run samples/contacts.csv --sandbox
  bulksend run contacts.csv --from MyCompany --profile-id UUID --text "Hi {name}"
  bulksend run contacts.csv --dry-run --rates rates.csv
"""

#: What a test text has no part of, by parameter.
_OF_A_BATCH = {
    "limit": "--limit",
    "new_batch": "--new-batch",
    "wait_receipts_s": "--wait-receipts",
    "results": "--results",
}


@frozen
class RunParameters(BatchParameters):
    """`run`."""

    dry_run: bool = False
    only_problems: bool = False
    new_batch: bool = False
    expect: str | None = None
    no_preflight: bool = False
    test_to: tuple[str, ...] = ()
    test_row: int | None = None
    wait_receipts_s: float = 0.0


@cli.command("run", short_help="Send a batch.", help=f"{_EXAMPLES}\nSend a batch.")
@options.CONTACTS
@options.option("--dry-run", "-n", is_flag=True, help="Count and price; send nothing.")
@options.option("--only-problems", is_flag=True, help="With -n --results: only rows not sent.")
@options.SENDER
@options.TEXT
@options.CONTACTS_FILE
@options.WHO
@options.PACE
@options.MONEY
@options.TEST
@options.CONSENT
@options.EXPECT
@options.PREFLIGHT
@options.NEW_BATCH
@options.PLACE
@options.WAIT_RECEIPTS
@options.SERVER
@options.OUTPUT
@typed(RunParameters)
def run_command(parameters: RunParameters) -> int:
    """Send a batch."""
    if parameters.only_problems and not parameters.dry_run:
        raise click.UsageError("--only-problems goes with --dry-run and --results")
    if parameters.test_row is not None and not parameters.test_to:
        raise click.UsageError("--test-row says which row, and --test-to is missing")
    if parameters.test_to and parameters.dry_run:
        raise click.UsageError("--test-to sends a text, and --dry-run sends none: give one")
    if parameters.test_to:
        _refuse_beside_test(parameters)
    settings = _settings(parameters)
    if parameters.dry_run:
        return _dry_run(settings, parameters)
    with late_certificates.none_yet():
        from bulksend.commands import run

    if settings.test_to:
        tested = run.to_own_phones(settings, show.reporter(parameters))
        return show.to_own_phones(tested, parameters.output)
    return show.summary(run.run(settings, show.reporter(parameters)), parameters.output)


def _refuse_beside_test(parameters: RunParameters) -> None:
    """A test text begins no batch: what is typed about one would be passed over in silence.

    Raises click.UsageError.
    """
    for name, flag in _OF_A_BATCH.items():
        if name in parameters.typed:
            raise click.UsageError(
                f"{flag} is about a batch, and --test-to begins none: give one of them"
            )


def _dry_run(settings: Settings, parameters: RunParameters) -> int:
    from bulksend.batch.dry_run import dry_run
    from bulksend.cli.render import estimate_text
    from bulksend.cli.render.documents import estimate_json

    planned = dry_run(settings, show.reporter(parameters))
    document, text = estimate_json.document(planned), estimate_text.estimate(planned)
    show.answer(document, text, parameters.output)
    return planned.exit_code


def _settings(parameters: RunParameters) -> Settings:
    """With what `run` alone is asked."""
    return asked.noted(
        replace(
            asked.settings(parameters),
            new_batch=parameters.new_batch,
            only_problems=parameters.only_problems,
            expect=parameters.expect,
            preflight=not parameters.no_preflight,
            test_to=parameters.test_to,
            test_row=parameters.test_row,
            wait_receipts_s=parameters.wait_receipts_s,
        )
    )
