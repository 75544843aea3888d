"""What README and docs say to type is there: each command, option and page; most of it runs."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from bulksend.cli.main import cli as program
from tests.acceptance import cli

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"```(?:sh)?\n(.*?)```", re.DOTALL)
#: What cannot run here: real sending, a server in the foreground, a person at a terminal.
_NOT_RUN = ("doctor", "receipts", "reconcile", "optouts", "sandbox", "pace", "pause", "continue")


def commands(page: Path) -> list[list[str]]:
    """Every `bulksend ...` of a page, in blocks and between backticks, as words."""
    text = page.read_text()
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    inline = re.findall(r"`(bulksend [a-z][^`\n]*)`", text)
    found = [re.search(r"(?:^|&& |\s)(?:\.venv/bin/)?(bulksend [a-z][^|>#]*)", it) for it in lines]
    whole = [match[1] for match in found if match] + inline
    return [shlex.split(line) for line in dict.fromkeys(line.strip() for line in whole)]


ALL = [
    pytest.param(words, id=f"{page.name}: {shlex.join(words)[:70]}")
    for page in PAGES
    for words in commands(page)
]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The click command that the words name, and the words behind it."""
    command: click.Command = program
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.get_command(click.Context(command), rest[0])
        if inner is None:
            break
        command, rest = inner, rest[1:]
    return command, rest


@pytest.mark.parametrize("words", ALL)
def test_each_command_and_option_that_a_page_names_is_there(words: list[str]) -> None:
    command, rest = command_of(words)

    assert command is not program or rest[:1] in ([], ["--help"], ["--version"], ["-h"]), words
    flags = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    flags |= {"-h", "--help", "--version"}
    for word in rest:
        if re.match(r"--?[a-zA-Z]", word):
            assert word.split("=")[0] in flags, f"{command.name} has no {word}"


RUN_HERE = [
    it
    for it in ALL
    if it.values[0][1:2] == ["run"]
    and ({"--sandbox", "--dry-run", "-n"} & set(it.values[0]))
    and "CONTACTS" not in it.values[0]
]


@pytest.mark.slow
@pytest.mark.parametrize("words", RUN_HERE)
def test_each_rehearsal_that_a_page_shows_runs_as_it_stands(
    tmp_path: Path, words: list[str]
) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    shutil.copy(ROOT / "samples" / "contacts.csv", tmp_path / "contacts.csv")
    shutil.copy(ROOT / "samples" / "rates.csv", tmp_path / "rates.csv")
    (tmp_path / "stop.csv").write_text("phone\n+447700900999\n")
    shutil.copy(ROOT / "samples" / "reminder.txt", tmp_path / "text.txt")

    ended = cli.bulksend(*words[1:])

    assert ended.returncode in (0, 3), ended.stderr


def test_there_are_commands_to_try() -> None:
    assert len(ALL) >= 40
    assert len(RUN_HERE) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_each_page_is_in_the_site_and_each_command_on_a_page() -> None:
    site = (ROOT / ".github" / "mkdocs.yml").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}

    assert pages == set(re.findall(r"[\w-]+\.md", site))
    together = "\n".join(page.read_text() for page in PAGES)
    for name in program.commands:
        assert name == "completion" or f"bulksend {name}" in together, name
