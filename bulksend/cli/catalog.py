"""The commands, in the order a person meets them, each imported when it is asked for.

`bulksend --help` reads the words of this table alone; a test holds them to the commands' own.
"""

from __future__ import annotations

import importlib
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    _Commands = dict[str, click.Command]
else:
    _Commands = dict

#: Name -> what it does. Each stands in the module of its name in `bulksend.cli.commands`.
COMMANDS: Mapping[str, str] = {
    "run": "Send a batch.",
    "resume": "Go on with an unfinished batch.",
    "status": "How a batch stands, also while it runs.",
    "results": "Write the results again, all rows or some.",
    "reconcile": "Settle unknown rows by evidence.",
    "receipts": "What became of every accepted message.",
    "report": "One HTML page of what became of a batch.",
    "optouts": "People who have opted out, for --suppress.",
    "explain": "What this computer has sent a number.",
    "forget": "Take a number out of this computer's memory.",
    "doctor": "Key, balance, profile, sender, clock, limits, disk.",
    "pace": "Change the pace of a run, pause it, go on.",
    "rates": "A rate card out of past batches.",
    "sandbox": "A Telnyx look-alike on localhost.",
    "init": "Starter contacts.csv and bulksend.toml.",
    "completion": "Shell completion.",
}

#: What has no room behind it.
_OF_THE_PROGRAM = "completion"


class LazyCommands(_Commands):
    """The commands by name. To ask for one imports it, to look at all imports all."""

    def get(self, name: str, default: click.Command | None = None) -> click.Command | None:  # type: ignore[override]
        """One command; `default` where there is none of that name."""
        if name in COMMANDS and not super().__contains__(name):
            _load(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> click.Command:
        """One command. Raises KeyError."""
        command = self.get(name)
        if command is None:
            raise KeyError(name)
        return command

    def __contains__(self, name: object) -> bool:
        """Without importing any."""
        return name in COMMANDS or super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        """The names, without importing any."""
        return iter(dict.fromkeys([*COMMANDS, *super().__iter__()]))

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """The names."""
        return KeysView(self)

    def values(self) -> ValuesView[click.Command]:  # type: ignore[override]
        """All commands, imported."""
        return ValuesView(self)

    def items(self) -> ItemsView[str, click.Command]:  # type: ignore[override]
        """Names and commands, imported."""
        return ItemsView(self)


def _load(name: str) -> None:
    """Importing a module registers what it defines."""
    room = "bulksend.cli" if name == _OF_THE_PROGRAM else "bulksend.cli.commands"
    importlib.import_module(f"{room}.{name}")
