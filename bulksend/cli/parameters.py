"""What was given on the command line, as the rooms want it, and back: options -> Settings, View,
and the last word.
"""

from __future__ import annotations

import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from bulksend import errors
from bulksend.batch.settings import Guards, Identity, Settings, option_name
from bulksend.cli import exit as ending
from bulksend.cli import group

_COMMANDLINE = click.core.ParameterSource.COMMANDLINE
_RANK = {
    _COMMANDLINE: 3,
    click.core.ParameterSource.ENVIRONMENT: 2,
    click.core.ParameterSource.DEFAULT_MAP: 1,
}


def settings(given: dict[str, Any]) -> Settings:
    """Options -> Settings. Raises UsageError where two options exclude each other."""
    from bulksend.batch import plan

    given = _strongest(given, "text", "text_file")
    given = _strongest(given, "text", "text_column")
    given = _strongest(given, "text_file", "text_column")
    text = given.get("text")
    if given.get("text_file") is not None:
        text = plan.read_template(given["text_file"])
    made = Settings(
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
        only_problems=given.get("only_problems", False),
        state_folder=_state_folder(),
    )
    click.get_current_context().meta[group.SETTINGS] = made
    return made


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


def flags_alone(asked: Settings) -> Settings:
    """A batch goes on with its own identity: only what is typed now can contradict it."""
    context = click.get_current_context()
    typed = {it for it in context.params if _rank(context, it) == _RANK[_COMMANDLINE]}
    text_typed = bool(typed & {"text", "text_file"})
    names = [it.name for it in fields(Identity)]
    kept = {it for it in names if it in typed or (it == "text" and text_typed)}
    ambient = dict.fromkeys(kept)
    return replace(
        asked,
        identity=replace(asked.identity, **{it: None for it in names if it not in kept}),
        ambient=replace(asked.identity, **ambient),
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


def reporter(given: dict[str, Any]) -> Any:
    """The person at this terminal."""
    from bulksend.cli import terminal

    display = terminal.DisplayOptions(
        quiet=given["quiet"],
        verbose=given["verbose"],
        progress=not given["no_progress"],
        color=color(given),
        yes=given.get("yes", False),
    )
    return terminal.Terminal(display)


def color(given: dict[str, Any]) -> bool | None:
    """None leaves it to the stream: a terminal gets colour (https://no-color.org)."""
    if given["color"] != "auto":
        return bool(given["color"] == "always")
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return False if plain or not sys.stdout.isatty() else None


def shown(summary: Any, given: dict[str, Any]) -> int:
    """The last word of a command that has a summary; its exit code."""
    from bulksend.batch import summary as summaries
    from bulksend.cli.render import summary_text as words

    if given["as_json"]:
        ending.document(summaries.document(summary))
    else:
        click.echo(words.summary(summary), color=color(given))
    return int(summary.exit_code)
