"""A command imports what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bulksend.cli import catalog
from bulksend.cli.main import cli

_HEAVY = ("polars", "aiohttp", "phonenumbers", "tenacity", "aiolimiter", "orjson", "tqdm")


def loaded_by(statement: str) -> set[str]:
    """Which of the heavy libraries, and the sandbox's server, one statement imports."""
    names = (*_HEAVY, "bulksend.sandbox.server", "bulksend.batch.settings")
    code = f"import sys\n{statement}\nprint(*[it for it in {names} if it in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(ended.stdout.splitlines()[-1].split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "free_of"),
    [
        pytest.param("import bulksend.cli.main", _HEAVY, id="help"),
        pytest.param("import bulksend.cli.main", ("bulksend.batch.settings",), id="help-settings"),
        pytest.param("import bulksend.commands.status", ("polars", "aiohttp"), id="status"),
        pytest.param("import bulksend.cli.render.summary_text", ("polars",), id="its-words"),
        pytest.param("import bulksend.commands.run", ("bulksend.sandbox.server",), id="run"),
        pytest.param("import bulksend.cli.commands.run", _HEAVY[:5], id="options"),
    ],
)
def test_nothing_is_imported_that_is_not_needed(statement: str, free_of: tuple[str, ...]) -> None:
    assert not loaded_by(statement) & set(free_of)


def test_the_table_of_commands_says_what_they_say_themselves() -> None:
    for name, words in catalog.COMMANDS.items():
        command = cli.commands[name]
        assert command.short_help == words, name


def test_every_command_stands_in_the_table() -> None:
    assert list(cli.commands) == list(catalog.COMMANDS)
    assert len(cli.commands) == len(catalog.COMMANDS)
    assert "campaign" not in cli.commands
    assert cli.commands.get("campaign") is None
