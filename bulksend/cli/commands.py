"""The commands: each turns its parameters into Settings, calls its room and shows what came back.

Rooms are imported inside the commands, so that `--help` does not wait for polars and aiohttp.
"""

from __future__ import annotations

from pathlib import Path

import click

from bulksend.batch.settings import Settings
from bulksend.cli import asked, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import (
    BatchParameters,
    CompletionParameters,
    InitParameters,
    ResultsParameters,
    ResumeParameters,
    RunParameters,
    SandboxParameters,
    typed,
)

CONTACTS = click.argument("contacts", type=options.FILE, metavar="CONTACTS.csv")

_RUN_EXAMPLES = """\b
Examples:
  bulksend run samples/contacts.csv --sandbox
  bulksend run contacts.csv --from MyCompany --profile-id UUID --text "Hi {name}"
  bulksend run contacts.csv --dry-run --rates rates.csv
"""


@cli.command("run", short_help="Send a batch.", help=f"{_RUN_EXAMPLES}\nSend a batch.")
@CONTACTS
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
    settings = asked.for_run(parameters)
    if parameters.dry_run:
        return _dry_run(settings, parameters)
    from bulksend.commands import run

    if settings.test_to:
        tested = run.to_own_phones(settings, show.reporter(parameters))
        return show.to_own_phones(tested, parameters.output)
    return show.summary(run.run(settings, show.reporter(parameters)), parameters.output)


@cli.command(
    "resume",
    short_help="Go on with an unfinished batch.",
    help="\b\nExamples:\n  bulksend resume contacts.csv\n"
    "  bulksend resume contacts.csv --retry-refused\n\nGo on with an unfinished batch.",
)
@CONTACTS
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


@cli.command(
    "status",
    short_help="How a batch stands, also while it runs.",
    help="\b\nExample:\n  bulksend status contacts.csv --json\n\n"
    "How a batch stands, also while it runs.",
)
@CONTACTS
@options.PLACE
@options.OUTPUT
@typed(BatchParameters)
def status_command(parameters: BatchParameters) -> int:
    """How a batch stands."""
    from bulksend.commands import status

    return show.summary(status.status(asked.settings(parameters)), parameters.output)


@cli.command(
    "results",
    short_help="Write the results again, all rows or some.",
    help="\b\nExamples:\n  bulksend results contacts.csv\n"
    "  bulksend results contacts.csv --only undelivered -o call-these.xlsx\n\n"
    "Write the results again from the journal, as .csv or .xlsx.",
)
@CONTACTS
@options.option(
    "--only",
    metavar="WORD,...",
    help="Only such rows, as a list of their own: undelivered, unconfirmed, waiting, opted-out, "
    "landline, or a status.",
)
@options.PLACE
@options.OUTPUT
@typed(ResultsParameters)
def results_command(parameters: ResultsParameters) -> int:
    """Write the results again."""
    from bulksend.commands import results
    from bulksend.results import selection

    only = selection.parse(parameters.only) if parameters.only is not None else ()
    return show.summary(results.results(asked.settings(parameters), only), parameters.output)


@cli.command(
    "sandbox",
    short_help="A Telnyx look-alike on localhost.",
    help="\b\nExample:\n  bulksend sandbox --port 8080 --ledger ledger.jsonl\n\n"
    "A Telnyx look-alike on localhost, in the foreground.",
)
@options.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@options.option("--ledger", type=options.WRITTEN, metavar="FILE", help="One JSON line a request.")
@options.option("--faults", metavar="FILE|JSON", help="A script of faults.")
@options.option("--fates", metavar="FILE|JSON", help="What becomes of accepted messages.")
@options.option("--webhooks", metavar="FILE|JSON", help="Report them, signed; [] without faults.")
@options.option(
    "--sandbox-rate", "rate_limit", metavar="RATE", help="Messages a second of the sender."
)
@options.option("--request-rate", metavar="RATE", help="Requests a second of the API.")
@options.option(
    "--latency", "latency_s", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS"
)
@options.option("--key", "api_key", default="sandbox", show_default=True, help="The key it takes.")
@options.option("--ignore-keys", is_flag=True, help="Take no notice of idempotency keys.")
@options.option(
    "--record-lag",
    "record_lag_s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
)
@options.option("--records-missing", type=click.FloatRange(0, 1), default=0.0, metavar="SHARE")
@options.option("--redact", is_flag=True, help="Mask the numbers in detail records.")
@options.OUTPUT
@typed(SandboxParameters)
def sandbox_command(parameters: SandboxParameters) -> int:
    """A Telnyx look-alike on localhost."""
    from bulksend.commands import sandbox

    return sandbox.serve(
        port=parameters.port,
        ledger=parameters.ledger,
        faults=parameters.faults,
        fates=parameters.fates,
        webhooks=parameters.webhooks,
        rate=parameters.rate_limit,
        request_rate=parameters.request_rate,
        latency_s=parameters.latency_s,
        api_key=parameters.api_key,
        ignore_keys=parameters.ignore_keys,
        records=sandbox.Records(
            lag_s=parameters.record_lag_s,
            missing=parameters.records_missing,
            redacted=parameters.redact,
        ),
        ready=lambda words: click.echo(words, err=True),
    )


@cli.command(
    "init",
    short_help="Starter contacts.csv and bulksend.toml.",
    help="\b\nExample:\n  bulksend init --xlsx\n\n"
    "Starter contacts.csv and bulksend.toml; never overwrites.",
)
@click.option("--xlsx", is_flag=True, help="A workbook, contacts.xlsx, in place of the CSV.")
@typed(InitParameters)
def init_command(parameters: InitParameters) -> int:
    """Starter files."""
    from bulksend.commands import init

    contacts, options = init.write(Path.cwd(), workbook=parameters.xlsx)
    for path in (contacts, options):
        click.echo(f"wrote {path.name}")
    click.echo(f"next: bulksend run {contacts.name} --sandbox")
    return 0


@cli.command(
    short_help="Shell completion.",
    no_args_is_help=True,
    help="\b\nExample:\n  bulksend completion bash >> ~/.bashrc\n\nShell completion.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@typed(CompletionParameters)
def completion(parameters: CompletionParameters) -> int:
    """The shell's completion script."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(parameters.shell)
    assert script is not None  # noqa: S101 - the three that click has
    click.echo(script(cli, {}, "bulksend", "_BULKSEND_COMPLETE").source())
    return 0


def _dry_run(settings: Settings, parameters: RunParameters) -> int:
    from bulksend.batch.dry_run import dry_run
    from bulksend.cli.render import estimate_text
    from bulksend.cli.render.documents import estimate_json

    planned = dry_run(settings, show.reporter(parameters))
    document, text = estimate_json.document(planned), estimate_text.estimate(planned)
    show.answer(document, text, parameters.output)
    return planned.exit_code
