"""Death between any two system calls of a small batch's whole life, its beginning above all.

The memory is made, the journal is made, consent is given, rows are reserved, claimed and sent: the
k-th call that changes a file, or sends something, is the last one that is not made (`kill_at.c`,
loaded before the C library). Then the person does one of three things: types the same again, sends
a copy of the file from another folder, or asks how it stands; and does what is printed.

All points are forks of one process that has everything imported: a second for each.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

ROWS, IN_FLIGHT = 6, 3
#: What is done next, in turn.
THEN = ("the same again", "a copy from another folder", "what status says")
#: Claimed and never settled: it may have left.
_MAYBE_SENT = (worlds.CLAIMED, worlds.UNKNOWN)
#: Commands that are obeyed one after the other.
_STEPS_MAX = 4


@dataclass
class Progress:
    #: Calls of a batch that nobody kills.
    calls: int = 0
    points: int = 0
    killed: int = 0
    doubtful: int = 0
    most_doubtful: int = 0
    then: Counter[str] = field(default_factory=Counter)
    #: What was on the disk when it died.
    left: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        return [
            f"a batch of {ROWS} rows makes {self.calls} calls that change something",
            f"{self.points} points, {self.killed} of them killed: 0 texted twice, 0 lost",
            f"rows in doubt {self.doubtful}, at most {self.most_doubtful} at once",
            f"found on the disk: {dict(self.left)}",
            f"then: {dict(self.then)}",
        ]


def missing() -> str:
    """Why the experiment cannot run here; "" when it can."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    return "" if shutil.which("cc") else "there is no C compiler here"


def beginnings(
    folder: Path, wanted: Iterable[int] | None = None, *, say: Callable[[str], None] = print
) -> Progress:
    """Each point in a batch of its own; all of them unless some are `wanted`.

    Raises AssertionError naming the first point that is wrong.
    """
    library = folder / "kill_at.so"
    source = Path(__file__).with_name("kill_at.c")
    compiled = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(compiled, check=True, capture_output=True)
    points = "all" if wanted is None else ",".join(map(str, wanted))
    with cli.running_sandbox(folder) as sandbox:
        ended = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.crash.beginnings", str(folder), sandbox.base_url),
                points,
            ],
            env=cli.environment(LD_PRELOAD=str(library), PYTHONUNBUFFERED="1"),
            cwd=cli.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert ended.stdout is not None
        lines = []
        for line in ended.stdout:
            lines.append(line)
            if line.startswith("point"):
                say(line.rstrip())
        ended.stdout.close()
        assert ended.wait() == 0, "".join(lines[-40:])
    progress: Progress = eval(lines[-1], {"Progress": Progress, "Counter": Counter})  # noqa: S307
    return progress


