"""How soon a batch of ten million rows goes on: from the start of `resume` to its first request."""

from __future__ import annotations

import re
import resource
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tests.acceptance import cli

_OPEN_ROWS = 1000
#: What a run would have left: accepted rows with everything that Telnyx says.
_FILL = """
WITH RECURSIVE number(row) AS (SELECT 3 UNION ALL SELECT row + 1 FROM number WHERE row < ?1)
INSERT INTO send (row, claim, status, run, body, claimed_ms, settled_ms, attempts, http, message_id,
  parts, encoding, cost, currency, wait_s)
SELECT row, 1, 2, 1, randomblob(8), ?2 + row, ?2 + row + 200, 1, 200, randomblob(16),
  1, 1, '0.0420', 'USD', 0.5
FROM number
"""


@dataclass
class Progress:
    rows: int = 0
    journal_bytes: int = 0
    #: From the start of the process to the first request.
    ready_s: float = 0.0
    #: The most memory a process of this experiment had.
    peak_bytes: int = 0

    def lines(self) -> list[str]:
        return [
            f"{self.rows} rows, journal {self.journal_bytes / 1e6:.0f} MB"
            f" ({self.journal_bytes / max(self.rows, 1):.0f} bytes a row)",
            f"first request {self.ready_s:.1f} s after the start of `resume`,"
            f" at most {self.peak_bytes / 1e6:.0f} MB of memory",
        ]


def huge(folder: Path, *, rows: int, say: Callable[[str], None] = print) -> Progress:
    """A batch of which all but the last thousand rows are accepted, and its `resume`."""
    contacts = folder / "huge.csv"
    _write_contacts(contacts, rows)
    say(f"contacts written, {contacts.stat().st_size / 1e6:.0f} MB")
    with cli.running_sandbox(folder) as sandbox:
        words = [*sandbox.run_options(), "--text", "Hi {name}", "--no-progress"]
        begun = cli.bulksend("run", contacts, *words, "--limit", "1", timeout_s=600)
        assert begun.returncode == 0, begun.stderr
        _fill(folder / "huge.journal", rows)
        say("journal filled")
        ready_s = _resumed(sandbox, contacts)
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Progress(rows, (folder / "huge.journal").stat().st_size, ready_s, peak_bytes)


def _write_contacts(path: Path, rows: int) -> None:
    numbers = pl.int_range(rows, eager=True)
    pl.DataFrame(
        {
            "phone": pl.select(pl.format("+{}", 447_400_000_000 + numbers)).to_series(),
            "name": pl.select(pl.format("Name{}", numbers)).to_series(),
        }
    ).write_csv(path)


def _fill(path: Path, rows: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_FILL, (rows + 1 - _OPEN_ROWS, time.time_ns() // 1_000_000))
    connection.close()


def _resumed(sandbox: cli.RunningSandbox, contacts: Path) -> float:
    before, began_s = sandbox.request_count(), time.monotonic()
    process = cli.start("resume", contacts, "--yes", "--limit", "5", "--no-progress")
    while sandbox.request_count() == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    ready_s = time.monotonic() - began_s
    out, err = process.communicate(timeout=600)
    assert re.search(rf"unsent +{_OPEN_ROWS - 5}\b", out), out + err
    return ready_s
