"""The floors drawn in docs/architecture.md, from the contracts: `python -m tests.floors`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
_MARKS = re.compile(r"(<!-- floors -->\n```\n).*?(```\n<!-- /floors -->)", re.DOTALL)


def contracts() -> list[dict[str, Any]]:
    """As in pyproject.toml: the floors first, then the layers of each room, then the doors."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return list(settings["contracts"])


def picture() -> str:
    """The floors, the highest first, and which way the doors open."""
    floors = next(contract for contract in contracts() if contract["type"] == "layers")
    lines = [re.sub(r"[()]", "", layer).replace(" | ", "   ") for layer in floors["layers"]]
    width = max(map(len, lines)) + 4
    wall = "+" + "-" * width + "+"
    middle = f"\n{wall}\n".join(f"|{line:^{width}}|" for line in lines)
    return f"{wall}\n{middle}\n{wall}\n  imports go down: a floor may use every floor below it\n"


def page() -> str:
    """The page with the picture as it must be."""
    return _MARKS.sub(lambda marks: marks[1] + picture() + marks[2], PAGE.read_text())


if __name__ == "__main__":
    PAGE.write_text(page())
    print(picture())
