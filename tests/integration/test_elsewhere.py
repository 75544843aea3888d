"""A system without what POSIX has: the program starts there and does its main job."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PEOPLE = "phone,name\n+447400000001,Ada\n+447400000002,Grace\n"
#: Takes away what Windows lacks, before anything of bulksend is imported.
HIDES = """
import asyncio, builtins, os, pathlib, signal, sys

for name in ("fcntl", "termios", "resource", "pwd", "grp", "uvloop", "tty"):
    sys.modules[name] = None
for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_DIRECTORY", "pread", "pwrite",
             "fchmod", "fdatasync"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGUSR1", "SIGTSTP", "SIGCONT", "SIGKILL"):
    if hasattr(signal, name):
        delattr(signal, name)

def unknown(self, *arguments):
    raise NotImplementedError

for loop in (asyncio.SelectorEventLoop, asyncio.events.AbstractEventLoop):
    loop.add_signal_handler = loop.remove_signal_handler = unknown
asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = unknown
asyncio.unix_events._UnixSelectorEventLoop.remove_signal_handler = unknown

real_open = builtins.open
def no_proc(file, *arguments, **more):
    if str(file).startswith("/proc"):
        raise FileNotFoundError(2, "no such file", str(file))
    return real_open(file, *arguments, **more)
builtins.open = no_proc
pathlib.io.open = no_proc

from bulksend.__main__ import start
sys.argv = ["bulksend", *sys.argv[1:]]
start()
"""


def elsewhere(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HIDES, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def test_the_main_job_runs_without_what_posix_has(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(PEOPLE)

    help_shown = elsewhere(tmp_path, "--help")
    counted = elsewhere(
        tmp_path, "run", "list.csv", "--dry-run", "--sandbox", "--text", "Hi {name}"
    )
    sent = elsewhere(
        tmp_path, "run", "list.csv", "--sandbox", "--text", "Hi {name}", "--limit", "1", "--json"
    )
    resumed = elsewhere(tmp_path, "resume", "list.csv", "--sandbox", "--json")
    status = elsewhere(tmp_path, "status", "list.csv", "--sandbox", "--json")
    looked = elsewhere(tmp_path, "doctor", "--sandbox")

    assert help_shown.returncode == 0, help_shown.stderr
    assert counted.returncode == 0, counted.stderr
    assert json.loads(sent.stdout)["accepted"] == 1, sent.stderr
    assert json.loads(resumed.stdout)["accepted"] == 2, resumed.stderr
    assert json.loads(status.stdout)["accepted"] == 2, status.stderr
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert (tmp_path / "list.sandbox.results.csv").exists()
