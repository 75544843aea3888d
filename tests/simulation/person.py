"""A person with a spreadsheet: edits, copies, sends, kills, resumes, does what the screen says."""

from __future__ import annotations

import csv
import io
import json
import random
import shlex
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bulksend.batch.memory import keys
from tests.acceptance import cli
from tests.makers import PROFILE
from tests.simulation.gateway import Gateway

URL = "http://127.0.0.1:9/v2"
TEXT = "Hi {name}, bring {thing}"
THINGS = ("a pen", "a card", "a form", "tea")
Row = tuple[str, str, str]


@dataclass
class Person:
    """One folder, one state folder, one gateway."""

    folder: Path
    random: random.Random
    gateway: Gateway
    #: Contacts files as the person left them.
    files: dict[str, list[Row]] = field(default_factory=dict)
    saved: dict[str, bytes] = field(default_factory=dict)
    #: How often more than once a text may come, on the person's explicit word.
    words: dict[tuple[str, str], int] = field(default_factory=dict)
    caps: dict[str, str] = field(default_factory=dict)
    #: What was typed, for the report of a failure.
    typed: list[str] = field(default_factory=list)
    #: What was taken away. A text whose journal and whose memory are both gone is known to nobody,
    #: and so is one whose secret is gone with its journal; such a person is not simulated.
    lost: set[str] = field(default_factory=set)
    _next_phone: int = 0

    @property
    def desk(self) -> Path:
        return self.folder / "desk"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    # What happens to files

    def new_file(self, name: str, count: int) -> None:
        self.files[name] = [self._recipient() for _ in range(count)]
        self.save(name)

    def _recipient(self) -> Row:
        self._next_phone += 1
        phone = f"+4474{self._next_phone:07d}{self.random.choice('1234567789')}"
        return (f"N{self._next_phone}", phone[:13], self.random.choice(THINGS))

    def save(self, name: str) -> None:
        """As one of the ways in which programs write the same table."""
        text = io.StringIO()
        way = self.random.randrange(4)
        writer = csv.writer(
            text,
            delimiter=";" if way == 1 else ",",
            quoting=csv.QUOTE_ALL if way == 2 else csv.QUOTE_MINIMAL,
            lineterminator="\r\n" if way in (1, 3) else "\n",
        )
        writer.writerows([("name", "phone", "thing"), *self.files[name]])
        content = text.getvalue().encode("utf-8-sig" if way == 3 else "utf-8")
        (self.desk / name).write_bytes(content)
        self.saved[name] = content
        self.typed.append(f"# {name} is saved, {len(self.files[name])} rows, way {way}")

    def edit(self, name: str) -> None:
        """Append, cut, sort, correct a phone, change a text."""
        rows = self.files[name]
        match self.random.randrange(6):
            case 0:
                rows.extend(self._recipient() for _ in range(self.random.randint(1, 4)))
            case 1 if len(rows) > 2:
                del rows[self.random.randrange(len(rows))]
            case 2:
                self.random.shuffle(rows)
            case 3:
                at = self.random.randrange(len(rows))
                rows[at] = (rows[at][0], rows[at][1][:-1] + "1", rows[at][2])
            case 4:
                at = self.random.randrange(len(rows))
                rows[at] = (rows[at][0], rows[at][1], self.random.choice(THINGS))
            case _:
                pass  # only saved again
        self.save(name)

    def copy(self, name: str, to: str) -> None:
        self.files[to] = list(self.files[name])
        self.save(to)

    def lose_journal(self, name: str) -> None:
        self.lost.add("journal")
        for path in self.desk.glob(f"{Path(name).stem}.*"):
            if path.name not in self.files:
                path.unlink()
        self.typed.append(f"# journal and results of {name} are deleted")

    def rename(self, name: str, to: str) -> None:
        """The file alone: journal and results keep the old name."""
        (self.desk / name).rename(self.desk / to)
        self.files[to], self.saved[to] = self.files.pop(name), self.saved.pop(name)
        self.caps.pop(name, None)
        self.typed.append(f"# {name} is called {to} now")

    def damage_memory(self) -> None:
        """All of it but its secret: the journals in the folder show what it held."""
        self.lost.add("memory")
        for path in self.state.rglob("memory.*"):
            if path.is_file() and path.name != keys.NAME:
                path.write_bytes(b"\0" * 100)
                self.typed.append(f"# {path.name} is damaged")

    # What is typed

    def type(self, name: str, *words: str) -> dict[str, Any]:
        """A command with --json; its document."""
        self.gateway.at_work = name
        line = [*words, "--json"]
        self.typed.append("bulksend " + shlex.join(line))
        ended = cli.bulksend(*line, XDG_STATE_HOME=str(self.state), TELNYX_API_KEY="KEYsim")
        assert "Traceback" not in ended.stderr, ended.stderr
        document: dict[str, Any] = json.loads(ended.stdout)
        document["exit_code"] = ended.returncode
        shown = document.get("next") or document.get("error", {}).get("message")
        self.typed.append(f"#   -> {ended.returncode} {shown}")
        return document

    def path(self, name: str) -> str:
        return str(self.desk / name)

    def run(self, name: str, *more: str) -> dict[str, Any]:
        return self.type(
            name,
            *("run", self.path(name), "--from", "MyCompany", "--profile-id", PROFILE),
            *("--text", TEXT, "--base-url", URL, "--yes", "--no-preflight", "--rate", "500/s"),
            *("--max-in-flight", "4", *more),
        )

    def resume(self, name: str, *more: str) -> dict[str, Any]:
        return self.type(name, "resume", self.path(name), "--yes", *more)

    def obey(self, name: str, document: dict[str, Any]) -> dict[str, Any]:
        """What was printed as the next step, with consent."""
        line = document.get("next") or document.get("error", {}).get("hint") or ""
        line = line[line.find("bulksend ") :] if "bulksend " in line else ""
        if not line:
            return document
        words = shlex.split(line)[1:]
        if words[0] in ("run", "resume", "reconcile"):
            words.append("--yes")
        return self.type(name, *words)

    def lines(self, name: str) -> list[tuple[str, str, str, str]]:
        """(phone, text, status, error) of each line of the results; [] where there are none."""
        path = self.desk / f"{Path(name).stem}.results.csv"
        if not path.exists():
            return []
        raw = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if raw.partition("\n")[0].count(";") > 5 else ","
        rows = csv.DictReader(io.StringIO(raw), delimiter=delimiter)
        return [
            (
                row["phone"],
                TEXT.format(name=row["name"], thing=row["thing"]),
                row["status"],
                row["error"],
            )
            for row in rows
        ]

    def allow(self, name: str, statuses: tuple[str, ...]) -> None:
        """The person's explicit word: these may come once more."""
        self.type(name, "results", self.path(name))
        for phone, text, status, _ in self.lines(name):
            if status in statuses:
                self.words[phone, text] = self.words.get((phone, text), 0) + 1

    # What may happen in the middle

    def killed_at(self, request: int) -> None:
        """kill -9 at that request: what comes after it never was."""
        self.gateway.events[self.gateway.requests + request] = self._snapshot

    def _snapshot(self) -> None:
        copied = self.folder / "at-the-kill"
        shutil.rmtree(copied, ignore_errors=True)
        copied.mkdir()
        for part in (self.desk, self.state):
            if part.exists():
                shutil.copytree(part, copied / part.name)
        self.gateway.away = True

    def in_a_thread(self, work: Callable[[], object]) -> None:
        """To its end, while the loop of the run that is under way stands still."""
        failures: list[BaseException] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as failure:
                failures.append(failure)

        thread = threading.Thread(target=guarded)
        thread.start()
        thread.join()
        if failures:
            raise AssertionError(f"beside: {failures[0]!r}")

    def restart(self) -> None:
        """The computer as the kill left it."""
        copied = self.folder / "at-the-kill"
        if copied.exists():
            for part in (self.desk, self.state):
                shutil.rmtree(part, ignore_errors=True)
                if (copied / part.name).exists():
                    shutil.copytree(copied / part.name, part)
            shutil.rmtree(copied)
            self.typed.append("# killed at that moment")
        self.gateway.away = self.gateway.broke = False
        self.gateway.events.clear()
