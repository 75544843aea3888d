"""The options file: `bulksend.toml`, option names as on the command line.

Paths in it are relative to it. What may text or cost twice does not stand in it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import click

from bulksend import errors
from bulksend.cli.options import Option
from bulksend.cli.sources import precedence

_TOO_LONG_BYTES = 1_000_000
#: By command, and in a group's place those of its commands; each by its parameters' names.
Defaults: TypeAlias = "dict[str, object | Defaults]"


def for_commands(path: Path, group: click.Group) -> Defaults:
    """The file's options for each command that knows them. Raises UsageError."""
    return _shared_out(group, load(path, _every_option(group)))


def load(path: Path, options: Mapping[str, Option]) -> dict[str, object]:
    """What the file says, by option name (`max-in-flight`), as it would be typed.

    Raises UsageError naming the file and the key: unknown, wrongly typed, or not TOML.
    """
    values: dict[str, object] = {}
    for key, value in _read(path).items():
        name = key.replace("_", "-").lower()
        if name not in options:
            raise _unknown(path, key, options)
        if name in values:
            raise _bad(path, f"says `{name}` twice, written in two ways", hint="keep one of them")
        if options[name].typed_only:
            words = precedence.only_typed(f"--{name}", f"`{key}` in {path}")
            raise errors.UsageError(words, code="config_invalid")
        values[name] = _value(path, key, value, options[name])
    return values


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(_TOO_LONG_BYTES)
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as failure:
        raise _bad(path, f"cannot be read: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise _bad(path, "is not UTF-8") from None
    except tomllib.TOMLDecodeError as failure:
        raise _bad(path, f"is not TOML: {failure}") from None


def _every_option(group: click.Group) -> dict[str, Option]:
    """Of all commands, also those of a group within the group."""
    options: dict[str, Option] = {}
    for command in group.commands.values():
        own = _every_option(command) if isinstance(command, click.Group) else _options(command)
        options = own | options
    return options


def _options(command: click.Command) -> dict[str, Option]:
    """By the words that may stand in the file; a switch also by its negative."""
    return {
        flag.lstrip("-"): parameter
        for parameter in command.params
        if isinstance(parameter, Option)
        for flag in parameter.opts
        if flag.startswith("--")
    }


def _shared_out(group: click.Group, values: Mapping[str, object]) -> Defaults:
    """To each command what it knows, by its parameters' names."""
    return {
        name: _shared_out(command, values)
        if isinstance(command, click.Group)
        else {
            str(option.name): values[flag]
            for flag, option in _options(command).items()
            if flag in values
        }
        for name, command in group.commands.items()
    }


def _value(path: Path, key: str, value: object, option: Option) -> object:
    """Values reach the options as they would from the command line; a list stands for commas."""
    if any("\0" in str(item) for item in (value if isinstance(value, list) else [value])):
        raise _bad(path, f"`{key}` holds a zero byte")
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        words = [_word(path, item, option) for item in value]
        return words if option.multiple else ",".join(words)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        if isinstance(value, bool) and option.is_flag:
            return value
        raise _bad(path, f"`{key}` {_wanted(option)}")
    if option.is_flag:
        raise _bad(path, f"`{key}` {_wanted(option)}")
    word = _word(path, str(value), option)
    return [word] if option.multiple else word


def _word(path: Path, word: str, option: Option) -> str:
    """A path is relative to the file that names it."""
    if isinstance(option.type, click.Path):
        return str(path.parent / Path(word).expanduser())
    return word


def _wanted(option: Option) -> str:
    if option.is_flag:
        return "must be true or false"
    return "must be a text or a number" + (" or a list of texts" if option.multiple else "")


def _unknown(path: Path, key: str, options: Mapping[str, Option]) -> errors.UsageError:
    name = key.replace("_", "-").lower()
    if name == "api-key":
        return _bad(path, "holds `api_key`", hint="keep the key in TELNYX_API_KEY or a file")
    offered = [name for name, option in options.items() if not option.typed_only]
    near = difflib.get_close_matches(name, offered, n=1)
    instead = f"did you mean `{near[0]}`?" if near else "see `bulksend run -h`"
    return _bad(path, f"has no option `{key}`", hint=instead)


def _bad(path: Path, fault: str, *, hint: str = "") -> errors.UsageError:
    return errors.UsageError(f"{path}: {fault}", hint=hint, code="config_invalid")
