"""The words of the house: names that say what they hold, commands and files of one name."""

from __future__ import annotations

import ast
import collections
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from bulksend.cli import main  # noqa: F401 - registers the commands
from bulksend.cli.group import cli as program

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bulksend"
MODULES = sorted(PACKAGE.rglob("*.py"))
#: Each could hold anything: the noun is asked for.
EMPTY_NAMES = {"it", "found", "given", "told", "said", "kept", "known", "seen", "heard"}
#: Parts of names that had a meaning in this house alone; the field has another word for each.
OWN_WORDS = {
    *("purse", "crew", "wish", "steering", "steer", "lump", "creep", "leap", "fruitless", "owed"),
    *("dispense", "tally", "remembering", "recall", "cure", "mended", "offender", "bill"),
    *("rivalled", "repeater", "searcher", "recipe", "disown", "doubt", "standing", "gathered"),
    *("walked", "heard", "told"),
}
#: Commands without a file of their own: they are part of another's, or click's own.
PART_OF = {"pause": "pace", "continue": "pace", "completion": None, "learn": "rates"}
#: Words that mean one thing in each of two rooms.
TWO_MEANINGS = {"__init__"}


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Each module by its place, parsed when the first test asks."""
    return {
        str(module.relative_to(PACKAGE)): ast.parse(module.read_text(encoding="utf-8"))
        for module in MODULES
    }


def names(tree: ast.Module) -> Iterator[str]:
    """Every name that the module binds."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.alias(asname=str(name)):
                yield name


def test_a_name_says_what_it_holds_in_the_words_of_the_field() -> None:
    bad = [
        f"{place}: {name}"
        for place, tree in trees().items()
        for name in names(tree)
        if name.strip("_") in EMPTY_NAMES or OWN_WORDS & set(words_of(name))
    ]

    assert bad == []


def words_of(name: str) -> list[str]:
    """`BackToDoubt`, `back_to_doubt` -> back, to, doubt."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def test_every_public_function_says_what_it_does() -> None:
    """Also those within functions and private classes."""
    silent = [
        f"{place}: {node.name}"
        for place, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def test_no_module_is_imported_under_another_name() -> None:
    renamed = [
        f"{place}: {alias.asname}"
        for place, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bulksend")
        for alias in node.names
        if alias.asname
    ]

    assert renamed == []


def test_each_command_has_a_file_of_its_name_and_each_file_a_command() -> None:
    shown = {PART_OF.get(name, name) for name in program.commands} - {None}

    for folder in ("commands", "cli/commands"):
        assert {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"} == shown


def test_a_module_name_stands_once_in_the_package() -> None:
    floors = [path for path in MODULES if path.parent.name not in ("commands", "cli")]
    stems = collections.Counter(path.stem for path in floors)

    assert {name for name, count in stems.items() if count > 1} <= TWO_MEANINGS


def test_the_glossary_has_each_word_once_and_at_most_forty() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text()
    words = re.findall(r"^\| \*\*(.+?)\*\*", page, re.M)

    assert len(words) == len(set(words))
    assert 20 <= len(words) <= 40
