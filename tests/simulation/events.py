"""What happens while a command works: kills, power cuts, a full disk, outages, other commands."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.simulation.person import Person


def disturb(person: Person) -> None:
    """Perhaps something, at some step of the next command; all of it is over when it ends."""
    gateway, chance = person.computer.gateway, person.random
    gateway.broke, gateway.away_until_s = False, 0.0
    gateway.trouble = chance.choice((0.0, 0.0, 0.1, 0.3))
    for _ in range(chance.choice((0, 1, 1, 2))):
        step = round(math.exp(chance.uniform(0.0, math.log(400))))
        chance.choice(EVENTS)(person, step)


def _kill(person: Person, step: int) -> None:
    person.computer.later(step, "kill -9", person.computer.disk.kill)


def _cut_power(person: Person, step: int) -> None:
    person.computer.later(step, "power cut", _Cut(person))


class _Cut:
    """The memory may have lost its last lines with it: only their journals know them."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def __call__(self) -> None:
        self._person.lost.add("memory")
        self._person.computer.disk.cut_power()


def _fill(person: Person, step: int) -> None:
    disk, room = person.computer.disk, person.random.choice((0, 0, 3_000, 30_000))
    person.computer.later(step, "disk full", lambda: setattr(disk, "room_bytes", room))


def _interrupt(person: Person, step: int) -> None:
    person.computer.later(step, "Ctrl-C", person.computer.interrupt)
    if person.random.random() < 0.3:
        person.computer.later(step + 2, "Ctrl-C", person.computer.interrupt)


def _outage(person: Person, step: int) -> None:
    gateway = person.computer.gateway
    until_s = person.random.choice((3.0, 60.0, 1e9))

    def begin() -> None:
        gateway.away_until_s = gateway.now() + until_s

    person.computer.later(step, "outage", begin)


def _empty_account(person: Person, step: int) -> None:
    gateway = person.computer.gateway
    person.computer.later(step, "no money", lambda: setattr(gateway, "broke", True))


def _another(person: Person, step: int) -> None:
    """A second command beside the first one, about the same file or a copy of it."""
    name = person.random.choice(sorted(person.files))
    if person.random.random() < 0.6 and len(person.files) < 5:
        name = person.copy(name)
    typed = person.random.choice((_run, _run, _resume, _status))
    turns = person.computer.turns
    person.computer.later(step, "beside", lambda: turns.begin(lambda: typed(person, name)))


def _run(person: Person, name: str) -> None:
    person.run(name)


def _resume(person: Person, name: str) -> None:
    person.resume(name)


def _status(person: Person, name: str) -> None:
    person.look("status", name)


EVENTS: tuple[Callable[[Person, int], None], ...] = (
    *(_kill, _kill, _cut_power, _fill, _interrupt, _outage, _empty_account, _another, _another),
)
