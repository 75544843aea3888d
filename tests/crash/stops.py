"""Ctrl-C at random moments, once and twice; and the command that the tool then names."""

from __future__ import annotations

import random
import shlex
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

ROWS, IN_FLIGHT = 150, 16
#: From the second Ctrl-C to the end of the process.
LEAVE_S = 1.0
#: What a busy machine may add to it.
_SLACK_S = 0.5


@dataclass
class Progress:
    stops: int = 0
    unknown: int = 0
    most_unknown: int = 0
    slowest_s: float = 0.0
    exits: Counter[int] = field(default_factory=Counter)

    def lines(self, name: str) -> list[str]:
        return [
            f"{name} {self.stops} times: exit codes {dict(self.exits)}; unknown {self.unknown} in"
            f" all, at most {self.most_unknown} at once; slowest end {self.slowest_s:.2f} s;"
            " every command that goes on went on"
        ]


def stops(
    folder: Path, *, times: int, seed: int, twice: bool, say: Callable[[str], None] = print
) -> Progress:
    """Raises AssertionError when a row is in doubt that need not be, or something does not fit."""
    folder.mkdir(exist_ok=True)
    progress, chance = Progress(), random.Random(seed)
    latency_s = 0.6 if twice else 0.05
    with cli.running_sandbox(folder, latency_s=latency_s) as sandbox:
        for number in range(times):
            world = worlds.World(
                folder / f"stop-{number}",
                sandbox,
                ROWS,
                number * ROWS,
                in_flight=IN_FLIGHT,
                rate="300/s",
            )
            _stop(world, chance, twice, progress)
            if progress.stops % 20 == 0:
                say(f"{progress.stops} stops")
    return progress


def _stop(world: worlds.World, chance: random.Random, twice: bool, progress: Progress) -> None:
    before = world.sandbox.request_count()
    started_s = time.monotonic()
    process = cli.start(*world.run(), **world.environment())
    cli.wait_for(lambda: world.sandbox.request_count() > before or process.poll() is not None)
    ready_s = time.monotonic() - started_s
    time.sleep(chance.uniform(0.0, 0.7))
    process.send_signal(signal.SIGINT)
    if twice:
        time.sleep(chance.uniform(0.02, 0.2))
        process.send_signal(signal.SIGINT)
    began_s = time.monotonic()
    out, err = process.communicate(timeout=120)
    took_s = time.monotonic() - began_s
    progress.stops += 1
    progress.exits[process.returncode] += 1
    progress.slowest_s = max(progress.slowest_s, took_s)
    assert process.returncode in (0, 130), f"exit {process.returncode}: {out}{err}"
    assert "Traceback" not in err, err
    # A machine that is slow to leave was as slow to start.
    longest_s = LEAVE_S + _SLACK_S + 2.0 * ready_s
    assert not twice or took_s <= longest_s, f"it took {took_s:.2f} s to leave"
    unknown = _unknown(world)
    assert unknown <= (IN_FLIGHT if twice else 0), f"{unknown} rows unknown"
    progress.unknown += unknown
    progress.most_unknown = max(progress.most_unknown, unknown)
    if process.returncode == 130 and not _all_done(world):
        _go_on(world, out + err, unknown)
    phones = set(world.phones().values())
    entries = [it for it in world.sandbox.entries() if it["to"] in phones]
    states = worlds.at_the_end(world, entries)
    whole = {"accepted": ROWS - unknown} | ({"unknown": unknown} if unknown else {})
    assert states == whole, f"{dict(states)} after exit {process.returncode}: {out}{err}"


def _unknown(world: worlds.World) -> int:
    rows = worlds.journal_rows(world.journal).values()
    return sum(it["status"] in (worlds.CLAIMED, worlds.UNKNOWN) for it in rows)


def _all_done(world: worlds.World) -> bool:
    """Ctrl-C came when everything was done: there is nothing to go on with."""
    rows = worlds.journal_rows(world.journal).values()
    settled = sum(it["status"] == worlds.ACCEPTED for it in rows) == ROWS
    return settled and (world.folder / "c.results.csv").exists()


def _go_on(world: worlds.World, said: str, unknown: int) -> None:
    """The command as it was printed, letter by letter."""
    lines = [it for it in said.splitlines() if "bulksend " in it and str(world.contacts) in it]
    assert lines or "the command status shows" in said, f"it does not say how to go on: {said}"
    lines.sort(key=lambda it: it.startswith("next: "))  # a note may name another command beside it
    line = lines[-1] if lines else shlex.join(["bulksend", "resume", str(world.contacts)])
    words = shlex.split(line[line.index("bulksend ") :].split("`")[0])[1:]
    ended = worlds.bulksend(
        world, [*words, *(["--rate", "2000/s", "--yes"] if "resume" in words else [])]
    )
    assert ended.returncode == (6 if unknown else 0), ended.stderr
