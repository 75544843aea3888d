"""Somebody who types whatever is printed as the next step, again and again, and thinks of nothing.

    python -m tests.simulation.obeying --count 200 [--seed S]

A scene is a state of a batch, something that happens to the file or the computer, and a command.
What is printed as a command is typed, and what that prints, with consent. Nobody may have a text
twice, no cap may be passed, no file of the person's may change, and no word that texts twice may be
printed.
"""

from __future__ import annotations

import argparse
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bulksend.sandbox.scripts.faults import parse_script
from bulksend.sandbox.server import SandboxConfig
from bulksend.sandbox.threaded import ThreadedSandbox
from tests.acceptance import cli
from tests.makers import PROFILE

TEXT = "Hi {name}"
PEOPLE = 9
#: Somebody who is never texted again.
OPTED_OUT = "+447911000001"
_STEPS_MAX = 8
#: What may text or cost twice is never printed as a command.
_NEVER_PRINTED = re.compile(
    r"--(yes|resend-unknown|new-batch|also-changed|again-after|max-cost|expect|test-to)\b"
)
_COMMAND = re.compile(r"`(bulksend [a-z][^`]*)`|^(?:next|hint):.*?(bulksend [a-z].*)$", re.M)
_BLANK = re.compile(r"(?:^|\s)(?:[A-Z]{4,}|<\w+>|\.\.\.)(?:\s|$)")
Ended = subprocess.CompletedProcess[str]


@dataclass
class Desk:
    """A person's folder, and a Telnyx that keeps its own books."""

    folder: Path
    telnyx: ThreadedSandbox
    name: str = "july.csv"
    sender: str = "MyCompany"
    text: str = TEXT
    cap: float = 1e9
    #: Whether everybody must have been reached in the end.
    reaches_all: bool = True
    screens: list[str] = field(default_factory=list)

    @property
    def contacts(self) -> Path:
        return self.folder / self.name

    def people(self, first: int = 0, count: int = PEOPLE, end: str = "\n") -> None:
        lines = [f"+447911{it:06d},Name{it}" for it in range(first, first + count)]
        self.write(["phone,name", *lines], end)

    def write(self, lines: list[str], end: str = "\n") -> None:
        self.contacts.parent.mkdir(parents=True, exist_ok=True)
        self.contacts.write_bytes("".join(f"{line}{end}" for line in lines).encode())

    def lines(self) -> list[str]:
        return self.contacts.read_text().split()

    def faults(self, script: str = "[]") -> None:
        """What Telnyx does from now on."""
        self.telnyx._sandbox.state.rules = parse_script(script)

    def type(self, *words: str) -> Ended:
        ended = cli.bulksend(
            *words,
            XDG_STATE_HOME=str(self.folder / "state"),
            BULKSEND_BASE_URL=self.telnyx.base_url,
        )
        said = ended.stdout + ended.stderr
        self.screens.append(f"$ bulksend {shlex.join(words)}\n{said}exit {ended.returncode}")
        assert "Traceback" not in said
        assert ended.returncode != 1
        assert not re.search(r"[Nn]o such (option|command)|[Mm]issing argument", said)
        return ended

    def run(self, *more: str) -> Ended:
        return self.type("run", str(self.contacts), *self.options(), "--yes", *more)

    def options(self) -> list[str]:
        identity = ["--from", self.sender, "--profile-id", PROFILE, "--text", self.text]
        return [*identity, "--no-preflight", "--max-in-flight", "2"]

    def obey(self, ended: Ended) -> None:
        """Everything that is printed, and what that prints."""
        todo, typed = advice(ended), set[str]()
        for _ in range(_STEPS_MAX):
            if not todo:
                return
            words = todo.pop(0)
            if (line := shlex.join(words)) in typed:
                continue
            typed.add(line)
            agreed = ["--yes"] if words[0] in ("run", "resume", "reconcile") else []
            todo = [*advice(self.type(*words, *agreed)), *todo]


def advice(ended: Ended) -> list[list[str]]:
    """The commands that are printed to be typed next. Raises AssertionError for a dangerous one."""
    commands = []
    for ticked, bare in _COMMAND.findall(ended.stdout + "\n" + ended.stderr):
        line = ticked or re.split(r"\s{2,}|[,;] ", bare)[0]
        assert not _NEVER_PRINTED.search(line), f"this is printed as the next step: {line}"
        if not _BLANK.search(line) and " -h" not in line:
            commands.append(shlex.split(line.rstrip(".;,"))[1:])
    return commands


# How a batch stands


def nothing_begun(_: Desk) -> None: ...


def finished(desk: Desk) -> None:
    desk.run()


def a_few_first(desk: Desk) -> None:
    desk.run("--limit", "3")


def empty_account(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "20100", "status": 402, "nth": 4, "times": 999}]')
    desk.run()
    desk.faults()


