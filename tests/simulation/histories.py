"""Histories of a person with a spreadsheet, and what must be true after each.

`python -m tests.simulation.histories --count 10000 [--seed S]`: one seed makes one history; the
real commands, pipeline, journal, memory and receipts live through it on a virtual clock, and the
gateway keeps the books. A seed that fails is told, with what was typed; `--seed S --count 1` plays
it again. `--bugs` plants one bug after the other instead, and says which test catches it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash import bugs
from tests.simulation import checks, events, planted_in_histories
from tests.simulation.actions import ACTIONS, come_to_rest
from tests.simulation.machine.computer import Computer
from tests.simulation.person import Person


def live(seed: int, folder: Path) -> Person:
    """One history. Raises AssertionError, with what was typed, where a promise is broken."""
    chance = random.Random(seed)
    computer = Computer(folder, seed)
    person = Person(computer, chance)
    try:
        with computer.running():
            name = person.begin(chance.randint(2, 10))
            if chance.random() < 0.35:
                person.caps[name] = chance.choice(("0.10", "0.20", "0.30"))
            events.disturb(person)
            person.run(name)
            checks.at_any_moment(person)
            for _ in range(chance.choice((1, 1, 2, 2, 3, 5))):
                computer.clock.sleep(chance.choice((5.0, 600.0, 30_000.0)))
                events.disturb(person)
                chance.choice(ACTIONS)(person, chance.choice(sorted(person.files)))
                checks.at_any_moment(person)
            come_to_rest(person)
    except Exception as failure:
        typed = "\n".join(computer.typed)
        raise AssertionError(f"seed {seed}: {failure!r}\n{typed}") from failure
    finally:
        computer.clear()
    return person


@contextmanager
def a_quick_folder() -> Iterator[Path]:
    """In memory where the system has such a place."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - quick and private
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def violations(seeds: range) -> Iterator[AssertionError]:
    """What is broken in the histories of these seeds."""
    with a_quick_folder() as folder:
        for seed in seeds:
            try:
                live(seed, folder / str(seed))
            except AssertionError as failure:
                yield failure


def main() -> int:
    """Print how many held; each that does not is shown whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bugs", action="store_true", help="plant bugs, and catch them")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.count)
    if asked.bugs:
        with a_quick_folder() as folder:
            bugs.bugs(folder, planted_in_histories.BUGS)
        return 0
    began_s, began_cpu_s, broken = time.monotonic(), time.process_time(), 0
    for failure in violations(seeds):
        broken += 1
        print(failure, file=sys.stderr, flush=True)
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    print(
        f"{asked.count:,} histories from {asked.seed}: {broken} violations,"
        f" {took_s:.0f} s, {cpu_s:.0f} s of CPU"
    )
    return 1 if broken else 0


def _same_every_time() -> None:
    """Sets of words are walked in an order that each process draws, unless it is told."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        fixed = {"PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1"}
        command = [sys.executable, "-m", "tests.simulation.histories", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | fixed)  # noqa: S606


if __name__ == "__main__":
    _same_every_time()
    sys.exit(main())
