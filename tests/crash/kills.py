"""`kill -9` at random moments, and on until the batch is finished."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

#: Deaths of one batch before it may finish.
KILLS_EACH = 8
#: Of the person who proves the key; no recipient's.
_OWN_PHONE = "+447400999999"


@dataclass
class Progress:
    kills: int = 0
    batches: int = 0
    #: Rows in doubt after each kill.
    doubts: list[int] = field(default_factory=list)
    #: Rows by status at the end of all batches.
    ends: Counter[str] = field(default_factory=Counter)
    #: Rows that were still unknown after `reconcile`; None: there is no such command.
    unreconciled: int | None = None

    def lines(self) -> list[str]:
        doubts = sorted(self.doubts) or [0]
        said = "not tried" if self.unreconciled is None else str(self.unreconciled)
        return [
            f"{self.kills} kills over {self.batches} batches: 0 texted twice, 0 lost",
            f"rows in doubt per kill: mean {sum(doubts) / len(doubts):.1f}, most {doubts[-1]}",
            f"rows at the end: {dict(self.ends)}",
            f"still unknown after reconcile with an honoured key: {said}",
        ]


def kills(
    folder: Path, *, times: int, rows: int, seed: int, say: Callable[[str], None] = print
) -> Progress:
    """`times` kills, each batch killed a few times and then finished. Raises AssertionError."""
    progress, chance = Progress(), random.Random(seed)
    while progress.kills < times:
        wanted = min(KILLS_EACH, times - progress.kills)
        place = folder / f"batch-{progress.batches}"
        place.mkdir(parents=True)
        with cli.sandbox_process(place, "--latency", "0.02") as sandbox:
            world = worlds.World(place, sandbox, rows)
            _one_batch(world, wanted, chance, progress)
        progress.batches += 1
        doubts = progress.doubts
        say(f"{progress.kills} kills, {sum(doubts)} rows in doubt, most {max(doubts)}")
    return progress


def _one_batch(world: worlds.World, wanted: int, chance: random.Random, progress: Progress) -> None:
    unknown = 0
    for _ in range(wanted):
        if not _killed(world, chance):
            break  # the batch was quicker than its killer
        doubtful = worlds.after_a_death(world, world.sandbox.entries(), unknown)
        unknown += doubtful
        progress.doubts.append(doubtful)
        progress.kills += 1
    ended = worlds.bulksend(world, world.go_on())
    assert ended.returncode == (6 if unknown else 0), ended.stderr
    states = worlds.at_the_end(world, world.sandbox.entries())
    assert states["unknown"] == unknown
    assert states["unsent"] == 0
    progress.ends += states
    _reconcile(world, progress)


def _killed(world: worlds.World, chance: random.Random) -> bool:
    """False when the process ended before it was killed."""
    before = world.sandbox.request_count()
    process = cli.start(*world.go_on(), **world.environment())
    # One death in eight comes before the first request: while planning or making the journal.
    early = chance.random() < 0.125
    more = 0 if early else chance.randrange(1, max(2, world.rows // 8))
    while process.poll() is None and world.sandbox.request_count() < before + more:
        time.sleep(0.005)
    time.sleep(chance.uniform(0.0, 0.8 if early else 0.05))
    process.kill()
    process.communicate()
    return process.returncode < 0


def _reconcile(world: worlds.World, progress: Progress) -> None:
    """With an honoured key, and that proven, no doubt is left."""
    if not worlds.has_reconcile():
        return
    options = world.sandbox.run_options()
    probe = ["doctor", "--probe-key", "--to", _OWN_PHONE, *options]
    proven = worlds.bulksend(world, probe)
    assert proven.returncode == 0, proven.stderr
    ended = worlds.bulksend(world, ["reconcile", str(world.contacts), "--yes"])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    states = worlds.at_the_end(world, world.sandbox.entries())
    progress.unreconciled = (progress.unreconciled or 0) + states["unknown"]
