"""The configuration file: `bulksend.toml`, option names as on the command line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bulksend import errors

FILE_NAME = "bulksend.toml"


def find() -> Path | None:
    """The options file of this folder, if there is one."""
    path = Path(FILE_NAME)
    return path if path.is_file() else None


def for_commands(path: Path, group: click.Group) -> dict[str, dict[str, Any]]:
    """The file's options for each command that knows them. Raises UsageError."""
    return _shared_out(group, load_config(path, _every_option(group)))


def _every_option(group: click.Group) -> dict[str, str]:
    """Of all commands, also those of a group within the group."""
    found: dict[str, str] = {}
    for command in group.commands.values():
        found |= _every_option(command) if isinstance(command, click.Group) else _options(command)
    return found


def _shared_out(group: click.Group, read: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """To each command what it knows."""
    return {
        name: _shared_out(command, read)
        if isinstance(command, click.Group)
        else {it: read[it] for it in _options(command).values() if it in read}
        for name, command in group.commands.items()
    }


def _options(command: click.Command) -> dict[str, str]:
    """What may stand in the file, and the parameter's name: `max-in-flight` -> max_in_flight."""
    return {
        flag.lstrip("-"): parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name
        for flag in parameter.opts
        if flag.startswith("--")
    }


def load_config(path: Path, options: Mapping[str, str]) -> dict[str, Any]:
    """The file's options by parameter name (`max_in_flight`).

    `options` maps what may stand in the file (`max-in-flight`) to the parameter's name.

    Raises UsageError naming the file and the key: unknown, wrongly typed, or not TOML.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise _bad(path, f"cannot be read: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise _bad(path, "is not UTF-8") from None
    except tomllib.TOMLDecodeError as failure:
        raise _bad(path, f"is not TOML: {failure}") from None
    return {_known(path, key, options): _text(path, key, value) for key, value in read.items()}


def _known(path: Path, key: str, options: Mapping[str, str]) -> str:
    name = key.replace("_", "-").lower()
    if name in options:
        return options[name]
    if name == "api-key":
        raise _bad(path, "holds `api_key`", hint="keep the key in TELNYX_API_KEY or a file")
    near = difflib.get_close_matches(name, options, n=1)
    instead = f"did you mean `{near[0]}`?" if near else "see `bulksend run -h`"
    raise _bad(path, f"has no option `{key}`", hint=instead)


def _text(path: Path, key: str, value: object) -> str | bool:
    """Values reach the options as they would from the command line."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int | float):
        return str(value)
    raise _bad(path, f"`{key}` must be a text, a number or true or false")


def _bad(path: Path, fault: str, *, hint: str = "") -> errors.UsageError:
    return errors.UsageError(f"{path}: {fault}", hint=hint, code="config_invalid")
