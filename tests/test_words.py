"""The words of the house: names that say what they hold, commands and files of one name."""

from __future__ import annotations

import ast
import collections
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulksend.cli import main  # noqa: F401 - registers the commands
from bulksend.cli.group import cli as program

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bulksend"
MODULES = sorted(PACKAGE.rglob("*.py"))
#: Each could hold anything: the noun is asked for.
EMPTY_NAMES = {"it", "found", "given", "told", "said", "kept"}
#: Commands without a file of their own: they are part of another's, or click's own.
PART_OF = {"pause": "pace", "continue": "pace", "completion": None, "learn": "rates"}
#: Words that mean one thing in each of two rooms.
TWO_MEANINGS = {"__init__"}


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that the module binds, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_name_says_what_it_holds(module: Path) -> None:
    bound = names(ast.parse(module.read_text()))

    assert [(name, line) for name, line in bound if name.strip("_") in EMPTY_NAMES] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_imported_under_another_name(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bulksend"):
            assert [alias.asname for alias in node.names if alias.asname] == []


def test_each_command_has_a_file_of_its_name_and_each_file_a_command() -> None:
    files = {path.stem for path in (PACKAGE / "commands").glob("*.py")} - {"__init__"}
    shown = {PART_OF.get(name, name) for name in program.commands} - {None}

    assert files == shown


def test_a_module_name_stands_once_in_the_package() -> None:
    floors = [path for path in MODULES if path.parent.name not in ("commands", "cli")]
    stems = collections.Counter(path.stem for path in floors)

    assert {name for name, count in stems.items() if count > 1} <= TWO_MEANINGS


def test_the_glossary_has_each_word_once_and_at_most_forty() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text()
    words = re.findall(r"^\| \*\*(.+?)\*\*", page, re.M)

    assert len(words) == len(set(words))
    assert 20 <= len(words) <= 40
