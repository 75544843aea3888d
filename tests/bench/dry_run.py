"""How fast `bulksend run --dry-run` reads, prices and explains a contacts file, and in what memory.

python -m tests.bench.dry_run            # 1,000,000 rows, five times, beside a Python loop
python -m tests.bench.dry_run 10000000 1 # rows, times
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from bulksend.sms import encoding
from bulksend.sms import template as templates
from bulksend.sms.phone import parse as phone
from tests.bench import contacts_file

_LOOP_ROWS = 20_000
_RATES = Path(__file__).parent.parent.parent / "samples" / "rates.csv"


def main(rows: int, times: int) -> None:
    """One line a run."""
    with tempfile.TemporaryDirectory() as folder:
        path = contacts_file.write(Path(folder) / "contacts.csv", rows)
        one = contacts_file.write(Path(folder) / "one.csv", 1)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
        start_s = min(_dry_run(one)[0] for _ in range(3))
        speeds = []
        for _ in range(times):
            seconds, cpu_s, peak_mb = _dry_run(path)
            speeds.append(rows / (seconds - start_s))
            print(
                f"{seconds:6.2f} s, {rows / seconds:9,.0f} rows/s as a process "
                f"(start {start_s:.2f} s), {speeds[-1]:9,.0f} rows/s without its start, "
                f"{cpu_s:.2f} s of CPU, peak {peak_mb:.0f} MB"
            )
        loop = _python_loop(path)
        best = max(speeds)
        print(f"a loop over rows in Python: {loop:,.0f} rows/s; bulksend is {best / loop:.0f}x")


def _dry_run(path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and peak resident MB of the command as a person types it."""
    words = [
        *(sys.executable, "-m", "bulksend", "run", str(path), "--dry-run", "--json"),
        *("--default-region", "GB", "--rates", str(_RATES), "--text", contacts_file.template()),
    ]
    began_s = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), process.returncode
    seconds = time.perf_counter() - began_s
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


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
    given = [int(it) for it in sys.argv[1:]]
    main(*[*given, *(1_000_000, 5)[len(given) :]])
