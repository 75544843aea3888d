"""What each command was asked for, typed: one frozen value for each, made from click's options.

A command's own stands with the command, here is what they share. `@typed(RunParameters)` is where
the dict of options ends. A field that is a value itself is filled from the same options; the names
of the fields are the names of the options' parameters.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import TypeVar, get_type_hints

import click

from bulksend._version import __version__
from bulksend.batch.settings import Consent, Guards, Server
from bulksend.cli import exit
from bulksend.cli.sources import named_files, precedence
from bulksend.contacts.layout import Layout
from bulksend.frozen import frozen

Parameters = TypeVar("Parameters")


@frozen
class Message:
    """What is sent, from whom."""

    sender: str | None = None
    profile_id: str | None = None
    text: str | None = None
    text_file: Path | None = None
    to_column: str | None = None
    text_column: str | None = None
    default_region: str | None = None
    on_duplicate: str | None = None
    on_missing: str | None = None
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    use_profile_webhooks: bool | None = None
    smart_encoding: bool | None = None
    fix_text: bool | None = None


@frozen
class BatchFiles:
    """The files of a batch, where they are named; a sandbox batch has its own."""

    results: Path | None = None
    journal: Path | None = None
    sandbox: bool = False


@frozen
class Output:
    """How a command shows itself."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_progress: bool = False
    color: str = "auto"
    log_file: Path | None = None


@frozen
class OutputParameters:
    """A command that shows something."""

    output: Output = Output()
    #: Options that stand on the command line itself.
    typed: frozenset[str] = frozenset()


@frozen
class BatchParameters(OutputParameters):
    """A command about one batch."""

    contacts: Path
    message: Message = Message()
    layout: Layout = field(default_factory=Layout)
    guards: Guards = field(default_factory=Guards)
    files: BatchFiles = BatchFiles()
    server: Server = Server()
    consent: Consent = Consent()


def typed(kind: type[Parameters]) -> Callable[[Callable[[Parameters], int]], Callable[..., int]]:
    """A command that is called with one value of that kind. Raises click.UsageError."""

    def decorate(command: Callable[[Parameters], int]) -> Callable[..., int]:
        """The command as click calls it."""

        @functools.wraps(command)
        def callback(**options: object) -> int:
            """Options by their parameters' names in, exit code out; colour and log begin here."""
            context = click.get_current_context()
            settled = precedence.settle(context, options)
            named_files.check(context, settled)
            settled["typed"] = precedence.typed(context)
            asked = build(kind, settled)
            _color_errors(context, asked)
            _begin_log(context, asked)
            return command(asked)

        return callback

    return decorate


def _color_errors(context: click.Context, asked: object) -> None:
    """An options file may say --color too: from here on errors go by it."""
    ending = context.find_root().obj
    color = asked.output.color if isinstance(asked, OutputParameters) else "auto"
    if isinstance(ending, exit.Ending) and color != "auto":
        ending.color = color == "always"


def _begin_log(context: click.Context, asked: object) -> None:
    """Before anything else is done. Raises UsageError where the log cannot be written."""
    path = asked.output.log_file if isinstance(asked, OutputParameters) else None
    if path is None:
        return
    if isinstance(asked, BatchParameters):
        _check_log(path, asked)
    from bulksend.cli.terminal import log_file

    log_file.begin(path, [os.environ.get("TELNYX_API_KEY", "")])
    log_file.event("command", command=context.command_path, version=__version__)


def _check_log(path: Path, asked: BatchParameters) -> None:
    """Raises UsageError where it is a file of the batch, named or not."""
    from bulksend.batch import paths, settings

    place = settings.Place(
        contacts=asked.contacts,
        results=asked.files.results,
        journal=asked.files.journal,
        sandbox=asked.files.sandbox,
    )
    paths.check_log(path, paths.files_of(place, Guards()))


def build(kind: type[Parameters], options: Mapping[str, object]) -> Parameters:
    """A value from its options; what was not given stays at the field's default."""
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        hint = hints[each.name]
        if isinstance(hint, type) and is_dataclass(hint):
            values[each.name] = build(hint, options)
        elif options.get(each.name) not in (None, ()):
            values[each.name] = options[each.name]
    return kind(**values)
