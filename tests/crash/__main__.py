"""`python -m tests.crash`: the experiments in their long form.

    kills    --times 200   random `kill -9` over batches of 5,000 rows, each gone on with
    points                 death or a failing disk at the k-th system call of a kind (strace)
    beginnings             death between any two calls of beginning a batch (a C compiler)
    power    --rows 300    the power cut at each request, only what was synced is left (strace)
    bugs                   every planted bug must be caught by a test
    rivals                 a naive script and Telnyx's SDK on the same faults, as a table
    huge     --rows 10000000   how soon a huge batch goes on
    starts   --times 100   two runs at once: one sends, the other says who
    stops    --times 100   Ctrl-C at random moments, once and twice
    changes  --times 100   one byte changed somewhere is noticed before anything is sent
    receipts --rows 25000  a listener killed ten times under four events for each row
    all                    all of them

Each prints what it found and ends with 0, or stops with the first thing that is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash import (
    beginnings,
    bugs,
    changes,
    huge,
    kills,
    points,
    power,
    receipts,
    rivals,
    starts,
    stops,
)

Experiment = Callable[[Path, argparse.Namespace], list[str]]


def _kills(folder: Path, asked: argparse.Namespace) -> list[str]:
    rows = asked.rows or 5000
    return kills.kills(folder, times=asked.times or 200, rows=rows, seed=asked.seed).lines()


def _points(folder: Path, _asked: argparse.Namespace) -> list[str]:
    if why := points.missing():
        return [f"not run: {why}"]
    return points.points(folder, points.every_point()).lines()


def _beginnings(folder: Path, _asked: argparse.Namespace) -> list[str]:
    if why := beginnings.missing():
        return [f"not run: {why}"]
    return beginnings.beginnings(folder).lines()


def _power(folder: Path, asked: argparse.Namespace) -> list[str]:
    if why := points.missing():
        return [f"not run: {why}"]
    rows = asked.rows or 300
    for name in ("own", "tree", "control"):
        (folder / name).mkdir()
    own = power.power(folder / "own", rows=rows, subsets=20)
    tree = bugs.planted(folder / "tree", power.NORMAL)
    control = power.power(folder / "control", rows=rows, subsets=0, tree=tree)
    assert own.forgotten == 0
    assert control.forgotten > 0, "the control did not fail"
    return own.lines("synchronous=FULL") + control.lines("synchronous=NORMAL (the control)")


def _bugs(folder: Path, _asked: argparse.Namespace) -> list[str]:
    found = bugs.bugs(folder)
    return [f"{len(found)} of {len(bugs.BUGS)} planted bugs caught"]


def _rivals(folder: Path, _asked: argparse.Namespace) -> list[str]:
    return rivals.rivals(folder)


def _huge(folder: Path, asked: argparse.Namespace) -> list[str]:
    return huge.huge(folder, rows=asked.rows or 10_000_000).lines()


def _starts(folder: Path, asked: argparse.Namespace) -> list[str]:
    return starts.starts(folder, times=asked.times or 100, seed=asked.seed).lines()


def _stops(folder: Path, asked: argparse.Namespace) -> list[str]:
    times = asked.times or 100
    once = stops.stops(folder / "once", times=times, seed=asked.seed, twice=False)
    twice = stops.stops(folder / "twice", times=times // 2, seed=asked.seed, twice=True)
    return once.lines("Ctrl-C") + twice.lines("Ctrl-C twice")


def _changes(folder: Path, asked: argparse.Namespace) -> list[str]:
    return changes.changes(folder, times=asked.times or 100, seed=asked.seed).lines()


def _receipts(folder: Path, asked: argparse.Namespace) -> list[str]:
    events, times = 4 * (asked.rows or 25_000), asked.times or 10
    return receipts.receipts(folder, events=events, kills=times, seed=asked.seed).lines()


EXPERIMENTS: dict[str, Experiment] = {
    "kills": _kills,
    "points": _points,
    "beginnings": _beginnings,
    "power": _power,
    "bugs": _bugs,
    "rivals": _rivals,
    "huge": _huge,
    "starts": _starts,
    "stops": _stops,
    "changes": _changes,
    "receipts": _receipts,
}


def main() -> None:
    """One experiment, or all of them one after the other."""
    parser = argparse.ArgumentParser(
        "python -m tests.crash",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("experiment", choices=[*EXPERIMENTS, "all"])
    parser.add_argument("--times", type=int)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    names = list(EXPERIMENTS) if asked.experiment == "all" else [asked.experiment]
    for name in names:
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"bulksend-{name}-") as folder:
            lines = EXPERIMENTS[name](Path(folder), asked)
        print(f"\n{name}: {time.monotonic() - began_s:.0f} s", *lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
