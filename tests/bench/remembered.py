"""What the memory of this computer costs a dry run, and what it costs to note a row that is sent.

python -m tests.bench.remembered            # 1,000,000 rows, three rounds
python -m tests.bench.remembered 100000 5   # rows, rounds
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bulksend.batch.memory import keys, memory_file, memory_tables
from bulksend.sms.phone import columns
from tests.bench import contacts_file

#: Rows that a run notes at a time.
_BLOCK_ROWS = 1000
#: The folder of a memory, and further words of the command.
_CASES = {
    "without it": ("none", "--again-after", "0"),
    "with an empty one": ("none",),
    "with one of as many others": ("others",),
    "with one of the same people": ("same",),
}


def main(rows: int, rounds: int) -> None:
    """Rounds in turn; the least of each, beside the least without a memory."""
    with tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name:
        folder = Path(name)
        contacts = contacts_file.write(folder / "contacts.csv", rows)
        cells = pl.read_csv(contacts, infer_schema=False)["phone"].fill_null("")
        phones = columns.parse_column(cells, "GB")["to_e164"].drop_nulls().unique()
        others = "+4478" + phones.str.tail(8)
        for kind, remembered in (("none", ()), ("others", others), ("same", phones)):
            noted_us = _remember(folder / kind, list(remembered))
            if remembered is others:
                print(f"to note a row that is sent: {noted_us:.1f} us of CPU")
        least: dict[str, tuple[float, float]] = {}
        for _, (case, (kind, *words)) in itertools.product(range(rounds), _CASES.items()):
            used = _dry_run(contacts, folder / kind, words)
            least[case] = min(used, least.get(case, used))
    for case, (cpu_s, peak_mb) in least.items():
        ratio = cpu_s / least["without it"][0]
        print(f"dry run of {rows:,} rows {case:28} {cpu_s:6.2f} s {ratio:5.2f} {peak_mb:5.0f} MB")


def _remember(folder: Path, phones: list[str]) -> float:
    """A memory of a batch that these had; microseconds of CPU a row."""
    state = folder / "bulksend"
    state.mkdir(parents=True, mode=0o700)
    secret = keys.make(state)
    memory_tables.create(state / memory_tables.NAME, secret)
    store = memory_file.connect(state / memory_tables.NAME, secret)
    now_s = int(time.time())
    number = store.begin(memory_file.Batch(0, "b", "other.csv", "S", "/none.journal", now_s, True))
    began_s = time.process_time()
    for block in _wanted(phones, secret):
        store.reserve(number, block, memory_file.Since(same_s=0), now_s)
    used_s = time.process_time() - began_s
    store.end(number)
    store.checkpoint()
    store.close()
    return used_s / max(len(phones), 1) * 1e6


def _wanted(phones: list[str], secret: keys.Keys) -> Iterator[list[memory_file.Wanted]]:
    of_phones, rows = secret.phones(), itertools.count(2)
    for at in range(0, len(phones), _BLOCK_ROWS):
        block = phones[at : at + _BLOCK_ROWS]
        texts = secret.texts("S", [f"to {phone}" for phone in block])
        yield list(map(memory_file.Wanted, rows, of_phones.many(block), texts))


def _dry_run(contacts: Path, folder: Path, words: list[str]) -> tuple[float, float]:
    """Seconds of CPU and peak resident MB of the command as a person types it."""
    command = [
        *(sys.executable, "-m", "bulksend", "run", str(contacts), "--dry-run", "--from", "S"),
        *("--default-region", "GB", "--text", contacts_file.template(), *words),
    ]
    state = shutil.copytree(folder, folder.with_suffix(".used"), dirs_exist_ok=True)
    environment = os.environ | {"XDG_STATE_HOME": str(state)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), process.returncode
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    main(*[*sizes, *(1_000_000, 3)[len(sizes) :]])
