"""A person with a spreadsheet: edits, copies, sends, kills, resumes, does what the screen says."""

from __future__ import annotations

import csv
import io
import random
import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulksend.batch.memory import keys
from tests.makers import PROFILE
from tests.simulation import sheets
from tests.simulation.machine.computer import KILLED, Computer

URL = "http://127.0.0.1:9/v2"
TEXT = "Hi {name}, bring {thing}"
THINGS = ("a pen", "a card", "a form", "tea")
#: Quoted, guarded or another kind of file for some; the plain one is the commonest.
_NAMES = (*("a.csv",) * 16, "my list.csv", "-list.csv", "lüste.csv", "a.xlsx")
_Document = dict[str, Any]


@dataclass
class Person:
    """At one computer."""

    computer: Computer
    random: random.Random
    #: Contacts files as the person left them, and every file that must stay as it is.
    files: dict[str, list[sheets.Row]] = field(default_factory=dict)
    saved: dict[str, bytes] = field(default_factory=dict)
    #: How often more than once a text may come, on the person's explicit word.
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    caps: dict[str, str] = field(default_factory=dict)
    #: Who is never texted, whatever is typed.
    suppressed: tuple[str, ...] = ()
    card: dict[str, Decimal] = field(default_factory=dict)
    #: What was taken away. A text whose journal and whose memory are both gone is known to nobody,
    #: and so is one whose secret is gone with its journal; such a person is not simulated.
    lost: set[str] = field(default_factory=set)
    at_work: dict[bool, str] = field(default_factory=dict)
    _next_phone: int = 0

    def __post_init__(self) -> None:
        self.computer.gateway.cap_of_run = self._cap_of_run
        self.computer.gateway.card = self.card

    def _cap_of_run(self) -> str | None:
        return self.caps.get(self.at_work[self.computer.turns.is_beside])

    # What happens to files

    def begin(self, count: int) -> str:
        """A first contacts file, and what belongs to it."""
        name = self.random.choice(_NAMES)
        self.new_file(name, count)
        if self.random.random() < 0.2:
            phones = [row[1] for row in self.files[name]]
            self.suppressed = tuple(self.random.sample(phones, min(2, len(phones))))
            self._save("stop.csv", ("phone\n" + "\n".join(self.suppressed)).encode())
        if self.random.random() < 0.3:
            self.card |= {"GB": Decimal("0.0420"), "FR": Decimal("0.0500")}
            lines = [f"{country},{price},USD" for country, price in self.card.items()]
            self._save("card.csv", "\n".join(["country,price_per_part,currency", *lines]).encode())
        return name

    def new_file(self, name: str, count: int) -> None:
        self.files[name] = [self._recipient() for _ in range(count)]
        self.save(name)

    def _recipient(self) -> sheets.Row:
        self._next_phone += 1
        last = self.random.choice("12345677789")
        place = "+336" if self.random.random() < 0.15 else "+4474"
        phone = f"{place}{self._next_phone:07d}{last}"
        if place == "+4474":
            phone = f"+447{self._next_phone + 4_000_000:08d}{last}"
        return (f"N{self._next_phone}", phone, self.random.choice(THINGS))

    def save(self, name: str) -> None:
        """As one of the ways in which programs write the same table."""
        self._save(name, sheets.saved(name, self.files[name], self.random))
        self.computer.note(f"{name} is saved, {len(self.files[name])} rows")

    def _save(self, name: str, content: bytes) -> None:
        (self.computer.desk / name).write_bytes(content)
        self.saved[name] = content

    def edit(self, name: str) -> None:
        """Append, cut, sort, correct a phone, change a text."""
        rows = self.files[name]
        match self.random.randrange(7):
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
            case 5:
                rows.append(self.random.choice(rows))
            case _:
                pass  # only saved again
        self.save(name)

    def copy(self, name: str) -> str:
        """The same people in another file."""
        copied = f"c{len(self.saved)}{Path(name).suffix}"
        self.files[copied] = list(self.files[name])
        self.save(copied)
        return copied

    def rename(self, name: str) -> str:
        """Only the file of the contacts; what bulksend made keeps its name."""
        renamed = f"r{len(self.computer.typed)}{Path(name).suffix}"
        (self.computer.desk / name).rename(self.computer.desk / renamed)
        self.files[renamed] = self.files.pop(name)
        self.saved[renamed] = self.saved.pop(name)
        self.caps.pop(name, None)
        self.computer.note(f"{name} is called {renamed} now")
        return renamed

    def lose_journal(self, name: str) -> None:
        """And whatever else bulksend made of a file."""
        self.lost.add("journal")
        self.caps.pop(name, None)
        for path in self.computer.desk.glob(f"{_escaped(Path(name).stem)}.*"):
            if path.name not in self.saved:
                path.unlink()
        self.computer.note(f"what bulksend made of {name} is deleted")

    def damage_memory(self) -> None:
        """All of it but its secret: the journals in the folder show what it held."""
        self.lost.add("memory")
        for path in sorted(self.computer.state.rglob("memory.*")):
            if path.is_file() and not path.name.startswith(keys.NAME):  # nor a link to it
                path.write_bytes(b"\0" * 100)
        self.computer.note("the memory is damaged")

    def annotate(self, name: str) -> None:
        """A note of the person's own in the results."""
        path = self.results_of(name)
        if path is not None:
            self._save(path.name, path.read_bytes() + b"\r\nphoned her,,,\r\n")
            self.computer.note(f"{path.name} has a note of the person's own")

    # What is typed

    def type(self, name: str, *words: str) -> _Document:
        """A command about a file."""
        self.at_work[self.computer.turns.is_beside] = name
        return self.computer.type(*words)

    def run(self, name: str, *more: str) -> _Document:
        """Begin a batch, with all that the person thinks of."""
        limits = ("--max-cost", self.caps[name]) if name in self.caps else ()
        suppress = ("--suppress", "stop.csv") if self.suppressed else ()
        card = ("--rates", "card.csv") if self.card else ()
        return self.type(
            name,
            *("run", _named(name), "--from", "MyCompany", "--profile-id", PROFILE, "--yes"),
            *("--text", TEXT, "--base-url", URL, "--max-in-flight", "4"),
            *(*limits, *suppress, *card, *more),
        )

    def resume(self, name: str, *more: str) -> _Document:
        return self.type(name, "resume", _named(name), "--yes", *more)

    def look(self, command: str, name: str, *more: str) -> _Document:
        """A command that takes a file and no more."""
        return self.type(name, command, _named(name), *more)

    def obey(self, name: str, document: _Document) -> _Document:
        """What was printed as the next step, with consent; what is in the way is moved."""
        error = document.get("error", {})
        if error.get("code") == "results_exist":
            self._move_results(name)
        words = printed_step(document)
        if not words:
            return document
        if words[0] in ("run", "resume", "reconcile"):
            words.append("--yes")
        return self.type(name, *words)

    def _move_results(self, name: str) -> None:
        """As the screen says: the person's own file gets another name."""
        stem = Path(name).stem
        for mine in [it for it in self.saved if it.startswith(f"{stem}.results")]:
            moved = f"mine{len(self.saved)}-{len(self.computer.typed)}.csv"
            (self.computer.desk / mine).rename(self.computer.desk / moved)
            self.saved[moved] = self.saved.pop(mine)
            self.computer.note(f"{mine} is called {moved} now")

    # What is there to see

    def results_of(self, name: str) -> Path | None:
        """The results as bulksend wrote them last."""
        pattern = f"{_escaped(Path(name).stem)}.results*.csv"
        written = [
            path
            for path in self.computer.desk.glob(pattern)
            if self.saved.get(path.name) != path.read_bytes()
        ]
        return max(written, key=lambda path: path.stat().st_mtime_ns, default=None)

    def lines(self, name: str) -> list[dict[str, str]]:
        """The results line by line; [] where there are none."""
        path = self.results_of(name)
        if path is None:
            return []
        text = path.read_text(encoding="utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))

    def allow(self, texts: Iterable[tuple[str, str]]) -> None:
        """The person's explicit word: these may come once more."""
        self.allowed.update(texts)


def text_of(row: sheets.Row) -> tuple[str, str]:
    """The phone and the finished text of a row."""
    name, phone, thing = row
    return phone, TEXT.format(name=name, thing=thing)


def printed_step(document: _Document) -> list[str]:
    """The words of the command that a document names as the next step."""
    line = document.get("next") or document.get("error", {}).get("hint") or ""
    line = line[line.find("bulksend ") :] if "bulksend " in line else ""
    return shlex.split(line.partition("\n")[0])[1:]


def was_killed(document: _Document) -> bool:
    """Nothing was printed."""
    return document.get("killed", False) == KILLED["killed"]


def _named(name: str) -> str:
    """As a person types a name that would look like an option."""
    return f"./{name}" if name.startswith("-") else name


def _escaped(stem: str) -> str:
    return stem.replace("[", "[[]")
