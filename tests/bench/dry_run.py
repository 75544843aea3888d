"""How fast `bulksend run --dry-run` reads, prices and explains a contacts file, and in what memory:
beside a bare polars read of the same file as text, and a loop over rows in Python.

python -m tests.bench.dry_run                  # 1,000,000 rows, five times
python -m tests.bench.dry_run 10000000 1       # rows, times
python -m tests.bench.dry_run 1000000 5 clean  # phones in E.164, names in ASCII
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from bulksend.sms import encoding
from bulksend.sms import template as templates
from bulksend.sms.phone import parse as phone
from tests.bench import contacts_file

_LOOP_ROWS = 20_000
_RATES = Path(__file__).parent.parent.parent / "samples" / "rates.csv"


_SCAN = (
    "import sys, polars as pl; print(pl.scan_csv(sys.argv[1], infer_schema=False)"
    ".select(pl.all().str.len_bytes().sum()).collect(engine='streaming'))"
)


class Used(NamedTuple):
    """What a process took, from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def main(rows: int, times: int, kind: str) -> None:
    """The least of each of some rounds in turn, their ratios, and where a row's time goes."""
    with tempfile.TemporaryDirectory() as folder:
        make = contacts_file.write_clean if kind == "clean" else contacts_file.write
        path = make(Path(folder) / "contacts.csv", rows)
        one = make(Path(folder) / "one.csv", 1)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
        pairs = [(_process("-c", _SCAN, str(path)), _dry_run(path)) for _ in range(times)]
        start_s = min(_dry_run(one).wall_s for _ in range(3))
        scan, dry_run = (_least(each) for each in zip(*pairs, strict=True))
        for name, used in (("polars reads it as text", scan), ("dry run", dry_run)):
            print(
                f"{name:24} {used.wall_s:6.2f} s, CPU {used.cpu_s:6.2f} s, "
                f"peak {used.peak_bytes / 1e6:.0f} MB ({used.peak_bytes // 1024:,} kB)"
            )
        walls, cpus = (sorted(each) for each in zip(*map(_ratios, pairs), strict=True))
        print(f"dry run / read: wall {_spread(walls)}, CPU {_spread(cpus)}")
        speed = rows / max(dry_run.wall_s - start_s, 0.01)
        loop = _python_loop(path)
        print(
            f"{speed:,.0f} rows/s after its start ({start_s:.2f} s), {speed / loop:.0f}x of a loop"
        )
        subprocess.run([sys.executable, "-m", "tests.bench.dry_run_stages", str(path)], check=True)


def _ratios(pair: tuple[Used, Used]) -> tuple[float, float]:
    scan, dry_run = pair
    return dry_run.wall_s / scan.wall_s, dry_run.cpu_s / scan.cpu_s


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"


def _least(runs: Sequence[Used]) -> Used:
    """The least time, and the highest peak."""
    walls, cpus, peaks = zip(*runs, strict=True)
    return Used(min(walls), min(cpus), max(peaks))


def _dry_run(path: Path) -> Used:
    """The command as a person types it."""
    return _process(
        *("-m", "bulksend", "run", str(path), "--dry-run", "--json", "--default-region", "GB"),
        *("--rates", str(_RATES), "--text", contacts_file.template()),
    )


def _process(*words: str) -> Used:
    began_s = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), process.returncode
    seconds = time.perf_counter() - began_s
    return Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def _python_loop(path: Path) -> float:
    """Rows a second of what most scripts do: read, parse, render, measure, price, row by row."""
    parsed = templates.parse_template(contacts_file.template())
    each, total, seen = Decimal("0.0420"), Decimal(0), set()
    began_s = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as file:
        for count, row in enumerate(csv.DictReader(file), 1):
            number = phone.parse_phone(row["phone"], "GB")
            if isinstance(number, phone.Phone):
                text = parsed.render(row)
                if (number.e164, text) not in seen:
                    seen.add((number.e164, text))
                    total += each * encoding.measure(text).parts
            if count == _LOOP_ROWS:
                break
    return count / (time.perf_counter() - began_s)


if __name__ == "__main__":
    kinds = [word for word in sys.argv[1:] if not word.isdecimal()]
    sizes = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    main(*[*sizes, *(1_000_000, 5)[len(sizes) :]], *(kinds or ["mixed"]))
