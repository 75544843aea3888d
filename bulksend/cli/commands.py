"""The commands: each turns its options into Settings, calls its room and shows what came back.

Rooms are imported inside the commands, so that `--help` does not wait for polars and aiohttp.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bulksend.batch.settings import Settings
from bulksend.cli import exit as ending
from bulksend.cli import options
from bulksend.cli import parameters as givens
from bulksend.cli.group import cli

CONTACTS = click.argument("contacts", type=options.FILE, metavar="CONTACTS.csv")

_RUN_EXAMPLES = """\b
Examples:
  bulksend run samples/contacts.csv --sandbox
  bulksend run contacts.csv --from MyCompany --profile-id <uuid> --text "Hi {name}, ..."
  bulksend run contacts.csv --dry-run --rates rates.csv
"""


@cli.command(short_help="Send a batch.", help=f"{_RUN_EXAMPLES}\nSend a batch.")
@CONTACTS
@options.option("--dry-run", "-n", is_flag=True, help="Count and price; send nothing.")
@options.option("--only-problems", is_flag=True, help="With -n --results: only rows not sent.")
@options.WHAT
@options.HOW
@options.WHERE
@options.SERVER
@options.option("--new-batch", is_flag=True, help="Send a file again that was sent elsewhere.")
@options.YES
@options.OUTPUT
def run(dry_run: bool, **given: Any) -> int:
    """Send a batch."""
    settings = givens.settings(given)
    if dry_run:
        return _dry_run(settings, given)
    if settings.only_problems:
        raise click.UsageError("--only-problems goes with --dry-run and --results")
    from bulksend.commands import run as command

    return givens.shown(command.run(settings, givens.reporter(given)), given)


@cli.command(
    short_help="Go on with an unfinished batch.",
    help="\b\nExamples:\n  bulksend resume contacts.csv\n"
    "  bulksend resume contacts.csv --retry-refused\n\nGo on with an unfinished batch.",
)
@CONTACTS
@options.option("--retry-refused", is_flag=True, help="Send refused rows once more.")
@options.option("--resend-unknown", is_flag=True, help="Send unknown rows again: may text twice.")
@options.WHAT
@options.HOW
@options.WHERE
@options.SERVER
@options.YES
@options.OUTPUT
def resume(**given: Any) -> int:
    """Go on with an unfinished batch."""
    from bulksend.commands import resume as command

    return givens.shown(
        command.resume(givens.flags_alone(givens.settings(given)), givens.reporter(given)), given
    )


@cli.command(
    short_help="How a batch stands, also while it runs.",
    help="\b\nExample:\n  bulksend status contacts.csv --json\n\n"
    "How a batch stands, also while it runs.",
)
@CONTACTS
@options.WHERE
@options.OUTPUT
def status(**given: Any) -> int:
    """How a batch stands."""
    from bulksend.commands import status as command

    return givens.shown(command.status(givens.settings(given)), given)


@cli.command(
    short_help="Write the results CSV again from the journal.",
    help="\b\nExample:\n  bulksend results contacts.csv\n\nWrite the results CSV from the journal.",
)
@CONTACTS
@options.WHERE
@options.OUTPUT
def results(**given: Any) -> int:
    """Write the results CSV again."""
    from bulksend.commands import results as command

    return givens.shown(command.results(givens.settings(given)), given)


@cli.command(
    short_help="A Telnyx look-alike on localhost.",
    help="\b\nExample:\n  bulksend sandbox --port 8080 --ledger ledger.jsonl\n\n"
    "A Telnyx look-alike on localhost, in the foreground.",
)
@options.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@options.option("--ledger", type=options.FILE, metavar="FILE", help="One JSON line a request.")
@options.option("--faults", metavar="FILE|JSON", help="A script of faults.")
@options.option("--fates", metavar="FILE|JSON", help="What becomes of accepted messages.")
@options.option("--sandbox-rate", "rate", metavar="RATE", help="Messages a second of the sender.")
@options.option("--request-rate", metavar="RATE", help="Requests a second of the API.")
@options.option("--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS")
@options.option("--key", "api_key", default="sandbox", show_default=True, help="The key it takes.")
@options.option("--ignore-keys", is_flag=True, help="Take no notice of idempotency keys.")
@options.option("--record-lag", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS")
@options.option("--records-missing", type=click.FloatRange(0, 1), default=0.0, metavar="SHARE")
@options.option("--redact", is_flag=True, help="Mask the numbers in detail records.")
@options.OUTPUT
def sandbox(**given: Any) -> int:
    """A Telnyx look-alike on localhost."""
    from bulksend.commands import sandbox as command

    return command.serve(
        port=given["port"],
        ledger=given["ledger"],
        faults=given["faults"],
        fates=given["fates"],
        rate=given["rate"],
        request_rate=given["request_rate"],
        latency_s=given["latency"],
        api_key=given["api_key"],
        ignore_keys=given["ignore_keys"],
        records=command.Records(
            lag_s=given["record_lag"], missing=given["records_missing"], redacted=given["redact"]
        ),
        ready=lambda words: click.echo(words, err=True),
    )


@cli.command(
    short_help="Starter contacts.csv and bulksend.toml.",
    help="\b\nExample:\n  bulksend init\n\n"
    "Starter contacts.csv and bulksend.toml; never overwrites.",
)
def init() -> int:
    """Starter files."""
    from bulksend.commands import init as scaffold

    for path in scaffold.write(Path.cwd()):
        click.echo(f"wrote {path.name}")
    click.echo("next: bulksend run contacts.csv --sandbox")
    return 0


@cli.command(
    short_help="Shell completion.",
    help="\b\nExample:\n  bulksend completion bash >> ~/.bashrc\n\nShell completion.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """The shell's completion script."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - the three that click has
    click.echo(found(cli, {}, "bulksend", "_BULKSEND_COMPLETE").source())
    return 0


def _dry_run(settings: Settings, given: dict[str, Any]) -> int:
    from bulksend.batch import dry_run as command
    from bulksend.cli.render import estimate_text as estimate_words

    found = command.dry_run(settings, givens.reporter(given))
    if given["as_json"]:
        ending.document(command.document(found))
    else:
        click.echo(estimate_words.estimate(found), color=givens.color(given))
    return found.exit_code