def account_stays_empty(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "20100", "status": 402, "nth": 4, "times": 999}]')
    desk.run()
    desk.reaches_all = False


def wrong_key(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "10009", "status": 401, "every": 1}]')
    desk.run()
    desk.faults()


def somebody_opted_out(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "40300", "status": 409, "to_ends_with": "000001"}]')
    desk.run()
    desk.faults()


def lost_replies(desk: Desk) -> None:
    desk.faults('[{"fault": "close", "after": true, "to_ends_with": "3"}]')
    desk.run()
    desk.faults()
    desk.reaches_all = False


def server_errors(desk: Desk) -> None:
    desk.faults('[{"fault": "http", "status": 503, "after": true, "every": 4}]')
    desk.run()
    desk.faults()
    desk.reaches_all = False


def refused_for_now(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "40001", "status": 400, "every": 3}]')
    desk.run()
    desk.faults()
    desk.reaches_all = False


def cap_reached(desk: Desk) -> None:
    desk.cap = 0.20
    desk.run("--max-cost", "0.20")
    desk.reaches_all = False


def spend_limit(desk: Desk) -> None:
    desk.faults('[{"fault": "error", "code": "40333", "status": 429, "nth": 3, "times": 999}]')
    desk.run()
    desk.faults()


def rehearsed_in_part(desk: Desk) -> None:
    desk.type("run", str(desk.contacts), "--sandbox", "--text", TEXT, "--limit", "2")
    desk.reaches_all = False


def two_batches(desk: Desk) -> None:
    desk.run("--limit", "2")
    own = desk.name
    desk.name = "other/july.csv"
    desk.people(count=4)
    desk.run()
    desk.name = own


STATES: tuple[Callable[[Desk], None], ...] = (
    *(nothing_begun, finished, a_few_first, empty_account, account_stays_empty, wrong_key),
    *(somebody_opted_out, lost_replies, server_errors, refused_for_now, cap_reached, spend_limit),
    *(rehearsed_in_part, two_batches),
)

# What happens then


def nothing(_: Desk) -> None: ...


def more_people(desk: Desk) -> None:
    desk.people(count=PEOPLE + 3)


def fewer_people(desk: Desk) -> None:
    desk.people(first=2, count=PEOPLE - 2)


def sorted_otherwise(desk: Desk) -> None:
    header, *rows = desk.lines()
    desk.write([header, *reversed(rows)])


def saved_by_another_program(desk: Desk) -> None:
    desk.write(desk.lines(), end="\r\n")


def a_row_is_corrected(desk: Desk) -> None:
    header, first, *rows = desk.lines()
    desk.write([header, first.replace("+447911000000", "+447911000500"), *rows])


def a_text_is_changed(desk: Desk) -> None:
    header, first, *rows = desk.lines()
    desk.write([header, first.replace("Name0", "Nora"), *rows])
    desk.reaches_all = False


def another_template(desk: Desk) -> None:
    desk.text = "Hello {name}"


def another_sender(desk: Desk) -> None:
    desk.sender = "OtherName"


def a_copy(desk: Desk) -> None:
    content = desk.contacts.read_bytes()
    desk.name = "copy/august.csv"
    desk.contacts.parent.mkdir()
    desk.contacts.write_bytes(content)


def another_folder_name(desk: Desk) -> None:
    """Everything but the state moves."""
    (desk.folder / "moved").mkdir()
    for path in [*desk.folder.glob("july*")]:
        path.rename(desk.folder / "moved" / path.name)
    desk.name = "moved/july.csv"


def no_journal(desk: Desk) -> None:
    for path in desk.folder.glob("july*.journal*"):
        path.rename(desk.folder / f"old-{path.name}")


def garbage_in_the_journal(desk: Desk) -> None:
    for path in desk.folder.glob("july*.journal"):
        path.write_bytes(b"garbage" * 1000)
        desk.reaches_all = False


def damaged_memory(desk: Desk) -> None:
    for path in (desk.folder / "state" / "bulksend").glob("memory.sqlite*"):
        path.write_bytes(b"\0" * 5000)


def no_memory(desk: Desk) -> None:
    shutil.rmtree(desk.folder / "state", ignore_errors=True)


def notes_in_the_results(desk: Desk) -> None:
    for path in desk.folder.glob("july*.results.csv"):
        path.write_bytes(path.read_bytes() + b"phoned her\n")
        desk.reaches_all = False


def no_written_digests(desk: Desk) -> None:
    for path in desk.folder.glob("july*.written"):
        path.unlink()
        desk.reaches_all = False


