"""What the memory of this computer costs: a row that is noted, a dry run, a run, going on.

python -m tests.bench.remembered                   # 1,000,000 rows, three rounds, runs of 200,000
python -m tests.bench.remembered 100000 5 20000    # rows, rounds, rows of the runs

CPU (user and system), the least of the rounds, in which the cases take turns; peak resident memory.
A run without a memory has a file where its state folder should be.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from bulksend.batch.memory import keys, memory_file, memory_tables
from bulksend.sms.phone import columns
from tests.bench import contacts_file, contenders, servers

#: Rows that a run notes at a time.
_BLOCK_ROWS = 1000
#: The folder of a memory, and further words of the command.
_DRY_RUNS = {
    "without it": ("none", "--again-after", "0"),
    "with an empty one": ("none",),
    "with one of as many others": ("others",),
    "with one of the same people, other texts": ("people",),
    "with one of the same people and texts": ("texts",),
}
_PROFILE = "00000000-0000-4000-8000-000000000001"
_SENDER = "S"
#: A small process between: the peak of a child is never below the size of who started it.
_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(
    sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
_pid, status, used = os.wait4(process.pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
process.returncode = os.waitstatus_to_exitcode(status)
sys.exit(process.returncode)
"""


def main(rows: int, rounds: int, run_rows: int) -> None:
    """The figures, a line each."""
    with tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name:
        _dry_runs(Path(name), rows, rounds)
    with tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name:
        _runs(Path(name), run_rows, rounds)


class _Least:
    """The least that each case took, beside the first."""

    def __init__(self) -> None:
        self._cases: dict[str, tuple[float, float]] = {}

    def add(self, case: str, used: tuple[float, float]) -> None:
        """One round."""
        self._cases[case] = min(used, self._cases.get(case, used))

    def show(self) -> None:
        """Seconds of CPU, the ratio to the first, peak resident MB."""
        first_s, _ = next(iter(self._cases.values()))
        for case, (cpu_s, peak_mb) in self._cases.items():
            print(f"{case:62} {cpu_s:7.2f} s {cpu_s / first_s:5.2f} {peak_mb:5.0f} MB", flush=True)


def _dry_runs(folder: Path, rows: int, rounds: int) -> None:
    contacts = contacts_file.write(folder / "contacts.csv", rows)
    cells = pl.read_csv(contacts, infer_schema=False)
    to_e164 = columns.parse_column(cells["phone"].fill_null(""), "GB")["to_e164"]
    template = contacts_file.template().format(name="{}", city="{}", time="{}")
    texts = pl.select(
        pl.format(template, *(pl.lit(cells[each]) for each in ("name", "city", "time")))
    )
    people = (
        pl.DataFrame({"phone": to_e164, "text": texts.to_series()}).drop_nulls().unique("phone")
    )
    others = people.with_columns(phone="+4478" + pl.col("phone").str.tail(8))
    others_text = people.with_columns(text="to " + pl.col("phone"))
    memories = {"none": people.clear(), "others": others, "people": others_text, "texts": people}
    for kind, remembered in memories.items():
        noted_us = _remember(folder / kind, remembered)
    print(f"to note a row that is sent: {noted_us:.1f} us of CPU", flush=True)
    least = _Least()
    for _, (case, (kind, *words)) in itertools.product(range(rounds), _DRY_RUNS.items()):
        state = shutil.copytree(folder / kind, folder / "used", dirs_exist_ok=True)
        used = _command(
            state, "run", contacts, "--dry-run", *_message(contacts_file.template()), *words
        )
        least.add(f"dry run of {rows:,} rows {case}", used)
        shutil.rmtree(state)
    least.show()


def _runs(folder: Path, rows: int, rounds: int) -> None:
    """Whole runs without and with a memory; then what it takes to go on, beside a dry run."""
    runs, going_on = _Least(), _Least()
    for _ in range(rounds):
        for case in ("without", "with"):
            contacts = _fresh(folder / case, rows)
            (folder / "no-folder").write_text("")
            state, again = folder / "no-folder", ("--again-after", "0")
            if case == "with":
                state, again = folder / case / "state", ()
            runs.add(f"run of {rows:,} rows {case} a memory", _run(state, contacts, rows, again))
    message = _message(contenders.TEXT)
    for _ in range(rounds):
        dry = _command(state, "run", contacts, "--dry-run", *message, "--again-after", "0")
        going_on.add(f"dry run of {rows:,} rows", dry)
        same = _command(state, "resume", contacts, "--quiet", "--no-preflight")
        going_on.add("resume to the question, nothing changed", same)
        _change_last_name(contacts)
        changed = _command(state, "resume", contacts, "--quiet", "--no-preflight")
        going_on.add("resume to the question, one row changed", changed)
    runs.show()
    going_on.show()


def _fresh(folder: Path, rows: int) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    contenders.write_contacts(folder / "contacts.csv", rows)
    return folder / "contacts.csv"


def _run(state: Path, contacts: Path, rows: int, words: Sequence[str]) -> tuple[float, float]:
    with servers.running() as url:
        return _command(
            state,
            *("run", contacts, *_message(contenders.TEXT), "--base-url", url, "--yes"),
            *("--no-preflight", "--rate", "100000/s", "--max-in-flight", "50", "--quiet", *words),
            *("--limit", str(rows - 1)),  # so that there is something to go on with
        )


def _change_last_name(contacts: Path) -> None:
    head, comma, tail = contacts.read_text().rpartition(",")
    contacts.write_text(f"{head}x{comma}{tail}")


def _message(text: str) -> tuple[str, ...]:
    sender = ("--from", _SENDER, "--profile-id", _PROFILE)
    return (*sender, "--default-region", "GB", "--text", text)


def _remember(folder: Path, people: pl.DataFrame) -> float:
    """A memory of a batch that these had; microseconds of CPU a row."""
    state = folder / "bulksend"
    state.mkdir(parents=True, mode=0o700)
    secret = keys.make(state)
    memory_tables.create(state / memory_tables.NAME, secret)
    store = memory_file.connect(state / memory_tables.NAME, secret)
    now_s = int(time.time())
    number = store.begin(
        memory_file.Batch(0, "b", "other.csv", _SENDER, "/none.journal", now_s, True)
    )
    began_s = time.process_time()
    for block in _wanted(people, secret):
        store.reserve(number, block, memory_file.Since(same_s=0), now_s)
    used_s = time.process_time() - began_s
    store.end(number)
    store.checkpoint()
    store.close()
    return used_s / max(people.height, 1) * 1e6


def _wanted(people: pl.DataFrame, secret: keys.Keys) -> Iterator[list[memory_file.Wanted]]:
    of_phones, rows = secret.phones(), itertools.count(2)
    for block in people.iter_slices(_BLOCK_ROWS):
        texts = secret.texts(_SENDER, block["text"].to_list())
        phones = of_phones.many(block["phone"].to_list())
        yield list(map(memory_file.Wanted, rows, phones, texts))


def _command(state: Path, *words: str | Path) -> tuple[float, float]:
    """Seconds of CPU and peak resident MB of a command as a person types it."""
    environment = os.environ | {"XDG_STATE_HOME": str(state), "TELNYX_API_KEY": "KEY"}
    launched = [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "bulksend"]
    launched += map(str, words)
    ended = subprocess.run(launched, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode in (0, 2, 3), f"{words}: exit {ended.returncode}"
    cpu_s, peak_mb = map(float, ended.stdout.split())
    return cpu_s, peak_mb


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    main(*[*sizes, *(1_000_000, 3, 200_000)[len(sizes) :]])
