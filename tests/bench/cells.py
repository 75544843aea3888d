"""What is measured: who sends, how many rows, how many requests open, how slow the server."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import contenders, cores, servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One line of the table."""

    #: A function of `contenders`, or wrk.
    contender: str
    label: str
    in_flight: int
    #: In the full and in the short form: enough for a few seconds, or for about one.
    rows: int
    rows_short: int
    latency_ms: int = 0

    @property
    def name(self) -> str:
        """For the results and on the command line."""
        late = f"@{self.latency_ms}ms" if self.latency_ms else ""
        return f"{self.contender}-{self.in_flight}{late}"


@dataclass(frozen=True, slots=True)
class Took:
    """What one round of one cell took."""

    rows: int
    seconds: float
    #: From the first request to the last, as the server saw them.
    sending_s: float
    cpu_s: float
    #: Of it while messages were sent.
    sending_cpu_s: float
    resident_mb: float
    spin_ms: float

    @property
    def per_s(self) -> float:
        """Messages a second, from the command to its end."""
        return self.rows / self.seconds

    @property
    def sending_per_s(self) -> float:
        """Messages a second while it was sending, as the server saw it."""
        return self.rows / self.sending_s

    @property
    def cpu_us(self) -> float:
        """CPU of all threads per message, from the command to its end."""
        return 1e6 * self.cpu_s / self.rows

    @property
    def sending_cpu_us(self) -> float:
        """CPU of all threads per message once it has started to send."""
        return 1e6 * self.sending_cpu_s / self.rows


def _cell(contender: str, label: str, in_flight: int, rows: int, short: int, ms: int = 0) -> Cell:
    return Cell(
        contender=contender,
        label=label,
        in_flight=in_flight,
        rows=rows,
        rows_short=short,
        latency_ms=ms,
    )


BULKSEND, BARE = "**bulksend**, the whole run", "bare aiohttp loop, well tuned"
CELLS = (
    _cell("bulksend", BULKSEND, 50, 50_000, 10_000),
    _cell("bare", BARE, 50, 50_000, 10_000),
    _cell("plain", "aiohttp as in its manual, workers", 50, 15_000, 4_000),
    _cell("naive", "aiohttp, aiolimiter, tenacity, tqdm, SQLite a row", 50, 5_000, 1_500),
    _cell("requests", "`requests`, one after the other", 1, 3_000, 1_000),
    _cell("telnyx_fastest", "Telnyx's SDK, extra `aiohttp`, semaphore 50", 50, 3_000, 1_000),
    _cell("httpx", "httpx, semaphore 10", 10, 2_000, 800),
    _cell("telnyx", "Telnyx's SDK `AsyncTelnyx`, semaphore 10", 10, 1_200, 500),
    _cell("telnyx", "Telnyx's SDK `AsyncTelnyx`, semaphore 50", 50, 1_000, 400),
    _cell("wrk", "`wrk` (C): the machine's own limit", 50, 0, 0),
    _cell("bulksend", BULKSEND, 100, 6_000, 2_000, 100),
    _cell("bare", BARE, 100, 6_000, 2_000, 100),
    _cell("bulksend", BULKSEND, 1000, 40_000, 10_000, 100),
    _cell("bare", BARE, 1000, 40_000, 10_000, 100),
)
_WRK = """
wrk.method = "POST"
wrk.body = [[{body}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
"""


class Skipped(Exception):
    """A contender that cannot be measured here, and why."""


def measure(cell: Cell, *, full: bool) -> Took:
    """One round of one cell, with a server and a folder of its own. Raises Skipped."""
    rows = cell.rows if full else cell.rows_short
    with (
        tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name,
        servers.running(cell.latency_ms) as url,
    ):
        folder = Path(name)
        if cell.contender == "wrk":
            return _wrk(cell, url, folder, seconds=2 if full else 1)
        contacts = folder / "contacts.csv"
        contenders.write_contacts(contacts, rows)
        took = _ask(cell, url, contacts, rows)
        heard = servers.heard(url)
        if heard["requests"] != rows:
            raise Skipped(f"made {heard['requests']} requests for {rows} rows")
    return Took(rows=rows, sending_s=heard["seconds"], **took)


def command(contender: str, url: str, contacts: Path, rows: int, in_flight: int) -> list[str]:
    """The process that sends."""
    words = [sys.executable, "-m", "tests.bench.contenders", contender, url, str(contacts)]
    return [*words, "--rows", str(rows), "--in-flight", str(in_flight)]


def _ask(cell: Cell, url: str, contacts: Path, rows: int) -> dict[str, float]:
    ended = subprocess.run(
        command(cell.contender, url, contacts, rows, cell.in_flight),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if ended.returncode == contenders.NOT_INSTALLED:
        raise Skipped(ended.stderr.strip())
    if ended.returncode:
        raise Skipped(ended.stderr.strip().splitlines()[-1][:200])
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _wrk(cell: Cell, url: str, folder: Path, seconds: int) -> Took:
    if not shutil.which("wrk"):
        raise Skipped("wrk is not installed")
    contacts, script = folder / "contacts.csv", folder / "post.lua"
    contenders.write_contacts(contacts, 1)
    job = contenders.Job(url=url, contacts=contacts, rows=1, in_flight=1)
    body = json.dumps(next(job.payloads()))
    script.write_text(_WRK.format(body=body, key=contenders.KEY))
    words = ["wrk", "-t1", f"-c{cell.in_flight}", f"-d{seconds}s", "-s", str(script)]
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        [*words, url + contenders.PATH], capture_output=True, text=True, timeout=60, check=True
    )
    took_s, after = time.perf_counter() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = re.search(r"(\d+) requests in", ended.stdout)
    if found is None:
        raise Skipped("wrk said nothing that is understood")
    return Took(int(found[1]), took_s, took_s, cpu_s, cpu_s, 0.0, cores.spin_ms())
