"""What a person does next, and how a history comes to rest."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.simulation import checks
from tests.simulation.person import Person, printed_step, text_of, was_killed

_DAY_S = 86_400.0


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
        copied = person.copy(name)
        person.edit(copied)
        person.run(copied)


def _retry(person: Person, name: str) -> None:
    person.resume(name, "--retry-refused")


def _resend(person: Person, name: str) -> None:
    shown = person.look("results", name)
    if was_killed(shown) or "error" in shown:
        return  # who has not seen which rows are unknown sends none of them again
    lines = person.lines(name)
    person.allow(checks.text_in(line) for line in lines if line["status"] == "unknown")
    person.resume(name, "--resend-unknown")


def _reconcile(person: Person, name: str) -> None:
    person.look("reconcile", name, "--yes")


def _receipts(person: Person, name: str) -> None:
    person.look("receipts", name, "--wait", person.random.choice(("1m", "30m", "12h")))
    checks.receipts(person, name)


def _send_changed(person: Person, name: str) -> None:
    person.edit(name)
    person.resume(name, "--also-changed")


def _raise_the_cap(person: Person, name: str) -> None:
    if name in person.caps:
        person.caps[name] = str(Decimal(person.caps[name]) + Decimal("0.12"))
        person.resume(name, "--max-cost", person.caps[name])


def _lose_the_journal(person: Person, name: str) -> None:
    if "memory" not in person.lost:
        person.lose_journal(name)
        person.run(name)


def _rename(person: Person, name: str) -> None:
    person.run(person.rename(name))


def _send_anew(person: Person, name: str) -> None:
    """To everybody again, on the explicit word."""
    person.allow({text_of(row) for row in person.files[name]})
    person.caps.pop(name, None)
    person.run(name, "--new-batch")


def _damage(person: Person, name: str) -> None:
    if "journal" not in person.lost:
        person.damage_memory()
        person.run(name)


def _annotate(person: Person, name: str) -> None:
    person.annotate(name)
    person.obey(name, person.resume(name))


def _look(person: Person, name: str) -> None:
    person.look("status", name)


#: The likelier ones stand twice.
ACTIONS: tuple[Callable[[Person, str], None], ...] = (
    *(_correct, _correct, _obey, _run_again, _send_a_copy, _send_a_copy, _retry, _resend),
    *(_reconcile, _raise_the_cap, _lose_the_journal, _look, _receipts, _send_changed),
    *(_rename, _send_anew, _damage, _annotate),
)


def come_to_rest(person: Person) -> None:
    """Obeys what is printed until nothing is, and looks at every row of every file."""
    gateway = person.computer.gateway
    gateway.trouble, gateway.broke, gateway.away_until_s = 0.0, False, 0.0
    person.computer.clock.sleep(_DAY_S)
    for name in sorted(person.files):
        document = person.look("status", name)
        if document.get("error", {}).get("code") == "no_batch":
            document = person.run(name)
        last: list[str] = []
        while (step := printed_step(document)) and step != last:
            document, last = person.obey(name, document), step
            checks.at_any_moment(person)
        if person.random.random() < 0.25:
            person.look("receipts", name)
            checks.receipts(person, name)
        checks.every_row(person, name)
