"""Whoever sends: bulksend, and what people write instead. One process each, pinned to one core.

Every contender gets the same contacts file, text and server. Its function prepares whatever can be
prepared before the clock starts (imports, arguments) and returns the work that is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import gc
import io
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import cores
from tests.makers import PROFILE

SENDER = "MyCompany"
TEXT = (
    "Hi {name}, your table for two is booked for {time} on Friday. "
    "Reply to the mail we sent you if you cannot come. Yours, MyCompany"
)
#: Out of the way: the most that can be asked for.
RATE = "100000/s"
KEY = "KEY0123456789ABCDEF"
PATH = "/messages/alphanumeric_sender_id"
BEARER = {"Authorization": f"Bearer {KEY}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be sent, where to, and how many requests may be open."""

    url: str
    contacts: Path
    rows: int
    in_flight: int

    def texts(self) -> Iterator[tuple[str, str]]:
        """Phone and text of each row, as a script reads them."""
        with self.contacts.open(newline="") as file:
            for row, _ in zip(csv.DictReader(file), range(self.rows), strict=False):
                yield row["phone"], TEXT.format(name=row["name"], time=row["time"])

    def payloads(self) -> Iterator[dict[str, str]]:
        """The request bodies, as a script makes them."""
        for phone, text in self.texts():
            yield {"from": SENDER, "messaging_profile_id": PROFILE, "text": text, "to": phone}


Work = Callable[[], None]


def write_contacts(path: Path, rows: int) -> None:
    """Valid numbers, no two alike; every fourth name needs more than ASCII."""
    names = ("Ada", "Grace", "Edsger", "José")
    with path.open("w", encoding="utf-8") as file:
        file.write("phone,name,time\n")
        for at in range(rows):
            phone = 447_700_000_000 + 200_000_000 + at  # 44 79..., mobile
            file.write(f"+{phone},{names[at % 4]}{at},{at % 12 + 9}:30\n")


def bulksend(job: Job) -> Work:
    """The whole command: contacts file in; journal kept; results CSV out."""
    from bulksend.batch import runner as send
    from bulksend.cli.main import main as command
    from bulksend.commands import run as _  # noqa: F401 - before the clock, as all imports here

    folder = job.contacts.parent
    os.environ |= {"TELNYX_API_KEY": KEY, "XDG_STATE_HOME": str(folder)}
    words = ["run", str(job.contacts), "--text", TEXT, "--from", SENDER, "--profile-id", PROFILE]
    words += ["--base-url", job.url, "--rate", RATE]
    words += ["--max-in-flight", str(job.in_flight), "--yes", "--json", "--new-batch"]
    words += ["--no-preflight"]  # the server knows one path
    words += ["--journal", str(folder / "bench.journal"), "--results", str(folder / "results.csv")]

    def work() -> None:
        printed = io.TextIOWrapper(io.BytesIO())
        send.run_loop = _timed(send.run_loop)
        with redirect_stdout(printed), contextlib.suppress(SystemExit):
            command(words)
        printed.seek(0)
        assert json.load(printed)["accepted"] == job.rows

    return work


#: Seconds of CPU while messages were sent, for who does something before and after as well.
SENDING_CPU_S: list[float] = []


def _timed(sending: Callable[..., Any]) -> Callable[..., Any]:
    def timed(work: Any) -> Any:
        before_s = time.process_time()
        try:
            return sending(work)
        finally:
            SENDING_CPU_S.append(time.process_time() - before_s)

    return timed


def bare(job: Job) -> Work:
    """aiohttp at its fastest with ready-made bytes, and nothing else: no file, no record."""
    import aiohttp
    import yarl

    batch = "0123456789abcdef0123456789abcdef"
    ready = [
        (
            json.dumps(it, separators=(",", ":"), ensure_ascii=False).encode(),
            {"Idempotency-Key": f"{batch}-{at}-1"},
        )
        for at, it in enumerate(job.payloads(), 2)
    ]
    url = yarl.URL(job.url + PATH)
    common = BEARER | {"Content-Type": "application/json", "Accept": "application/json"}

    async def send() -> None:
        left = iter(ready)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            headers=common | {"User-Agent": "bulksend"},
            skip_auto_headers=("Accept-Encoding",),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        ) as session:

            async def worker() -> None:
                for body, headers in left:
                    async with session.post(url, data=body, headers=headers) as response:
                        await response.read()
                        assert response.status == 200

            await asyncio.gather(*(worker() for _ in range(job.in_flight)))

    def work() -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        on_fast_loop(send())

    return work


def on_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """The loop bulksend would take."""
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)


def plain(job: Job) -> Work:
    """aiohttp as its first page shows it: `json=`, `.json()`, some workers over one iterator."""
    import aiohttp

    async def send() -> None:
        left = job.payloads()
        async with aiohttp.ClientSession(headers=BEARER) as session:

            async def worker() -> None:
                for payload in left:
                    async with session.post(job.url + PATH, json=payload) as response:
                        assert (await response.json())["data"]["id"]

            await asyncio.gather(*(worker() for _ in range(job.in_flight)))

    return lambda: asyncio.run(send())


