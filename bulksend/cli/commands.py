"""The commands: each turns its options into Settings, calls its room and shows what came back.

Rooms are imported inside the commands, so that `--help` does not wait for polars and aiohttp.
"""

from __future__ import annotations

import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from bulksend import errors
from bulksend.cli import ending, options
from bulksend.cli.group import cli
from bulksend.commands.settings import Guards, Identity, Settings, option_name

_COMMANDLINE = click.core.ParameterSource.COMMANDLINE
_RANK = {
    _COMMANDLINE: 3,
    click.core.ParameterSource.ENVIRONMENT: 2,
    click.core.ParameterSource.DEFAULT_MAP: 1,
}
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
@options.WHAT
@options.HOW
@options.WHERE
@options.SERVER
@options.option("--new-batch", is_flag=True, help="Send a file again that was sent elsewhere.")
@options.YES
@options.OUTPUT
def run(dry_run: bool, **given: Any) -> int:
    """Send a batch."""
    settings = _settings(given)
    if dry_run:
        return _dry_run(settings, given)
    from bulksend.commands import run as command

    return _shown(command.run(settings, _terminal(given)), given)


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

    return _shown(command.resume(_flags_alone(_settings(given)), _terminal(given)), given)


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

    return _shown(command.status(_settings(given)), given)


@cli.command(
    short_help="Write the results CSV again from the journal.",
    help="\b\nExample:\n  bulksend results contacts.csv\n\nWrite the results CSV from the journal.",
)
@CONTACTS
@options.WHERE
@options.OUTPUT
def results(**given: Any) -> int:
    """Write the results CSV again."""
    from bulksend.commands import status as command

    return _shown(command.results(_settings(given)), given)


@cli.command(
    short_help="A Telnyx look-alike on localhost.",
    help="\b\nExample:\n  bulksend sandbox --port 8080 --ledger ledger.jsonl\n\n"
    "A Telnyx look-alike on localhost, in the foreground.",
)
@options.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@options.option("--ledger", type=options.FILE, metavar="FILE", help="One JSON line a request.")
@options.option("--faults", metavar="FILE|JSON", help="A script of faults.")
@options.option("--sandbox-rate", "rate", metavar="RATE", help="Messages a second of the sender.")
@options.option("--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS")
@options.option("--key", "api_key", default="sandbox", show_default=True, help="The key it takes.")
@options.option("--ignore-keys", is_flag=True, help="Take no notice of idempotency keys.")
@options.OUTPUT
def sandbox(**given: Any) -> int:
    """A Telnyx look-alike on localhost."""
    from bulksend.commands import sandbox as command

    return command.serve(
        port=given["port"],
        ledger=given["ledger"],
        faults=given["faults"],
        rate=given["rate"],
        latency_s=given["latency"],
        api_key=given["api_key"],
        ignore_keys=given["ignore_keys"],
        ready=lambda words: click.echo(words, err=True),
    )


@cli.command(
    short_help="Starter contacts.csv and bulksend.toml.",
    help="\b\nExample:\n  bulksend init\n\n"
    "Starter contacts.csv and bulksend.toml; never overwrites.",
)
def init() -> int:
    """Starter files."""
    from bulksend.commands import scaffold

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
    from bulksend.cli import words
    from bulksend.commands import dry_run as command

    found = command.dry_run(settings, _terminal(given))
    if given["as_json"]:
        ending.document(command.document(found))
    else:
        click.echo(words.estimate(found), color=_color(given))
    return found.exit_code


def _shown(summary: Any, given: dict[str, Any]) -> int:
    """The last word of a command that has a summary; its exit code."""
    from bulksend.cli import words
    from bulksend.commands import summary as summaries

    if given["as_json"]:
        ending.document(summaries.document(summary))
    else:
        click.echo(words.summary(summary), color=_color(given))
    return int(summary.exit_code)


def _settings(given: dict[str, Any]) -> Settings:
    """Options -> Settings. Raises UsageError where two options exclude each other."""
    from bulksend.commands import plan

    given = _strongest(given, "text", "text_file")
    given = _strongest(given, "text", "text_column")
    given = _strongest(given, "text_file", "text_column")
    text = given.get("text")
    if given.get("text_file") is not None:
        text = plan.read_template(given["text_file"])
    return Settings(
        contacts=given["contacts"],
        identity=_identity(given, text),
        guards=_guards(given),
        results=given.get("results"),
        journal=given.get("journal"),
        sandbox=given.get("sandbox", False),
        base_url=given.get("base_url"),
        api_key=os.environ.get("TELNYX_API_KEY"),
        api_key_file=given.get("api_key_file"),
        yes=given.get("yes", False),
        retry_refused=given.get("retry_refused", False),
        resend_unknown=given.get("resend_unknown", False),
        new_batch=given.get("new_batch", False),
        state_folder=_state_folder(),
    )


def _strongest(given: dict[str, Any], one: str, other: str) -> dict[str, Any]:
    """Of two options that exclude each other the flag beats the variable, and that the file.

    Raises UsageError where both were given in the same place.
    """
    if given.get(one) is None or given.get(other) is None:
        return given
    context = click.get_current_context()
    ranks = [_rank(context, it) for it in (one, other)]
    if ranks[0] == ranks[1]:
        options_named = f"{option_name(one)} and {option_name(other)}"
        raise errors.UsageError(f"{options_named} exclude each other", hint="give one of them")
    return given | {(one if ranks[0] > ranks[1] else other): None}


def _flags_alone(settings: Settings) -> Settings:
    """A batch goes on with its own identity: only what is typed now can contradict it."""
    context = click.get_current_context()
    typed = {it for it in context.params if _rank(context, it) == _RANK[_COMMANDLINE]}
    text_typed = bool(typed & {"text", "text_file"})
    names = [it.name for it in fields(Identity)]
    kept = {it for it in names if it in typed or (it == "text" and text_typed)}
    ambient = dict.fromkeys(kept)
    return replace(
        settings,
        identity=replace(settings.identity, **{it: None for it in names if it not in kept}),
        ambient=replace(settings.identity, **ambient),
    )


def _rank(context: click.Context, name: str) -> int:
    source = context.get_parameter_source(name)
    return _RANK.get(source, 0) if source is not None else 0


def _identity(given: dict[str, Any], text: str | None) -> Identity:
    names = [it.name for it in fields(Identity) if it.name != "text"]
    return Identity(text=text, **{it: _word(given.get(it)) for it in names})


def _word(value: Any) -> str | None:
    """Options as the journal keeps them: texts."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None else str(value)


def _guards(given: dict[str, Any]) -> Guards:
    names = ("rate", "max_in_flight", "max_cost", "limit", "rates")
    return Guards(**{it: given[it] for it in names if given.get(it) is not None})


def _state_folder() -> Path:
    """Where bulksend remembers between batches (XDG base directories)."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "bulksend"


def _terminal(given: dict[str, Any]) -> Any:
    from bulksend.cli import terminal

    manner = terminal.Manner(
        quiet=given["quiet"],
        verbose=given["verbose"],
        progress=not given["no_progress"],
        color=_color(given),
        yes=given.get("yes", False),
    )
    return terminal.Terminal(manner)


def _color(given: dict[str, Any]) -> bool | None:
    """None leaves it to the stream: a terminal gets colour (https://no-color.org)."""
    if given["color"] != "auto":
        return bool(given["color"] == "always")
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return False if plain or not sys.stdout.isatty() else None
