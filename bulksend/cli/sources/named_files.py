"""The files that one command names: none that it writes is another that it names.

By the types of the options, so that no option can be forgotten: what is read is a `FILE`, what is
written a `WRITTEN`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bulksend import errors
from bulksend.cli import option_types
from bulksend.cli.sources import OPTIONS_FILE


def check(context: click.Context, options: Mapping[str, object]) -> None:
    """Raises UsageError naming both. `options`: by their parameters' names, as a command has them.

    By identity: links and other spellings of a name are seen through. Raises ContactsError for an
    argument that cannot be the name of a file.
    """
    named = list(_named(context, options))
    for parameter, path in named:
        if why := _why_no_name(path):
            raise _no_name(parameter, path, why)
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


def _why_no_name(path: Path) -> str:
    """Why no file can be called so; "" where one can."""
    if not path.name:
        return "is the name of a folder" if path.is_absolute() else "names no file"
    try:
        path.lstat()
    except ValueError:  # a zero byte, as an options file can hold one
        return "cannot be a name"
    except OSError as failure:
        if failure.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            return f"cannot be used: {failure.strerror}"
    return ""


def _no_name(parameter: click.Parameter, path: Path, why: str) -> errors.BulksendError:
    if isinstance(parameter, click.Option):
        hint = f"give {_name(parameter)} the name of a file"
        return errors.UsageError(
            f"{_name(parameter)}: {path} {why}", hint=hint, code="no_file_name"
        )
    hint = "check the name and the folder"
    return errors.ContactsError(f"{path}: {why}", hint=hint, code="contacts_unusable")


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
