"""`bulksend` in this process or as one of its own, and a sandbox beside it."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bulksend.sandbox.scripts.faults import parse_script
from bulksend.sandbox.server import SandboxConfig
from bulksend.sandbox.threaded import ThreadedSandbox
from tests.fuzz import program
from tests.makers import PROFILE

BULKSEND = [sys.executable, "-m", "bulksend"]
ROOT = Path(__file__).parent.parent.parent


def environment(**more: str) -> dict[str, str]:
    kept = {it: value for it, value in os.environ.items() if not it.startswith("BULKSEND_")}
    return kept | {"PYTHONPATH": str(ROOT), "TELNYX_API_KEY": "sandbox"} | more


def bulksend(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The command line in this process: a tenth of the time of one of its own.

    What only a process shows (signals, streams, a crash) is for `process` and `start`.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name not in environment(**more)]:
            patch.delenv(name)
        for name, value in environment(**more).items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", io.StringIO(""))
        ended = program.bulksend(*words)
    out, err = ended.stdout.decode(), ended.stderr
    return subprocess.CompletedProcess([str(word) for word in words], ended.exit_code, out, err)


def process(
    *words: str | Path, timeout_s: float = 120.0, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BULKSEND, *map(str, words)],
        capture_output=True,
        text=True,
        env=environment(**more),
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )


_STARTED: list[subprocess.Popen[str]] = []


def started() -> int:
    """How many processes were started so far and not ended by `end_all`."""
    return len(_STARTED)


def end_all(*, but: int = 0) -> None:
    """No process and no pipe of a test outlives it, `but` for the first ones: a module's."""
    while len(_STARTED) > but:
        process = _STARTED.pop()
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def start(*words: str | Path, **more: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*BULKSEND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
    )
    _STARTED.append(process)
    return process


class RunningSandbox:
    """A sandbox, whose ledger outlives whoever sends there."""

    def __init__(self, base_url: str, ledger: Path) -> None:
        self.base_url = base_url
        self._ledger = ledger

    def run_options(self) -> list[str]:
        return [
            *("--base-url", self.base_url, "--profile-id", PROFILE),
            *("--from", "MyCompany", "--yes"),
        ]

    def request_count(self) -> int:
        """Lines of the ledger, without reading them."""
        return self._ledger.read_bytes().count(b"\n") if self._ledger.exists() else 0

    def entries(self) -> list[dict[str, Any]]:
        """Whole lines: the sandbox may be in the middle of the last one."""
        if not self._ledger.exists():
            return []
        whole, _, _ = self._ledger.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def accepted(self) -> dict[str, dict[str, Any]]:
        """By phone; a phone that was accepted twice fails here."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.entries():
            if entry["accepted"]:
                assert entry["to"] not in found, f"{entry['to']} was texted twice"
                found[entry["to"]] = entry
        return found


@contextmanager
def running_sandbox(
    folder: Path, *, faults: str | None = None, **config: Any
) -> Iterator[RunningSandbox]:
    """In a thread of this process, which is there at once; its ledger lies in the folder."""
    ledger = folder / "ledger.jsonl"
    rules = parse_script(faults) if faults else ()
    with ThreadedSandbox(SandboxConfig(ledger_path=ledger, faults=rules, **config)) as sandbox:
        yield RunningSandbox(sandbox.base_url, ledger)


@contextmanager
def sandbox_process(folder: Path, *options: str) -> Iterator[RunningSandbox]:
    """`bulksend sandbox`, as people start it."""
    ledger = folder / "ledger.jsonl"
    process = start("sandbox", "--port", "0", "--ledger", ledger, *options)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("sandbox at "), line + process.stderr.read()
        yield RunningSandbox(line.split()[2].rstrip(","), ledger)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def wait_for(condition: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def write_contacts(path: Path, rows: int, *, first: int = 0) -> Path:
    lines = [f"+447911{it:06d},Name{it}" for it in range(first, first + rows)]
    path.write_text("phone,name\n" + "\n".join(lines) + "\n")
    return path


def read_results(path: Path) -> list[dict[str, str]]:
    """The lines, whatever delimiter and byte order mark the contacts file had."""
    text = path.read_text(encoding="utf-8-sig")
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def document(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one JSON document on stdout."""
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
