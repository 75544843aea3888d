"""The hops of one row: `python -m tests.hops [--list]`.

One row is sent to a sandbox in a process of its own, once accepted at once and once after a 429.
From the moment that it leaves the feed until its outcome is durable and counted, every function of
bulksend's own that works for it is noted: in its task, in what the loop calls back, and in the
journal's thread. What only watches (the clock, the replies' time, the next rows) is no hop.

A hop is a call from one module into another, however often it is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import dis
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import bulksend

PACKAGE = str(Path(bulksend.__file__).parent)
THROTTLED = [{"fault": "throttle", "retry_after": "0", "nth": 1}]
_ENDS = {dis.opmap["RETURN_VALUE"], dis.opmap.get("RETURN_CONST", -1)}


class Trace:
    """What one row passes; made before the command, read after it."""

    def __init__(self) -> None:
        #: Functions in the order of their first call: module and name.
        self.functions: dict[tuple[str, str], None] = {}
        #: Calling and called function, where their modules differ.
        self.hops: dict[tuple[tuple[str, str], tuple[str, str]], None] = {}
        self._on_its_way = False
        self._task: asyncio.Task[object] | None = None
        self.whole = False

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        """As `sys.setprofile` calls it."""
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(PACKAGE):
            return
        if code.co_name.startswith("<"):  # a part of the function that it stands in
            return
        module, name = _module(code), code.co_qualname
        if event == "return":
            self._returned(frame, module, name, value)
        elif self._on_its_way and self._is_of_the_row(module):
            self._note(frame, (module, name))

    def _returned(self, frame: FrameType, module: str, name: str, value: object) -> None:
        whole = frame.f_code.co_code[frame.f_lasti] in _ENDS
        if not whole or self.whole:
            return
        if module == "sending.feed" and name.endswith(".take") and value is not None:
            self._on_its_way, self._task = True, _task()
        elif module == "sending.pipeline" and name.endswith("._send"):
            self._task = None
        elif name.endswith("Report.ended"):
            self._on_its_way, self.whole = False, True

    def _is_of_the_row(self, module: str) -> bool:
        if module == "sending.feed":
            return False
        if threading.current_thread() is not threading.main_thread():
            return threading.current_thread().name == "bulksend-journal"
        task = _task()
        return task is None or task is self._task or task.get_name() == "bulksend-pacer"

    def _note(self, frame: FrameType, function: tuple[str, str]) -> None:
        self.functions[function] = None
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(PACKAGE):
            caller = caller.f_back
        if caller is not None and (module := _module(caller.f_code)) != function[0]:
            self.hops[((module, caller.f_code.co_qualname), function)] = None

    def figures(self) -> tuple[int, int, int, int]:
        """Functions, modules, rooms, hops."""
        modules = {module for module, _ in self.functions}
        rooms = {module.partition(".")[0] for module in modules}
        return len(self.functions), len(modules), len(rooms), len(self.hops)


def _module(code: CodeType) -> str:
    return code.co_filename[len(PACKAGE) + 1 : -len(".py")].replace(os.sep, ".")


def _task() -> asyncio.Task[object] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


@contextlib.contextmanager
def _sandbox(faults: list[dict[str, object]]) -> Iterator[str]:
    words = ["sandbox", "--port", "0", *(["--faults", json.dumps(faults)] if faults else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "bulksend", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        yield process.stderr.readline().split()[2].rstrip(",")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def trace(faults: list[dict[str, object]]) -> Trace:
    """One row of one batch, in an empty folder."""
    from bulksend.cli.main import main as command

    noted = Trace()
    with tempfile.TemporaryDirectory() as folder, _sandbox(faults) as base_url:
        os.environ |= {"TELNYX_API_KEY": "sandbox", "XDG_STATE_HOME": folder}
        contacts = Path(folder, "c.csv")
        contacts.write_text("phone,name\n+447700900123,Ada\n")
        words = ["run", str(contacts), "--text", "Hi {name}", "--from", "MyCompany", "--yes"]
        words += ["--base-url", base_url, "--profile-id", "00000000-0000-4000-8000-000000000001"]
        threading.setprofile(noted)
        sys.setprofile(noted)
        try:
            with (
                contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())),
                contextlib.suppress(SystemExit),
            ):
                command([*words, "--json", "--quiet"])
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
    assert noted.whole, "the row did not come to its end"
    return noted


def main() -> None:
    """Both rows: the figures, and by `--list` the functions."""
    print(f"{'':24}{'functions':>10}{'modules':>10}{'rooms':>10}{'hops':>10}")
    for name, faults in (("accepted at once", []), ("accepted after a 429", THROTTLED)):
        noted = trace(faults)
        print(f"{name:24}" + "".join(f"{figure:10}" for figure in noted.figures()))
        rooms = Counter(module.partition(".")[0] for module, _ in noted.functions)
        print("  functions by room:", ", ".join(f"{room} {n}" for room, n in rooms.most_common()))
        if "--list" in sys.argv[1:]:
            print("".join(f"  {module}  {name}\n" for module, name in noted.functions))


if __name__ == "__main__":
    main()
