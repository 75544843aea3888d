"""Thousands of broken files through the dry run: `python -m tests.fuzz --count 20000`.

Every file is made from its number, so a run goes on with `--first`, and a file that showed a
defect is there again with `--first N --count 1 --keep FOLDER`.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bulksend.contacts.reading import source
from tests.fuzz import files, program, truth

#: A hang inside of a library cannot be interrupted, only shown.
_HANG_S = 60.0


@dataclass(slots=True)
class Progress:
    """What the files came to."""

    exits: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)
    #: Seconds, and the file that took them.
    slowest: tuple[float, int] = (0.0, 0)


def try_file(seed: int, folder: Path, progress: Progress) -> None:
    """One file: made, dry-run, and what was said about it held against the truth."""
    file = files.make(seed)
    path, verdicts = folder / file.name, folder / "verdicts.csv"
    path.write_bytes(file.data)
    verdicts.unlink(missing_ok=True)
    region = ("--default-region", "GB") if seed % 3 == 0 else ()
    # Without --text a file whose column of texts was hit is no fault of the file's (exit 2).
    own_texts = "text" in file.table[0] and not file.damages
    text = () if own_texts else ("--text", "Hi {name}" if "name" in file.table[0] else "Hi")
    # Small blocks put their borders everywhere.
    source.BLOCK_BYTES = 4096 if seed % 2 else 1 << 20
    faulthandler.dump_traceback_later(_HANG_S, exit=True)
    ended = program.bulksend(
        "run", path, "--dry-run", "--json", "--results", verdicts, *text, *region
    )
    faulthandler.cancel_dump_traceback_later()
    progress.exits[f"exit {ended.exit_code}"] += 1
    progress.slowest = max(progress.slowest, (ended.seconds, seed))
    for lie in truth.lies(file, ended, verdicts):
        progress.lies.append(f"file {seed} ({', '.join(file.damages) or 'whole'}): {lie}")


def main() -> int:
    """Run, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first file")
    parser.add_argument("--count", type=int, default=20_000, metavar="N", help="how many")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the files there")
    given = parser.parse_args()
    progress, began_s = Progress(), time.perf_counter()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        try_file(given.first, folder, Progress())  # so that no file pays for what is imported late
        for seed in range(given.first, given.first + given.count):
            try_file(seed, folder, progress)
            if seed % 1000 == 0:
                print(f"{seed}: {len(progress.lies)} defects", file=sys.stderr, flush=True)
    for lie in progress.lies[:50]:
        print(lie)
    exits = ", ".join(f"{count:,} {it}" for it, count in sorted(progress.exits.items()))
    took_s = time.perf_counter() - began_s
    print(
        f"{given.count:,} files from {given.first}: {exits}; {len(progress.lies)} defects; slowest "
        f"{progress.slowest[0]:.2f} s (file {progress.slowest[1]}); {took_s:.0f} s"
    )
    return 1 if progress.lies else 0


if __name__ == "__main__":
    sys.exit(main())
