"""What click knows becomes one frozen value for each command, and nothing else goes below."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from bulksend.batch.settings import Guards
from bulksend.cli import parameters
from bulksend.cli.commands.run import RunParameters
from bulksend.cli.group import cli
from bulksend.contacts.layout import Layout


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield from commands(command) if isinstance(command, click.Group) else (command,)


COMMANDS = [pytest.param(each, id=str(each.name)) for each in commands(cli)]


def asked_for(command: click.Command) -> type:
    """The one parameter of the function behind a command."""
    function = inspect.unwrap(command.callback)  # type: ignore[arg-type]
    hints = get_type_hints(function)
    (name,) = inspect.signature(function).parameters
    return hints[name]


def names(kind: type) -> Iterator[str]:
    """Of its fields, and of the fields of those that are values themselves."""
    hints = get_type_hints(kind)
    for each in dataclasses.fields(kind):
        inner = hints[each.name]
        yield from names(inner) if dataclasses.is_dataclass(inner) else (each.name,)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_called_with_one_frozen_value(command: click.Command) -> None:
    kind = asked_for(command)

    assert dataclasses.is_dataclass(kind)
    with pytest.raises(dataclasses.FrozenInstanceError):
        object.__new__(kind).anything = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_of_a_command_has_its_field(command: click.Command) -> None:
    options = {each.name for each in command.params if each.name != "help"}

    assert options <= set(names(asked_for(command)))


def test_what_was_not_given_stays_at_the_fields_default() -> None:
    asked = parameters.build(
        RunParameters,
        {"contacts": Path("a.csv"), "text": "Hi", "max_cost": None, "test_to": (), "sheet": "May"},
    )

    assert asked == RunParameters(
        contacts=Path("a.csv"),
        message=parameters.Message(text="Hi"),
        layout=Layout(sheet="May"),
        guards=Guards(),
    )