def naive(job: Job) -> Work:
    """The libraries put together as their pages show: a retry around each call, a commit a row."""
    import aiohttp
    import tenacity
    from aiolimiter import AsyncLimiter
    from tqdm import tqdm

    async def send() -> None:
        record = sqlite3.connect(job.contacts.with_suffix(".naive.db"))
        record.executescript(
            "PRAGMA journal_mode=WAL; DROP TABLE IF EXISTS sent;"
            "CREATE TABLE sent (phone TEXT PRIMARY KEY, id TEXT)"
        )
        queue: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        for payload in job.payloads():
            queue.put_nowait(payload)
        limiter, bar = AsyncLimiter(10_000, 1), tqdm(total=job.rows)
        async with aiohttp.ClientSession(headers=BEARER) as session:

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            async def post(payload: dict[str, str]) -> str:
                async with limiter, session.post(job.url + PATH, json=payload) as response:
                    return str((await response.json())["data"]["id"])

            async def worker() -> None:
                while not queue.empty():
                    payload = queue.get_nowait()
                    found = await post(payload)
                    with record:
                        record.execute("INSERT INTO sent VALUES (?, ?)", (payload["to"], found))
                    bar.update(1)

            await asyncio.gather(*(worker() for _ in range(job.in_flight)))
        bar.close()
        record.close()

    return lambda: asyncio.run(send())


def telnyx(job: Job) -> Work:
    """Telnyx's own SDK as it is installed by default, with a semaphore."""
    from telnyx import AsyncTelnyx

    return _sdk(job, lambda: AsyncTelnyx(api_key=KEY, base_url=job.url))


def telnyx_fastest(job: Job) -> Work:
    """Telnyx's SDK over aiohttp, its extra `aiohttp`."""
    from telnyx import AsyncTelnyx, DefaultAioHttpClient

    return _sdk(
        job,
        lambda: AsyncTelnyx(api_key=KEY, base_url=job.url, http_client=DefaultAioHttpClient()),
    )


def _sdk(job: Job, make_client: Callable[[], Any]) -> Work:
    async def send() -> None:
        async with make_client() as client:

            async def one(phone: str, text: str) -> None:
                reply = await client.messages.send_with_alphanumeric_sender(
                    from_=SENDER, messaging_profile_id=PROFILE, text=text, to=phone
                )
                assert reply.data.id

            await _with_semaphore(job, one)

    return lambda: asyncio.run(send())


def httpx(job: Job) -> Work:
    """httpx's AsyncClient, with a semaphore."""
    import httpx as library

    async def send() -> None:
        async with library.AsyncClient(headers=BEARER) as client:

            async def one(phone: str, text: str) -> None:
                payload = {"from": SENDER, "messaging_profile_id": PROFILE}
                response = await client.post(
                    job.url + PATH, json=payload | {"text": text, "to": phone}
                )
                assert response.json()["data"]["id"]

            await _with_semaphore(job, one)

    return lambda: asyncio.run(send())


async def _with_semaphore(job: Job, one: Callable[[str, str], Awaitable[None]]) -> None:
    """A task for each row and a semaphore: what people write."""
    semaphore = asyncio.Semaphore(job.in_flight)

    async def bounded(phone: str, text: str) -> None:
        async with semaphore:
            await one(phone, text)

    await asyncio.gather(*(bounded(phone, text) for phone, text in job.texts()))


def requests(job: Job) -> Work:
    """One after the other with requests."""
    import requests as library

    def work() -> None:
        with library.Session() as session:
            session.headers.update(BEARER)
            for payload in job.payloads():
                assert session.post(job.url + PATH, json=payload, timeout=10).json()["data"]["id"]

    return work


CONTENDERS: dict[str, Callable[[Job], Work]] = {
    it.__name__: it
    for it in (bulksend, bare, plain, naive, telnyx, telnyx_fastest, httpx, requests)
}
#: The exit code where a contender's library is missing: the extra `bench` has them all.
NOT_INSTALLED = 3


def main() -> None:
    """Run one contender and print what it took as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("url")
    parser.add_argument("contacts", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    cores.pin(cores.CLIENT)
    job = Job(url=given.url, contacts=given.contacts, rows=given.rows, in_flight=given.in_flight)
    try:
        work = CONTENDERS[given.name](job)
    except ImportError as missing:
        print(f"{missing.name} is not installed", file=sys.stderr)
        sys.exit(NOT_INSTALLED)
    spin_ms = cores.spin_ms()
    cpu_s, began_s = time.process_time(), time.perf_counter()
    work()
    seconds, whole_cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    took = {
        "seconds": seconds,
        "cpu_s": whole_cpu_s,
        "sending_cpu_s": sum(SENDING_CPU_S) or whole_cpu_s,
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "spin_ms": spin_ms,
    }
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    main()