EVENTS: tuple[Callable[[Desk], None], ...] = (
    *(nothing, more_people, fewer_people, sorted_otherwise, saved_by_another_program),
    *(a_row_is_corrected, a_text_is_changed, another_template, another_sender, a_copy),
    *(another_folder_name, no_journal, garbage_in_the_journal, damaged_memory, no_memory),
    *(notes_in_the_results, no_written_digests),
)
COMMANDS: dict[str, Callable[[Desk], Ended]] = {
    "run": lambda desk: desk.run(),
    "run --limit 2": lambda desk: desk.run("--limit", "2"),
    "run -n": lambda desk: desk.type("run", str(desk.contacts), "-n", *desk.options()),
    "resume": lambda desk: desk.type("resume", str(desk.contacts), "--yes"),
    "resume --retry-refused": lambda desk: desk.type(
        "resume", str(desk.contacts), "--retry-refused", "--yes"
    ),
    "resume, unasked": lambda desk: desk.type("resume", str(desk.contacts)),
    "status": lambda desk: desk.type("status", str(desk.contacts)),
    "results": lambda desk: desk.type("results", str(desk.contacts)),
    "reconcile": lambda desk: desk.type("reconcile", str(desk.contacts), "--yes"),
}
#: Commands after which the printed steps lead to everybody.
_LEADS_ON = ("run", "resume")
_STAYS_WITH_ITS_BATCH = (nothing, more_people, sorted_otherwise, saved_by_another_program)


@dataclass(frozen=True)
class Scene:
    state: Callable[[Desk], None]
    event: Callable[[Desk], None]
    command: str

    def __str__(self) -> str:
        return f"{self.state.__name__}, {self.event.__name__}, {self.command}"


def scenes(count: int, seed: int) -> Iterator[Scene]:
    """So many of all that there are, the states in turn."""
    chance = random.Random(seed)
    pairs = [(event, command) for event in EVENTS for command in COMMANDS]
    shuffled = {state: chance.sample(pairs, len(pairs)) for state in STATES}
    # What another folder's batch sent is known to nobody once the memory is deleted.
    shuffled[two_batches] = [each for each in shuffled[two_batches] if each[0] is not no_memory]
    for number in range(count):
        state = STATES[number % len(STATES)]
        event, command = shuffled[state][number // len(STATES) % len(shuffled[state])]
        yield Scene(state, event, command)


def play(scene: Scene, folder: Path) -> Desk:
    """Raises AssertionError with all that was on the screen."""
    config = SandboxConfig(profile_id=PROFILE)
    with ThreadedSandbox(config) as telnyx:
        desk = Desk(folder, telnyx)
        try:
            desk.people()
            scene.state(desk)
            scene.event(desk)
            _obeyed(scene, desk)
        except AssertionError as failure:
            shown = "\n".join(desk.screens)
            raise AssertionError(f"{scene}: {failure}\n{shown}") from failure
    return desk


def _obeyed(scene: Scene, desk: Desk) -> None:
    before = _persons_files(desk.folder)
    desk.obey(COMMANDS[scene.command](desk))
    texts = Counter((it.to, it.text) for it in desk.telnyx.ledger if it.accepted)
    assert not [each for each, times in texts.items() if times > 1], "somebody has a text twice"
    spent = sum(float(it.cost) for it in desk.telnyx.ledger if it.accepted)
    assert spent <= desk.cap + 1e-9, f"{spent} was spent, and the cap is {desk.cap}"
    if scene.state is somebody_opted_out and scene.event is not a_copy:
        assert not [to for to, _ in texts if to == OPTED_OUT], "who opted out was texted"
    after = _persons_files(desk.folder)
    assert {name: after.get(name) for name in before} == before, "a file was lost or changed"
    leads_on = scene.command in _LEADS_ON and scene.event in _STAYS_WITH_ITS_BATCH
    if (
        leads_on
        and desk.reaches_all
        and not (scene.state is nothing_begun and scene.command == "resume")
    ):
        wanted = {line.split(",")[0] for line in desk.lines()[1:]} - {OPTED_OUT}
        missing = wanted - {to for to, _ in texts}
        assert not missing, f"{len(missing)} were not reached"


def _persons_files(folder: Path) -> dict[str, bytes]:
    """Whatever is not a batch's own to renew."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "state" not in path.parts and not _is_own(path)
    }


def _is_own(path: Path) -> bool:
    own = re.compile(r"(results|estimate)[\w.-]*\.csv$|\.journal([.-]\w+)*$|\.html$")
    return bool(own.search(path.name)) and b"phoned her" not in path.read_bytes()


def main() -> None:
    """So many scenes; the first one that is wrong ends it."""
    parser = argparse.ArgumentParser("python -m tests.simulation.obeying")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    steps = 0
    wrong = 0
    for number, scene in enumerate(scenes(asked.count, asked.seed), 1):
        with tempfile.TemporaryDirectory(prefix="bulksend-obeying-") as folder:
            try:
                steps += len(play(scene, Path(folder)).screens)
            except AssertionError as failure:
                wrong += 1
                print(failure, end="\n\n", flush=True)
        if number % 50 == 0:
            print(f"{number} scenes", flush=True)
    print(f"{asked.count} scenes, {steps} commands typed: {wrong} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
