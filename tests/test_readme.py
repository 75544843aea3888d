"""What the README says to type works, and every command is in it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from bulksend.cli.group import cli as program
from tests.acceptance import cli

pytestmark = pytest.mark.slow

README = (cli.ROOT / "README.md").read_text()
SANDBOX_COMMANDS = [
    line.split("&&")[-1].strip().removeprefix(".venv/bin/")
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if "samples/" in line and ("--sandbox" in line or "messy" in line)
]


@pytest.mark.parametrize("command", SANDBOX_COMMANDS)
def test_a_command_of_the_readme_runs_as_it_stands(command: str, tmp_path: Path) -> None:
    shutil.copytree(cli.ROOT / "samples", tmp_path / "samples")

    ended = cli.bulksend(*shlex.split(command)[1:], TELNYX_API_KEY="")

    assert ended.returncode == (3 if "messy" in command else 0), ended.stderr


def test_there_are_commands_to_try() -> None:
    assert len(SANDBOX_COMMANDS) == 2


@pytest.mark.parametrize("name", [it for it in program.commands if it != "completion"])
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"bulksend {name}" in README


def test_every_option_that_the_readme_names_is_one() -> None:
    known = {flag for it in program.commands.values() for one in it.params for flag in one.opts}

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= known
