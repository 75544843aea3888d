"""One batch in one folder, the processes that work on it, and what must be true afterwards."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance import cli

TEXT = "Hi {name}"
#: Statuses as the journal's table has them.
CLAIMED, ACCEPTED, REFUSED, UNKNOWN, UNSENT = 1, 2, 3, 4, 5
NAMES = {
    CLAIMED: "unknown",
    ACCEPTED: "accepted",
    REFUSED: "refused",
    UNKNOWN: "unknown",
    UNSENT: "unsent",
}


@dataclass
class World:
    """A contacts file whose phones no other batch of the same sandbox has."""

    folder: Path
    sandbox: cli.RunningSandbox
    rows: int
    first: int = 0
    in_flight: int = 32
    rate: str = "600/s"
    contacts: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.contacts = self.folder / "c.csv"
        cli.write_contacts(self.contacts, self.rows, first=self.first)

    @property
    def journal(self) -> Path:
        return self.folder / "c.journal"

    def run(self) -> list[str]:
        pace = ["--rate", self.rate, "--max-in-flight", str(self.in_flight)]
        return [
            *("run", str(self.contacts), *self.sandbox.run_options()),
            *("--text", TEXT, "--no-progress", *pace),
        ]

    def resume(self, *more: str) -> list[str]:
        pace = ["--rate", self.rate, "--max-in-flight", str(self.in_flight)]
        return ["resume", str(self.contacts), "--yes", "--no-progress", *pace, *more]

    def go_on(self) -> list[str]:
        """What a person types next: `resume` where a batch has begun, `run` where none has."""
        return self.resume() if self.journal.exists() else self.run()

    def environment(self) -> dict[str, str]:
        """What is remembered of earlier batches stays in this folder."""
        return {"XDG_STATE_HOME": str(self.folder / "state")}

    def phones(self) -> dict[int, str]:
        return {at + 2: f"+447911{self.first + at:06d}" for at in range(self.rows)}


def ledger_counts(entries: Sequence[dict[str, Any]]) -> Counter[str]:
    """How often each phone was texted."""
    return Counter(it["to"] for it in entries if it["accepted"])


def journal_rows(path: Path) -> dict[int, sqlite3.Row]:
    """Every claimed row, out of a copy: the original is left as the dead process left it.

    The copy is checked for damage as SQLite checks it.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "j"
        for suffix in ("", "-wal", "-journal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copy(source, copy.with_name(copy.name + suffix))
        connection = sqlite3.connect(copy)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.row_factory = sqlite3.Row
            return {it["row"]: it for it in connection.execute("SELECT * FROM send")}
        finally:
            connection.close()


def after_a_death(world: World, entries: Sequence[dict[str, Any]], before: int) -> int:
    """Checks the journal that a dead process left; the number of rows in doubt by this death.

    `before` rows were unknown already.
    """
    texted, phones = ledger_counts(entries), world.phones()
    rows = journal_rows(world.journal) if world.journal.exists() else {}
    for row, phone in phones.items():
        known = rows.get(row)
        assert texted[phone] <= 1, f"{phone} was texted twice"
        if texted[phone]:
            assert known is not None, f"row {row} was texted and the journal does not know it"
            assert known["status"] in (CLAIMED, ACCEPTED, UNKNOWN), f"row {row} is not in doubt"
        if known is not None and known["status"] == ACCEPTED:
            assert texted[phone] == 1, f"row {row} is called accepted and was not"
    doubtful = sum(it["status"] in (CLAIMED, UNKNOWN) for it in rows.values()) - before
    assert doubtful <= world.in_flight, f"{doubtful} rows in doubt, {world.in_flight} in flight"
    return doubtful


def at_the_end(world: World, entries: Sequence[dict[str, Any]]) -> Counter[str]:
    """Checks results, journal and ledger against each other; rows by status."""
    texted, phones = ledger_counts(entries), world.phones()
    ids = {it["message_id"] for it in entries if it["accepted"]}
    rows = journal_rows(world.journal)
    results = cli.read_results(world.folder / "c.results.csv")
    assert [int(it["row"]) for it in results] == list(phones)
    for line in results:
        row, phone = int(line["row"]), phones[int(line["row"])]
        known = rows.get(row)
        assert line["phone"] == line["to_e164"] == phone
        assert line["status"] == (NAMES[known["status"]] if known is not None else "unsent")
        assert texted[phone] <= 1, f"{phone} was texted twice"
        if line["status"] == "accepted":
            assert texted[phone] == 1
            assert line["message_id"] in ids
        elif line["status"] == "unknown":
            assert line["error_code"]
            assert line["error"]
            assert line["claimed_at"]
        else:
            assert texted[phone] == 0, f"row {row} was texted and is called {line['status']}"
    return Counter(it["status"] for it in results)


def bulksend(world: World, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return cli.bulksend(*words, **world.environment())


def has_reconcile() -> bool:
    """Whether this version has the command that settles unknown rows by evidence."""
    from bulksend.cli import main as _main  # noqa: F401 - registers the commands
    from bulksend.cli.group import cli as program

    return "reconcile" in program.commands
