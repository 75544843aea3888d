"""What one message costs, part by part: samples of the sending thread, weighed by its CPU time.

A timer interrupts every millisecond of CPU; what the thread has used since the last sample is put
down to the part that is running: the innermost frame that belongs to one.
"""

from __future__ import annotations

import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from tests.bench import contenders, cores, servers

_EVERY_S = 0.001
#: The first that a frame's file contains; from the innermost frame outwards.
PARTS = (
    ("telnyx/wire/", "request: its bytes, and the system call that sends them"),
    ("aiohttp/", "aiohttp: a connection of the pool, the reply parsed and gathered"),
    ("telnyx/", "reply: JSON, and what it means for the row"),
    ("results/", "results CSV: journal and contacts joined"),
    ("journal/reader.py", "results CSV: journal and contacts joined"),
    ("journal/", "journal, in the loop: rows handed in, waiters woken"),
    ("aiolimiter/", "pace: a slot"),
    ("sending/pac", "pace: a slot"),
    ("sending/", "pipeline: workers, guards, halt"),
    ("contacts/", "contacts file: read, composed, as messages"),
    ("commands/", "counting and showing"),
    ("cli/", "counting and showing"),
    ("asyncio/runners.py", "event loop: system calls that read and wait, tasks resumed"),
)
_OTHER, THREADS = "everything else", "journal, in its thread, and the contacts file in another"


class Sampler:
    """Samples the thread it is started in, which must be the main one."""

    def __init__(self) -> None:
        self.spent_s: Counter[str] = Counter()

    def __enter__(self) -> Sampler:
        self._cpu_s, self._before_s = time.process_time(), time.thread_time()
        self._began_s = self._before_s
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        own_s = time.thread_time() - self._began_s
        self.spent_s[THREADS] = time.process_time() - self._cpu_s - own_s

    def _look(self, _number: int, frame: FrameType | None) -> None:
        now_s = time.thread_time()
        self.spent_s[_part(frame)] += now_s - self._before_s
        self._before_s = now_s


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        for fragment, part in PARTS:
            if fragment in name:
                return part
        frame = frame.f_back
    return _OTHER


def find(rows: int, in_flight: int) -> dict[str, float]:
    """Microseconds of CPU per message by part, the largest first."""
    with tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name, servers.running() as url:
        contacts = Path(name) / "contacts.csv"
        contenders.write_contacts(contacts, rows)
        work = contenders.bulksend(
            contenders.Job(url=url, contacts=contacts, rows=rows, in_flight=in_flight)
        )
        cores.pin(cores.CLIENT)
        with Sampler() as sampler:
            work()
    return {part: 1e6 * spent_s / rows for part, spent_s in sampler.spent_s.most_common()}


def told(found: dict[str, Any]) -> str:
    """As Markdown."""
    lines = ["| part | CPU µs/message |", "|---|--:|"]
    lines += [f"| {part} | {spent_us:.1f} |" for part, spent_us in found.items()]
    return "\n".join([*lines, f"| all | {sum(found.values()):.1f} |"])


INTRODUCTION = """## What a message costs

Written by `python -m tests.bench costs`.
"""
