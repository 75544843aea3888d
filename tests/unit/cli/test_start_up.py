"""A command imports what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bulksend.cli import catalog
from bulksend.cli.main import cli

_HEAVY = ("polars", "aiohttp", "phonenumbers", "tenacity", "aiolimiter", "orjson", "tqdm")
_RUN = """
import sys
from bulksend.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""
#: Commands in the order they are typed in one folder, and modules that none of them loads.
_COMMANDS = [
    pytest.param("--help", (*_HEAVY, "bulksend.batch", "bulksend.telnyx"), id="help"),
    pytest.param("--version", (*_HEAVY, "bulksend.batch", "bulksend.telnyx"), id="version"),
    pytest.param(
        "run one.csv --sandbox --text hi --from MyCompany",
        (
            *("tenacity", "tqdm", "openpyxl", "jinja2", "xlsxwriter", "cryptography", "babel"),
            *("bulksend.receipts.store", "bulksend.receipts.asking", "bulksend.reconcile"),
            *("bulksend.batch.preflight", "bulksend.batch.resuming.changed_file"),
            *("bulksend.cli.commands.status", "bulksend.cli.terminal.log_file"),
        ),
        id="sandbox",
    ),
    pytest.param(
        "status one.csv --sandbox",
        (
            *("polars", "aiohttp", "phonenumbers", "asyncio", "ssl"),
            *("bulksend.receipts.store", "bulksend.sandbox"),
        ),
        id="status",
    ),
    *(
        pytest.param(
            f"{command} one.csv --sandbox",
            ("aiohttp", "asyncio", "bulksend.sandbox", "bulksend.batch.connection"),
            id=command,
        )
        for command in ("results", "report")
    ),
    pytest.param(
        "run one.csv --text hi --from MyCompany --yes --no-preflight --base-url http://127.0.0.1:9"
        " --profile-id 40017e36-0b5e-4a08-a2c6-5b6c1c1c7d11",
        ("bulksend.sandbox", "bulksend.batch.preflight", "bulksend.receipts.asking"),
        id="for-real",
    ),
    pytest.param(
        "run one.csv --text hi --from MyCompany --dry-run",
        ("aiohttp", "asyncio", "tenacity", "bulksend.sandbox", "bulksend.sending.pipeline"),
        id="dry-run",
    ),
]


def loaded_by(words: str, folder: Path) -> set[str]:
    """The modules of a process that ran one command."""
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state"), "TELNYX_API_KEY": "KEY"}
    ended = subprocess.run(
        [sys.executable, "-c", _RUN, *words.split()],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env=environment,
    )
    return set(ended.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a contacts file of one row."""
    made = tmp_path_factory.mktemp("start_up")
    (made / "one.csv").write_text("phone,name\n+447700900123,Ada\n")
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("words", "free_of"), _COMMANDS)
def test_a_command_loads_nothing_that_it_does_not_need(
    words: str, free_of: tuple[str, ...], folder: Path
) -> None:
    loaded = loaded_by(words, folder)

    assert "bulksend.cli.main" in loaded
    assert sorted(loaded & set(free_of)) == []


def test_the_table_of_commands_says_what_they_say_themselves() -> None:
    for name, words in catalog.COMMANDS.items():
        command = cli.commands[name]
        assert command.short_help == words, name


def test_every_command_stands_in_the_table() -> None:
    assert list(cli.commands) == list(catalog.COMMANDS)
    assert len(cli.commands) == len(catalog.COMMANDS)
    assert "campaign" not in cli.commands
    assert cli.commands.get("campaign") is None