class Inside:
    """The process that forks, and whose forks are killed."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.sandbox = cli.RunningSandbox(base_url, folder / "ledger.jsonl")
        self.library = ctypes.CDLL(None)

    def world(self, number: int) -> worlds.World:
        place = self.folder / f"point-{number}"
        return worlds.World(
            place, self.sandbox, ROWS, number * ROWS, in_flight=IN_FLIGHT, rate="2000/s"
        )

    def command(
        self, world: worlds.World, words: Sequence[str], kill_at: int | None = None
    ) -> tuple[int, str]:
        """Exit code (-9: killed) and everything that was said."""
        screen = world.folder / "screen"
        child = os.fork()
        if child == 0:
            self._child(world, words, screen, kill_at)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), screen.read_text()

    def _child(
        self, world: worlds.World, words: Sequence[str], screen: Path, kill_at: int | None
    ) -> None:
        from bulksend.cli import main

        code = 99
        try:
            file = os.open(screen, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for own, other in ((file, 1), (file, 2), (nothing, 0)):
                os.dup2(own, other)
            os.environ.update(world.environment())
            if kill_at is not None:
                self.library.arm(str(world.folder).encode(), ctypes.c_long(kill_at))
            main.main(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            calls = self.library.count()
            self.library.arm(b"", ctypes.c_long(0))
            if kill_at == 0:
                (world.folder / "calls").write_text(str(calls))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def calls(self) -> int:
        """How many there are when nobody kills it."""
        world = self.world(0)
        code, said = self.command(world, world.run(), 0)
        assert code == 0, said
        return int((world.folder / "calls").read_text())

    def point(self, number: int, progress: Progress) -> None:
        world = self.world(number)
        code, said = self.command(world, world.run(), number)
        assert code in (-9, 0), f"exit {code}: {said}"
        progress.points += 1
        progress.killed += code == -9
        progress.left[_found(world)] += 1
        then = THEN[number % len(THEN)]
        progress.then[then] += 1
        screens = [said, *self._go_on(world, then)]
        doubtful = self._check(world, then, screens)
        progress.doubtful += doubtful
        progress.most_doubtful = max(progress.most_doubtful, doubtful)

    def _go_on(self, world: worlds.World, then: str) -> list[str]:
        """What is typed next, and what that prints, as long as it prints a command."""
        first = world.run()
        todo = [first]
        if then == THEN[1]:
            copy = world.folder / "copy" / "c.csv"
            copy.parent.mkdir()
            shutil.copy(world.contacts, copy)
            todo = [[word.replace(str(world.contacts), str(copy)) for word in first], first]
        elif then == THEN[2]:
            todo = [["status", str(world.contacts)], first]
        screens = []
        while todo and len(screens) < _STEPS_MAX + len(THEN):
            words = todo.pop(0)
            code, said = self.command(world, words)
            screens.append(f"$ {shlex.join(words)}\n{said}exit {code}")
            assert "Traceback" not in said, said
            assert code in (0, 2, 5, 6, 8), said
            todo = [[*each, "--yes"] for each in _printed(said)] + todo
        return screens

    def _check(self, world: worlds.World, then: str, screens: list[str]) -> int:
        """Nobody twice, and whoever has nothing is named as in doubt; how many those are."""
        phones = world.phones()
        texted = Counter(
            it["to"]
            for it in self.sandbox.entries()
            if it["accepted"] and it["to"] in phones.values()
        )
        journals = [world.journal, world.folder / "copy" / "c.journal"]
        states = [worlds.journal_rows(path) for path in journals if path.exists()]
        doubtful = 0
        shown = "\n".join(screens)
        assert states, shown
        for row, phone in phones.items():
            unknown = any(row in each and each[row]["status"] in _MAYBE_SENT for each in states)
            doubtful += unknown
            assert texted[phone] <= 1, f"{phone} was texted twice, then {then}:\n{shown}"
            assert texted[phone] or unknown, f"{phone} was forgotten, then {then}:\n{shown}"
        assert doubtful <= IN_FLIGHT, shown
        return doubtful


def _printed(said: str) -> list[list[str]]:
    """The commands that are printed as the next step, but for those that find out more."""
    lines = [
        line[line.index("bulksend ") :].split("`")[0]
        for line in said.splitlines()
        if line.startswith(("next:", "hint:")) and "bulksend " in line
    ]
    commands = [shlex.split(line)[1:] for line in lines]
    return [words for words in commands if words[0] in ("run", "resume") and "-n" not in words]


def _found(world: worlds.World) -> str:
    """What there is of the batch."""
    if not world.journal.exists():
        memory = world.folder / "state" / "bulksend" / "memory.sqlite"
        return "a memory alone" if memory.exists() else "nothing"
    rows = worlds.journal_rows(world.journal)
    if not rows:
        return "a journal without rows"
    results = (world.folder / "c.results.csv").exists()
    return "results" if results else "claims"


def main() -> None:
    """Inside: `python -m tests.crash.beginnings FOLDER BASE_URL all|1,2,3`, preloaded."""
    sys.modules["uvloop"] = None  # type: ignore[assignment]
    from bulksend.cli import main as _main  # noqa: F401 - imported once for all forks
    from bulksend.commands import resume, run, status  # noqa: F401

    folder, base_url, wanted = sys.argv[1:4]
    inside = Inside(Path(folder), base_url)
    progress = Progress(calls=inside.calls())
    every = range(1, progress.calls + 1) if wanted == "all" else map(int, wanted.split(","))
    for number in every:
        try:
            inside.point(number, progress)
        except AssertionError as failure:
            raise AssertionError(f"point {number}: {failure}") from failure
        if progress.points % 20 == 0:
            print(f"point {number} of {progress.calls}", flush=True)
    print(repr(progress), flush=True)


if __name__ == "__main__":
    main()
