"""What CONTRIBUTING and the map of the house name is there: files, names, tests, modules to run."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: Between backticks, and the words of the commands in blocks.
QUOTED = dict.fromkeys(re.findall(r"`([^`\n]+)`", PAGE))
COMMANDS = [
    shlex.split(line, comments=True)
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
] + [shlex.split(words) for words in QUOTED if " " in words and words.isascii()]
WORDS = dict.fromkeys(word for command in COMMANDS for word in command) | QUOTED
PATHS = [
    word
    for word in WORDS
    if re.fullmatch(r"[\w./<>-]+(/|\.(py|md|csv|html|json|toml|yaml))|\.ci/run|Containerfile", word)
]
#: Places in the package: `sending/pacing/`, `telnyx/client`.
MAP = re.findall(
    r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?|[a-z_]+\.py)`", (ROOT / "docs/architecture.md").read_text()
)
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", PATHS)
def test_each_file_and_folder_is_there(path: str) -> None:
    """A placeholder stands for any: `commands/<name>.py`."""
    assert list(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))


@pytest.mark.parametrize("place", dict.fromkeys(MAP))
def test_each_place_of_the_map_is_there(place: str) -> None:
    path = ROOT / "bulksend" / place

    assert path.exists() or path.with_suffix(".py").exists() or (ROOT / place).exists()


@pytest.mark.parametrize("name", [each for each in QUOTED if re.match(r"(bulksend|tests)\.", each)])
def test_each_name_in_a_module_is_there(name: str) -> None:
    module, _, attribute = name.rpartition(".")

    assert hasattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", [each for each in QUOTED if each.startswith("test_")])
def test_each_test_is_there(name: str) -> None:
    assert f"def {name}(" in TESTS


@pytest.mark.parametrize(
    "module",
    [
        words[words.index("-m") + 1]
        for words in COMMANDS
        if "-m" in words and words[0].endswith(("python", "python3"))
    ],
)
def test_each_module_to_run_is_there(module: str) -> None:
    assert importlib.util.find_spec(module)


def test_the_pages_name_enough() -> None:
    assert len(PATHS) > 40
    assert len(MAP) > 25
