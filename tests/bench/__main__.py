"""`python -m tests.bench`: how fast bulksend is beside what people write instead.

python -m tests.bench                      the short form, about two minutes
python -m tests.bench --full --write-docs  seven rounds, docs/speed.md and docs/speed.svg
python -m tests.bench memory               a million rows, resident memory on the way
python -m tests.bench costs                what a message costs, part by part
python -m tests.bench transports           what it costs on either transport, in one run
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from tests.bench import cells, cores, costs, memory, plot, table, transports

DOCS = Path(__file__).parent.parent.parent / "docs"
LIBRARIES = ("aiohttp", "uvloop", "orjson", "telnyx", "httpx", "requests")


def main() -> None:
    """Measure what was asked for; the tables go to stdout, everything else to stderr."""
    given = _options()
    cores.pin(cores.CLIENT)
    if given.what == "memory":
        print(memory.watch(given.rows or 1_000_000, given.in_flight))
    elif given.what == "costs":
        print(costs.told(costs.find(given.rows or 50_000, given.in_flight)))
    elif given.what == "transports":
        print(transports.told(transports.find(given.rows or 50_000, given.in_flight)))
    else:
        _compare(given)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = ("speed", "memory", "costs", "transports")
    parser.add_argument("what", nargs="?", default=kinds[0], choices=kinds)
    parser.add_argument("--full", action="store_true", help="seven rounds of the full size")
    parser.add_argument("--rounds", type=int, help="7 in full, 2 in short")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="CELL",
        choices=[it.name for it in cells.CELLS],
        help="for example bulksend-50 bare-50",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures of every round")
    parser.add_argument("--write-docs", action="store_true", help="write the table and the plot")
    parser.add_argument("--rows", type=int, help="for memory and costs")
    parser.add_argument("--in-flight", type=int, default=50, help="for memory and costs")
    return parser.parse_args()


def _compare(given: argparse.Namespace) -> None:
    chosen = [it for it in cells.CELLS if not given.only or it.name in given.only]
    rounds = _interleaved(chosen, given.rounds or (7 if given.full else 2), full=given.full)
    if given.json:
        given.json.write_text(json.dumps({it: [*map(asdict, rounds[it])] for it in rounds}))
    told = "\n\n".join((table.results(rounds), table.promises(rounds), _circumstances(rounds)))
    print(told)
    if given.write_docs:
        _write_docs(told, rounds)


def _write_docs(told: str, rounds: table.Rounds) -> None:
    found = costs.told(costs.find(50_000, 50))
    page = f"{_INTRODUCTION}\n{told}\n\n{costs.INTRODUCTION}\n{found}\n\n{_why_they_stay()}"
    page += _DRY_RUN + _printed("tests.bench.dry_run", "1000000", "5", "clean")
    page += _REMEMBERED + _printed("tests.bench.remembered", "300000", "3", "100000")
    (DOCS / "speed.md").write_text(page)
    plot.draw(rounds, DOCS / "speed.svg")
    print(f"written: {DOCS / 'speed.md'}, {DOCS / 'speed.svg'}", file=sys.stderr)


def _printed(*module: str) -> str:
    """What a benchmark prints that has the whole machine: we keep to one core ourselves."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures, table, rest = done.stdout.partition("| stage |")
    return f"\n```text\n{figures}```\n" + (f"\n{table}{rest}" if table else "")


def _why_they_stay() -> str:
    """What our own page says of the largest costs."""
    page = (Path(__file__).parent / "README.md").read_text()
    return page[page.index("## The five largest costs") :]


def _interleaved(chosen: Iterable[cells.Cell], count: int, *, full: bool) -> table.Rounds:
    """Every cell once a round, every other round backwards."""
    rounds: dict[str, list[cells.Took]] = defaultdict(list)
    left = list(chosen)
    began_s = time.monotonic()
    for number in range(count):
        for cell in left[:: -1 if number % 2 else 1]:
            try:
                took = cells.measure(cell, full=full)
            except cells.Skipped as why:
                print(f"left out: {cell.name}: {why}", file=sys.stderr)
                left.remove(cell)
                continue
            rounds[cell.name].append(took)
            _show(number, count, cell, took, began_s)
    return rounds


def _show(number: int, count: int, cell: cells.Cell, took: cells.Took, began_s: float) -> None:
    print(
        f"{time.monotonic() - began_s:5.0f} s  round {number + 1}/{count}  {cell.name:22}"
        f"{took.per_s:9,.0f}/s  {took.cpu_us:6.0f} us  spin {took.spin_ms:.1f} ms",
        file=sys.stderr,
    )


def _circumstances(rounds: table.Rounds) -> str:
    versions = [f"Python {platform.python_version()}"]
    for library in LIBRARIES:
        try:
            versions.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            continue
    count = max(map(len, rounds.values()))
    return (
        f"Medians of {count} interleaved rounds; server and sender each on one core of the same "
        f"machine, over loopback. {table.quietness(rounds)} {', '.join(versions)}."
    )


_INTRODUCTION = """# How fast

Written by `python -m tests.bench --full --write-docs`. A small server answers on one core,
every sender runs on another. bulksend does all it ever does: reads the contacts file, claims each
row durably before it is sent, settles it durably after, and writes the results. The bare loop sends
the same bytes, ready-made, and does nothing else: no file, no record, it does not even look at the
reply.
"""

_DRY_RUN = """
## What a dry run takes

Written by `python -m tests.bench.dry_run 1000000 5 clean`: whole processes in turn, the least of
each; the stages on one thread.
"""
_REMEMBERED = """
## What the memory takes

Written by `python -m tests.bench.remembered 300000 3 100000`. A file whose very people and texts
this computer remembers is the dearest: each row is hashed under the memory's secret and looked up.
"""


if __name__ == "__main__":
    main()
