"""The doors of the house: which room may import which, and which library has its one door where."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "bulksend"
#: A room may import rooms of a lower floor, and itself.
FLOORS = {
    "errors": 0,
    "sms": 1,
    "contacts": 2,
    "journal": 2,
    "telnyx": 2,
    "sandbox": 2,
    "sending": 3,
    "results": 3,
    "commands": 4,
    "cli": 5,
}
LIBRARIES = {
    "polars": {"contacts", "results", "sms"},
    "sqlite3": {"journal"},
    "aiohttp": {"telnyx", "sandbox"},
    "tenacity": {"sending/delivery.py"},
    "aiolimiter": {"sending/pacing.py"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "tabulate": {"cli"},
    "phonenumbers": {"sms", "sandbox"},
    "uvloop": {"commands/send.py"},
    "openpyxl": {"contacts/number_format.py", "contacts/xlsx.py"},
    "odfdo": {"contacts/ods.py"},
    "zipfile": {"contacts/archive.py"},
    "xml": {"contacts/archive.py"},
    "defusedxml": {"contacts/archive.py"},
}
MODULES = sorted(
    it for it in PACKAGE.rglob("*.py") if it.name not in ("__init__.py", "__main__.py")
)
MODULES += sorted(it for it in PACKAGE.glob("*/__init__.py"))


def imports(tree: ast.Module) -> set[str]:
    """Imported names outside `if TYPE_CHECKING`, whose imports open no door."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {it.name for it in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{it.name}" for it in node.names}
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda it: str(it.relative_to(PACKAGE)))
def test_doors_open_downwards_only(module: Path) -> None:
    place = module.relative_to(PACKAGE)
    room = place.parts[0].removesuffix(".py")
    for name in imports(ast.parse(module.read_text())):
        if name.startswith("bulksend."):
            other = name.split(".")[1]
            if other == "__version__":
                continue
            assert other == room or FLOORS[other] < FLOORS[room], f"{place} imports {name}"
            continue
        allowed = LIBRARIES.get(name.split(".")[0])
        assert allowed is None or {room, str(place)} & allowed, f"{place} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda it: str(it.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small_and_say_what_they_are(module: Path) -> None:
    source = module.read_text()
    tree = ast.parse(source)
    assert source.count("\n") <= 350
    assert ast.get_docstring(tree)
    classes = [it for it in tree.body if isinstance(it, ast.ClassDef)]
    outer = {id(it) for body in (tree, *classes) for it in body.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not isinstance(node, ast.ClassDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 40, f"{node.name} has {length} lines"
        if not node.name.startswith("_") and id(node) in outer:
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_only_the_command_line_reads_the_environment() -> None:
    for module in MODULES:
        if "cli" not in module.parts:
            assert "os.environ" not in module.read_text(), module
