"""Histories of a person with a spreadsheet, and what must be true after each.

`python -m tests.simulation.histories --count 10000 [--seed S]`: one seed makes one history; the
real pipeline, journal and memory live through it, the gateway keeps the books. A seed that fails
is told, with what was typed; `--seed S --count 1` plays it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from tests.simulation.gateway import Gateway, stands_in
from tests.simulation.person import TEXT, Person

_ENDS = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped")


def live(seed: int, folder: Path) -> Person:
    """One history. Raises AssertionError, with what was typed, where a promise is broken."""
    chance = random.Random(seed)
    person = Person(folder, chance, Gateway(random.Random(seed + 1)))
    person.desk.mkdir(parents=True)
    with stands_in(person.gateway):
        try:
            person.new_file("a.csv", chance.randint(2, 12))
            _begin(person)
            for _ in range(chance.randint(2, 7)):
                _act(person, chance.choice(sorted(person.files)))
                person.restart()
                _check(person)
            _come_to_rest(person)
        except (AssertionError, KeyError, ValueError) as failure:
            raise AssertionError(f"seed {seed}: {failure}\n" + "\n".join(person.typed)) from failure
    return person


def _begin(person: Person) -> None:
    if person.random.random() < 0.3:
        person.caps["a.csv"] = "0.20"
    _disturb(person)
    person.run("a.csv", *_cap(person, "a.csv"))
    person.restart()
    _check(person)


def _cap(person: Person, name: str) -> tuple[str, ...]:
    return ("--max-cost", person.caps[name]) if name in person.caps else ()


def _disturb(person: Person) -> None:
    """Something that happens while the next command works."""
    at = person.random.randint(1, 10)
    event = person.random.randrange(6)
    gateway = person.gateway
    if event == 0:
        person.killed_at(at)
    elif event == 1:
        gateway.events[gateway.requests + at] = lambda: setattr(gateway, "broke", True)
    elif event == 2 and at < 4:
        gateway.away = True
    elif event == 3 and len(person.files) < 5:
        copied = f"two{len(person.files)}.csv"
        name = person.random.choice(sorted(person.files))
        person.copy(name, copied)
        gateway.events[gateway.requests + at] = lambda: _beside(person, copied)


def _beside(person: Person, name: str) -> None:
    """Another run of the same people, begun and ended while the first one is under way."""
    at_work = person.gateway.at_work
    person.in_a_thread(lambda: person.run(name))
    person.gateway.at_work = at_work


def _act(person: Person, name: str) -> None:
    _disturb(person)
    person.random.choice(ACTIONS)(person, name)


def _correct(person: Person, name: str) -> None:
    person.edit(name)
    person.resume(name)


def _run_again(person: Person, name: str) -> None:
    person.run(name)


def _obey(person: Person, name: str) -> None:
    document = person.resume(name)
    for _ in range(3):
        document = person.obey(name, document)


def _send_a_copy(person: Person, name: str) -> None:
    if len(person.files) < 5:
        copied = f"c{len(person.files)}.csv"
        person.copy(name, copied)
        person.edit(copied)
        person.run(copied)


def _retry(person: Person, name: str) -> None:
    person.resume(name, "--retry-refused")


def _resend(person: Person, name: str) -> None:
    person.allow(name, ("unknown",))
    person.resume(name, "--resend-unknown")


def _reconcile(person: Person, name: str) -> None:
    person.type(name, "reconcile", person.path(name), "--yes")


def _raise_the_cap(person: Person, name: str) -> None:
    if name in person.caps:
        person.caps[name] = str(Decimal(person.caps[name]) + Decimal("0.12"))
        person.resume(name, *_cap(person, name))


def _lose_the_journal(person: Person, name: str) -> None:
    if person.random.random() < 0.4 and "memory" not in person.lost:
        person.lose_journal(name)
        person.caps.pop(name, None)
        person.run(name)


def _rename(person: Person, name: str) -> None:
    renamed = f"r{len(person.typed)}.csv"
    person.rename(name, renamed)
    person.run(renamed)


def _send_anew(person: Person, name: str) -> None:
    """To everybody again, on the explicit word."""
    for recipient, phone, thing in set(person.files[name]):
        said = (phone, TEXT.format(name=recipient, thing=thing))
        person.words[said] = person.words.get(said, 0) + 1
    person.caps.pop(name, None)
    person.run(name, "--new-batch")


def _damage(person: Person, name: str) -> None:
    if person.random.random() < 0.4 and "journal" not in person.lost:
        person.damage_memory()
        person.run(name)


def _look(person: Person, name: str) -> None:
    person.type(name, "status", person.path(name))


#: The likelier ones stand twice.
ACTIONS = (
    *(_correct, _correct, _obey, _obey, _run_again, _send_a_copy, _retry, _resend),
    *(_reconcile, _raise_the_cap, _lose_the_journal, _look),
    *(_rename, _send_anew, _damage),
)


def _check(person: Person) -> None:
    """What must be true at any moment."""
    for (phone, text), count in person.gateway.received.items():
        allowed = 1 + person.words.get((phone, text), 0)
        assert count <= allowed, f"{phone} got {text!r} {count} times"
    for name, cap in person.caps.items():
        assert person.gateway.charged[name] <= Decimal(cap), f"the cap of {name} is passed"
    for name, content in person.saved.items():
        assert (person.desk / name).read_bytes() == content, f"{name} was written over"


def _come_to_rest(person: Person) -> None:
    """Obeys what is printed until nothing is, and looks at every row of every file."""
    person.gateway.trouble = 0.0
    for name in sorted(person.files):
        document = person.type(name, "status", person.path(name))
        for _ in range(6):
            if not document.get("next"):
                break
            document = person.obey(name, document)
            _check(person)
        person.type(name, "results", person.path(name))
        _check_rows(person, name)


def _check_rows(person: Person, name: str) -> None:
    lines = person.lines(name)
    if not lines:
        return  # no batch has begun: nothing was sent from this file, and its command said why
    for phone, text, status, error in lines:
        assert status in _ENDS, f"{name}: {phone} is {status!r}"
        if status == "accepted":
            assert person.gateway.received[phone, text], f"{name}: {phone} never got {text!r}"
        else:
            assert error or status == "unsent", f"{name}: {phone} is {status} and nobody says why"


def main() -> int:
    """Print how many held; the first that does not is shown whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began_s, violations = time.monotonic(), 0
    for seed in range(asked.seed, asked.seed + asked.count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                live(seed, Path(folder))
            except AssertionError as failure:
                violations += 1
                print(failure, file=sys.stderr)
    took_s = time.monotonic() - began_s
    print(f"{asked.count:,} histories from {asked.seed}: {violations} violations, {took_s:.0f} s")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
