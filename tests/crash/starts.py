"""Two runs of one batch at once: one sends, the other says who does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

ROWS = 60


@dataclass
class Progress:
    pairs: int = 0
    #: Pairs in which the second came so late that the first had finished.
    too_late: int = 0
    named: int = 0
    slowest_s: float = 0.0

    def lines(self) -> list[str]:
        return [
            f"{self.pairs} pairs: one sent, 0 texted twice; the other named who in {self.named},"
            f" in {self.too_late} there was nothing left to do",
            f"the slower to give up took {self.slowest_s:.1f} s, Python's start included",
        ]


def starts(folder: Path, *, times: int, seed: int, say: Callable[[str], None] = print) -> Progress:
    """`times` pairs; every other one meets a batch that has begun. Raises AssertionError."""
    progress, chance = Progress(), random.Random(seed)
    with cli.running_sandbox(folder, latency_s=0.02) as sandbox:
        for number in range(times):
            world = worlds.World(
                folder / f"pair-{number}", sandbox, ROWS, number * ROWS, rate="80/s"
            )
            if number % 2:
                worlds.bulksend(world, [*world.run(), "--limit", "5"])
            _pair(world, chance, progress)
            if progress.pairs % 20 == 0:
                say(f"{progress.pairs} pairs")
    return progress


def _pair(world: worlds.World, chance: random.Random, progress: Progress) -> None:
    words = world.go_on()
    first = cli.start(*words, **world.environment())
    time.sleep(chance.choice([0.0, chance.uniform(0.0, 0.5)]))
    began_s = time.monotonic()
    second = cli.start(*words, **world.environment())
    ended = {it: it.communicate(timeout=120) for it in (second, first)}
    took_s = time.monotonic() - began_s
    codes = sorted(it.returncode for it in ended)
    assert codes in ([0, 8], [0, 0]), f"exit codes {codes}: {ended.values()}"
    progress.pairs += 1
    progress.too_late += codes == [0, 0]
    for process, (_, err) in ended.items():
        if process.returncode == 8:
            other = first if process is second else second
            unfinished = "is not finished" in err  # it looked when nobody had the lock
            assert unfinished or f"pid {other.pid} " in err, err
            progress.named += not unfinished
            progress.slowest_s = max(progress.slowest_s, took_s if process is second else 0.0)
    phones = set(world.phones().values())
    entries = [it for it in world.sandbox.entries() if it["to"] in phones]
    states = worlds.at_the_end(world, entries)
    assert states["accepted"] == ROWS
