"""One byte of the contacts file, the template or the sender is another one when the batch goes on:
it is noticed before anything is sent, and named."""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

_LETTERS = string.ascii_letters + string.digits
#: A changed contacts file is gone on with after a question, which nobody answers here: exit 2.
_EXITS = {"contacts": 2, "text": 8, "sender": 8}
_NAMED = {"contacts": "was changed", "text": "the template", "sender": "the sender"}


@dataclass
class Progress:
    noticed: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        return [f"noticed and named, with nothing sent: {dict(self.noticed)}"]


def changes(folder: Path, *, times: int, seed: int, say: Callable[[str], None] = print) -> Progress:
    """`times` changes of each sort. Raises AssertionError."""
    progress, chance = Progress(), random.Random(seed)
    with cli.running_sandbox(folder) as sandbox:
        world = worlds.World(folder / "batch", sandbox, 200, rate="2000/s")
        worlds.bulksend(world, [*world.run(), "--limit", "50"])
        sent, original = sandbox.request_count(), world.contacts.read_bytes()
        for number in range(times):
            for sort in _NAMED:
                _notices(world, sort, _changed(world, sort, original, chance))
                world.contacts.write_bytes(original)
                assert sandbox.request_count() == sent, f"{sort}: something was sent"
                progress.noticed[sort] += 1
            if number % 20 == 19:
                say(f"{number + 1} of each")
        ended = worlds.bulksend(world, world.resume())
        assert ended.returncode == 0, ended.stderr
    return progress


def _changed(world: worlds.World, sort: str, original: bytes, chance: random.Random) -> list[str]:
    """Change it, in place or in the words that are returned."""
    if sort == "contacts":
        world.contacts.write_bytes(_other_byte(original.decode(), chance).encode())
        return []
    if sort == "text":
        return ["--text", _other_byte(worlds.TEXT, chance, keep="{name}")]
    return ["--from", _other_byte("MyCompany", chance)]


def _other_byte(text: str, chance: random.Random, keep: str = "") -> str:
    """One letter or digit is another one; not one of `keep`, nor of the first line."""
    begin = text.find("\n") + 1
    kept = range(text.find(keep), text.find(keep) + len(keep)) if keep else range(0)
    placeholder_columns = [
        at for at in range(begin, len(text)) if text[at] in _LETTERS and at not in kept
    ]
    at = chance.choice(placeholder_columns)
    other = chance.choice([it for it in _LETTERS if it.lower() != text[at].lower()])
    return text[:at] + other + text[at + 1 :]


def _notices(world: worlds.World, sort: str, words: list[str]) -> None:
    asked = [word for word in world.resume(*words) if word != "--yes"]  # nobody answers
    ended = worlds.bulksend(world, asked)
    assert ended.returncode == _EXITS[sort], f"{sort}: exit {ended.returncode}: {ended.stderr}"
    assert _NAMED[sort] in ended.stderr, f"{sort} is not named: {ended.stderr}"
