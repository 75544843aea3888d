"""Cores, clocks and memory of the machine that measures."""

from __future__ import annotations

import os
import time
from pathlib import Path

SERVER, CLIENT = 0, 1
_SPIN_ROUNDS = 300_000


def pin(core: int) -> None:
    """Keep this process on one core, where there are two and the system lets us."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


def spin_ms() -> float:
    """How long the same pure loop takes now: what strangers on this machine take away shows."""
    began_s = time.perf_counter()
    total = 0
    for number in range(_SPIN_ROUNDS):
        total += number
    return 1000 * (time.perf_counter() - began_s)


def resident_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process now, and the most it ever had."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    now, most = (int(fields[it].split()[0]) / 1024 for it in ("VmRSS", "VmHWM"))
    return now, most
