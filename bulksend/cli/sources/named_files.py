"""The files that one command names: none that it writes is another that it names.

By the types of the options, so that no option can be forgotten: what is read is a `FILE`, what is
written a `WRITTEN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bulksend import errors
from bulksend.cli import option_types
from bulksend.cli.sources import OPTIONS_FILE


def check(context: click.Context, options: Mapping[str, object]) -> None:
    """Raises UsageError naming both. `options`: by their parameters' names, as a command has them.

    By identity: links and other spellings of a name are seen through.
    """
    named = list(_named(context, options))
    written = [each for each in named if each[0].type is option_types.WRITTEN]
    if not written or len(named) < 2:
        return
    from bulksend.batch import paths

    for parameter, path in written:
        for other, its_path in named:
            if other is not parameter and paths.is_same(path, its_path):
                raise errors.UsageError(
                    f"{path}: is named twice, for {_name(parameter)} and for {_name(other)}",
                    hint=f"give {_name(parameter)} another name",
                    code="files_clash",
                )


def _named(
    context: click.Context, options: Mapping[str, object]
) -> Iterator[tuple[click.Parameter, Path]]:
    for parameter in context.command.params:
        if parameter.type in (option_types.FILE, option_types.WRITTEN):
            value = options.get(parameter.name or "")
            for path in value if isinstance(value, tuple) else (value,):
                if isinstance(path, Path):
                    yield parameter, path
    options_file = context.meta.get(OPTIONS_FILE)
    if options_file is not None:
        yield _CONFIG, options_file


#: Belongs to the program and not to one of its commands.
_CONFIG = click.Option(["--config"], type=option_types.FILE)


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return next(each for each in parameter.opts if each.startswith("--"))
    return (parameter.human_readable_name or "a file").rstrip(".")
