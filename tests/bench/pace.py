"""The pace as the server sees it: `python -m tests.bench.pace --help`.

Whole runs of bulksend, journal and all, against a server that stamps each request when its last
byte has come. In no second (no period, for slow rates) may it see more than the rate and one, and
one per cent; over the whole stretch at least 99 % of the rate.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import orjson
from tabulate import tabulate

from tests.acceptance import cli
from tests.makers import PROFILE

LOOPS = ("asyncio", "uvloop")
#: The rate as a person writes it, requests a second, and for how long it is watched.
RATES = {"0.1/s": (0.1, 180.0), "50/s": (50.0, 60.0), "1000/s": (1000.0, 60.0)}
RATES |= {"2000/s": (2000.0, 60.0)}
_HIDE_UVLOOP = "import sys; sys.modules['uvloop'] = None; "
_MAIN = "from bulksend.cli.main import main; main()"


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Stamping(asyncio.Protocol):
    """Answers every request as Telnyx would, after a latency; remembers when it came."""

    stamps: ClassVar[list[float]] = []
    latency_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        now_s = time.monotonic()
        self._rest += data
        while (end := _end_of_request(self._rest)) is not None:
            request, self._rest = self._rest[:end], self._rest[end:]
            if request.startswith(b"GET"):
                self._reply(orjson.dumps(self.stamps))
                continue
            self.stamps.append(now_s)
            asyncio.get_running_loop().call_later(self.latency_s, self._reply, _accepted())

    def _reply(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEAD % len(body) + body)


def _accepted() -> bytes:
    cost = {"amount": "0.0420", "currency": "USD"}
    data = {"id": str(uuid.uuid4()), "parts": 1, "encoding": "GSM-7", "cost": cost}
    return orjson.dumps({"data": data | {"wait_seconds": 0.0}})


def _end_of_request(data: bytes) -> int | None:
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None
    lines = data[:head].lower().split(b"\r\n")
    lengths = [int(it[15:]) for it in lines if it.startswith(b"content-length:")]
    end = head + 4 + (lengths[0] if lengths else 0)
    return end if len(data) >= end else None


async def serve(latency_s: float) -> None:
    """Until the process is ended; the first line on stdout is the port."""
    Stamping.latency_s = latency_s
    server = await asyncio.get_running_loop().create_server(Stamping, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def stamping_server(latency_s: float) -> Iterator[int]:
    """A server in its own process; yields its port."""
    words = [sys.executable, "-m", "tests.bench.pace", "--serve", "--latency", str(latency_s)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as the server saw it."""

    stamps: Sequence[float]
    #: CPU seconds of bulksend in all, and from its first request to its last.
    cpu_s: float

    @property
    def seconds(self) -> float:
        return self.stamps[-1] - self.stamps[0]

    def most_in(self, window_s: float) -> int:
        """The most requests in any window of this length."""
        inside: deque[float] = deque()
        most = 0
        for stamp in self.stamps:
            inside.append(stamp)
            while inside[0] <= stamp - window_s:
                inside.popleft()
            most = max(most, len(inside))
        return most


def measure(rate: str, rows: int, *, loop: str, latency_s: float, in_flight: int) -> Seen:
    """Send so many rows at a rate, whole, and ask the server."""
    with stamping_server(latency_s) as port, tempfile.TemporaryDirectory() as folder:
        contacts = cli.write_contacts(Path(folder) / "contacts.csv", rows)
        words = ["run", str(contacts), "--rate", rate, "--max-in-flight", str(in_flight)]
        words += ["--base-url", f"http://127.0.0.1:{port}/v2", "--profile-id", PROFILE]
        words += ["--from", "MyCompany", "--yes", "--quiet", "--text", "Hi {name}", "--new-batch"]
        words += ["--no-preflight"]  # the server knows one path
        program = (_HIDE_UVLOOP if loop == "asyncio" else "") + _MAIN
        process = subprocess.Popen(
            [sys.executable, "-c", program, *words],
            stdout=subprocess.DEVNULL,
            env=cli.environment(XDG_STATE_HOME=folder),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.returncode
        return Seen(sorted(_stamps(port)), usage.ru_utime + usage.ru_stime)


def _stamps(port: int) -> list[float]:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stamps") as reply:
        found: list[float] = orjson.loads(reply.read())
    return found


def line(rate: str, loop: str, options: argparse.Namespace) -> list[object]:
    """One line of the table."""
    per_s, seconds = RATES[rate]
    seconds = min(seconds, options.seconds or seconds)
    rows = max(round(per_s * seconds), 2)
    seen = measure(
        rate, rows, loop=loop, latency_s=options.latency, in_flight=options.max_in_flight
    )
    window_s = max(1.0, 1.0 / per_s)
    most, allowed = seen.most_in(window_s), 1.01 * (per_s * window_s + 1)
    share = (rows - 1) / seen.seconds / per_s
    kept = most <= allowed and share >= 0.99
    return [
        rate,
        loop,
        rows,
        f"{seen.seconds:.1f}",
        most,
        f"{allowed:.1f}",
        seen.most_in(0.1),
        f"{100 * share:.2f} %",
        f"{100 * seen.cpu_s / seen.seconds:.1f} %",
        "yes" if kept else "NO",
    ]


HEADERS = ["rate", "loop", "rows", "seconds", "most in 1 s (period)", "allowed", "most in 0.1 s"]
HEADERS += ["of the rate", "CPU with start", "kept"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--latency", type=float, default=0.01, metavar="SECONDS")
    parser.add_argument("--rates", nargs="+", choices=RATES, default=list(RATES))
    parser.add_argument("--loops", nargs="+", choices=LOOPS, default=list(LOOPS))
    parser.add_argument("--seconds", type=float, help="watch each rate for a shorter time")
    parser.add_argument("--max-in-flight", type=int, default=200)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.latency))
        return
    lines = []
    for rate in options.rates:
        for loop in options.loops:
            lines.append(line(rate, loop, options))
            print(*lines[-1], sep="  ", flush=True)
    print(tabulate(lines, headers=HEADERS, tablefmt="github"))


if __name__ == "__main__":
    main()
