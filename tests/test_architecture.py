"""The house: its doors, as the contracts in pyproject.toml say, and the size of its modules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import floors

PACKAGE = Path(__file__).parent.parent / "bulksend"
LINT = Path(sys.executable).with_name("lint-imports")
MODULES = sorted(
    it for it in PACKAGE.rglob("*.py") if it.name not in ("__init__.py", "__main__.py")
)
MODULES += sorted(it for it in PACKAGE.glob("*/__init__.py"))


def test_doors_open_as_the_contracts_say() -> None:
    """The contracts stand in pyproject.toml; `lint-imports` says the same with a report."""
    checked = subprocess.run([LINT], cwd=PACKAGE.parent, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_library_has_a_door() -> None:
    """A library that comes in gets a contract that says where."""
    imported = {
        (name.name if isinstance(node, ast.Import) else node.module or "").partition(".")[0]
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    doors = {
        library
        for contract in floors.contracts()
        if contract["type"] == "forbidden"
        for library in contract["forbidden_modules"]
    }

    assert imported - set(sys.stdlib_module_names) - {"bulksend"} == doors - {"sqlite3", "zipfile"}


def test_each_larger_room_has_its_layers() -> None:
    """And each is exhaustive: a new module is placed on its layer, or the contract is broken."""
    layered = {
        container
        for contract in floors.contracts()
        if contract["type"] == "layers" and contract.get("exhaustive")
        for container in contract["containers"]
    }

    larger = {
        ".".join(folder.relative_to(PACKAGE.parent).parts)
        for folder in {module.parent for module in MODULES}
        if _member_count(folder) > 8
    }

    assert larger - layered == set()


def _member_count(folder: Path) -> int:
    rooms = [path for path in folder.iterdir() if (path / "__init__.py").exists()]
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    return len(rooms) + len(modules)


def test_no_folder_is_a_hall() -> None:
    for folder in {module.parent for module in MODULES}:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= 15, folder


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


def test_every_task_has_a_name_and_an_owner() -> None:
    """`ensure_future` gives none, and a task whose failure nobody asks for dies unnoticed."""
    for module in MODULES:
        tree = ast.parse(module.read_text())
        forgotten = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            assert call.func.attr != "ensure_future", module
            if call.func.attr == "create_task":
                assert "name" in {keyword.arg for keyword in call.keywords}, module
                owner = ast.unparse(call.func.value)
                assert owner != "asyncio" or id(call) not in forgotten, module


def test_only_the_command_line_reads_the_environment() -> None:
    for module in MODULES:
        if "cli" not in module.parts:
            assert "os.environ" not in module.read_text(), module


#: `resume` in Python is documented so; the others make a value out of what was read or is known.
MANY_ARGUMENTS = {
    "api.resume",
    "api.aresume",
    "contacts/loader.__init__",
}


def test_whoever_takes_more_than_five_arguments_takes_a_value() -> None:
    """It has the name that the arguments have together; the list may become shorter."""
    many = set()
    for module in MODULES:
        place = module.relative_to(PACKAGE).with_suffix("").as_posix()
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [each.arg for each in [*node.args.args, *node.args.kwonlyargs]]
                if len(set(names) - {"self", "cls"}) > 5:
                    many.add(f"{place}.{node.name}")

    assert many == MANY_ARGUMENTS


#: What begins a command, or opens the batch that a command is about. Whatever is below takes the
#: part that it needs (`settings/parts.py`): this list may become shorter, and not longer.
WHOLE_SETTINGS = {
    "batch/dry_run": {"dry_run"},
    "batch/resuming/guards": {"of_batch"},
    "cli/asked": {"noted", "typed_alone"},
    "cli/commands/run": {"_dry_run"},
    "commands/doctor": {"doctor"},
    "commands/optouts": {"fetch"},
    "commands/receipts": {"collect_receipts", "listen"},
    "commands/reconcile": {"reconcile", "_task"},
    "commands/report": {"write"},
    "commands/results": {"read_again", "results"},
    "commands/resume": {"reopened", "resume", "resume_contacts"},
    "commands/run": {"_agreed", "run", "run_contacts", "to_own_phones"},
}


def test_settings_travel_whole_to_what_begins_a_command_alone() -> None:
    """The API, which is made of settings, besides."""
    takers: dict[str, set[str]] = {}
    for module in MODULES:
        place = module.relative_to(PACKAGE).with_suffix("").as_posix()
        for node in ast.walk(ast.parse(module.read_text())):
            if place != "api" and any(_is_whole(field) for field in _annotations(node)):
                takers.setdefault(place, set()).add(getattr(node, "name", ""))

    assert takers == WHOLE_SETTINGS


def _annotations(node: ast.AST) -> list[ast.expr | None]:
    """Of the parameters of a function, or the fields of a class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
        return [each.annotation for each in [*arguments.args, *arguments.kwonlyargs]]
    if isinstance(node, ast.ClassDef):
        return [each.annotation for each in node.body if isinstance(each, ast.AnnAssign)]
    return []


def _is_whole(annotation: ast.expr | None) -> bool:
    return annotation is not None and "Settings" in re.findall(r"\w+", ast.unparse(annotation))


def test_the_picture_of_the_floors_is_that_of_the_contracts() -> None:
    assert floors.PAGE.read_text() == floors.page()
