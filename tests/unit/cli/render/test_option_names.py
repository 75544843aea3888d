"""Option names: known to the command line alone, and each of them is an option that is there."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bulksend import api, errors, setting_names
from bulksend.batch import advice
from bulksend.batch.settings import Guards, Identity, Place, Settings
from bulksend.cli.group import cli
from bulksend.cli.render import option_names
from bulksend.contacts import header
from bulksend.contacts.layout import Layout
from bulksend.errors import TEXT_FOR, Code
from bulksend.setting_names import Setting, Typed

PACKAGE = Path(__file__).parents[4] / "bulksend"
BELOW = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "cli"]
#: An option, and no dash within a word, a comment of SQL or a variable of CSS.
OPTION = re.compile(r"(?<![\w-])--(?:[a-z][a-z-]+|\{)")
#: Commands that Python has no function for.
OF_COMMANDS_ALONE = {
    *(Setting.DRY_RUN, Setting.FORCE, Setting.LEDGER, Setting.LISTEN, Setting.LOG_FILE),
    Setting.ONLY,
    *(Setting.OUTPUT, Setting.PORT, Setting.PROBE_KEY, Setting.REPEAT_AFTER_5XX),
    *(Setting.TEXT_FILE, Setting.TO),
}


def flags(command: click.Command) -> Iterator[tuple[str, str]]:
    """Each flag, and the parameter that it sets."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from flags(each)
    for parameter in command.params:
        for flag in (*parameter.opts, *parameter.secondary_opts):
            yield flag, str(parameter.name)


def test_each_setting_is_an_option_that_sets_the_field_of_its_name() -> None:
    options = set(flags(cli))

    for setting in Setting:
        field = setting.value.removesuffix("=False")
        assert (option_names.option(setting), field) in options, setting


def test_a_caller_in_python_can_set_what_a_sentence_names() -> None:
    fields = {
        each.name
        for kind in (Settings, Identity, Guards, Layout)
        for each in dataclasses.fields(kind)
    }
    arguments = {
        name for call in (api.send, api.resume) for name in inspect.signature(call).parameters
    }

    for setting in set(Setting) - OF_COMMANDS_ALONE:
        assert setting.value.removesuffix("=False") in fields | arguments, setting


def test_no_room_below_the_command_line_writes_an_option() -> None:
    """Neither in a sentence nor in a comment."""
    written = [
        f"{path.relative_to(PACKAGE)}:{at}: {line}"
        for path in BELOW
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OPTION.search(line)
    ]

    assert written == []


def test_no_sentence_that_names_a_setting_is_put_together_before_anybody_reads() -> None:
    """While a module is imported nobody knows yet how settings are called."""
    early = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in BELOW
        for outer in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(outer, ast.Assign | ast.AnnAssign)
        for node in ast.walk(outer)
        if isinstance(node, ast.FormattedValue)
        and any(getattr(name, "id", "") in ("Setting", "Typed") for name in ast.walk(node))
    ]

    assert early == []


@pytest.mark.parametrize(
    ("naming", "message"),
    [
        pytest.param(
            option_names.COMMAND_LINE,
            "contacts.csv: --to-column Mobil: there is no such column",
            id="at the command line",
        ),
        pytest.param(
            option_names.PYTHON,
            "contacts.csv: to_column='Mobil': there is no such column",
            id="in Python",
        ),
    ],
)
def test_an_error_names_a_setting_as_its_reader_does(
    naming: setting_names.Naming, message: str
) -> None:
    columns = header.make_header(["phone", "name"], "contacts.csv")

    with setting_names.called(naming), pytest.raises(errors.ContactsError) as failure:
        header.named(columns, "Mobil", Setting.TO_COLUMN)

    assert failure.value.message == message


def test_a_sentence_of_a_table_is_put_together_when_it_is_read() -> None:
    with setting_names.called(option_names.COMMAND_LINE):
        assert TEXT_FOR[Code.PHONE_NATIONAL].endswith("or give --default-region")
    with setting_names.called(option_names.PYTHON):
        assert TEXT_FOR[Code.PHONE_NATIONAL].endswith("or give default_region")


def test_a_command_to_type_has_options_whoever_reads_it() -> None:
    place = Place(contacts=Path("list.csv"), journal=Path("list.db"), sandbox=True)

    for naming in (option_names.COMMAND_LINE, option_names.PYTHON):
        with setting_names.called(naming):
            line = advice.command("resume", place, Setting.RETRY_REFUSED)
            assert line == "bulksend resume list.csv --sandbox --journal list.db --retry-refused"
            assert str(Typed(Setting.SENDER)) == "--from"
