"""Who holds a lock, and whether that run was stopped by Ctrl-Z."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bulksend import journal, portable

HOLD = """
import pathlib, sys
from bulksend.journal import lock
lock.Lock(pathlib.Path(sys.argv[1])).take()
print("held", flush=True)
sys.stdin.read()
"""

only_with_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")


@contextmanager
def holder(path: Path) -> Iterator[int]:
    """A process that holds the lock of the journal at `path`."""
    words = [sys.executable, "-c", HOLD, f"{path}.lock"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        process.communicate()


@only_with_proc
@pytest.mark.slow
def test_a_run_that_was_stopped_by_ctrl_z_is_told_from_one_that_works_and_from_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.journal"
    with holder(path) as pid:
        assert (journal.is_running(path), journal.is_suspended(path)) == (True, False)
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        assert (journal.is_running(path), journal.is_suspended(path)) == (True, True)
        os.kill(pid, signal.SIGCONT)
        os.waitpid(pid, os.WCONTINUED)
        assert (journal.is_running(path), journal.is_suspended(path)) == (True, False)

    assert (journal.is_running(path), journal.is_suspended(path)) == (False, False)


@pytest.mark.parametrize(
    "words",
    ["", "pid", "pid x on here since", "pid 1 on another-computer since now", "\x00\xff"],
)
def test_a_lock_that_says_something_else_is_of_no_suspended_run(words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    lock_file = tmp_path / "x.journal.lock"
    lock_file.write_text(words)
    descriptor = os.open(lock_file, os.O_RDWR)
    portable.lock(descriptor)

    assert (journal.is_running(path), journal.is_suspended(path)) == (True, False)
    os.close(descriptor)
