"""The tests themselves: none of them touches the process that runs all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import bugs

TESTS = Path(__file__).parent
#: What pytest imports; a `__main__` and the benchmarks are processes of their own.
MODULES = sorted(
    path for path in TESTS.rglob("*.py") if path.name != "__main__.py" and "bench" not in path.parts
)
#: What hits the whole process, and with it every other test (in a script for a child: a string).
WHOLE_PROCESS = {
    *("raise_signal", "interrupt_main", "setitimer", "alarm", "pthread_kill", "killpg"),
    *("os.abort", "setrlimit", "umask", "_exit", "dump_traceback_later", "setpriority", "nice"),
    *("signal.signal", "os.chdir", "os.setuid", "threading.Timer"),
}


def of_the_whole_process(source: str) -> Iterator[str]:
    """Calls in the module's own code that reach the process which runs it, with their lines."""
    forks = "os.fork()" in source  # then it is the child that leaves by _exit
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if forks and name == "os._exit":
                continue
            itself = name == "os.kill" and "getpid" in ast.unparse(node)
            if itself or {name, name.split(".")[-1]} & WHOLE_PROCESS:
                yield f"line {node.lineno}: {ast.unparse(node)}"


def test_signals_limits_and_timers_are_for_child_processes() -> None:
    calls = [
        (path.name, call) for path in MODULES for call in of_the_whole_process(path.read_text())
    ]

    assert calls == []


@pytest.mark.parametrize(
    "line",
    [
        "signal.raise_signal(signal.SIGINT)",
        "os.kill(os.getpid(), 2)",
        "threading.Timer(1.0, work).start()",
        "resource.setrlimit(resource.RLIMIT_AS, (1, 1))",
        "_thread.interrupt_main()",
    ],
)
def test_what_would_hit_every_test_is_noticed_and_a_script_for_a_child_is_not(line: str) -> None:
    assert list(of_the_whole_process(line))
    assert not list(of_the_whole_process(f"SCRIPT = {line!r}"))


def test_planted_bugs_are_enough_and_each_still_fits_its_source() -> None:
    sources = {bug.name: TESTS.parent / "bulksend" / bug.file for bug in bugs.BUGS}
    unfit = [bug.name for bug in bugs.BUGS if sources[bug.name].read_text().count(bug.old) != 1]

    assert unfit == []
    assert len(bugs.BUGS) >= 12
