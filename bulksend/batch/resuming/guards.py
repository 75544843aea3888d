"""The guards of a batch as its journal keeps them, so that `resume` needs no flags."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulksend import errors, journal
from bulksend.batch.settings import Basis, Guards, Orders, Settings
from bulksend.contacts.layout import Layout
from bulksend.contacts.skipped import suppression
from bulksend.sms import rates

#: The name under which what was said of the file stands among the guards.
_LAYOUT = "layout"
#: The fact under which the prices stand.
_CARD = "rate_card"
#: And since when everybody is texted once more, where the batch was begun on that word.
_ANEW = "anew_since_s"


def of_batch(settings: Settings) -> Settings:
    """These settings, with the batch's own guards wherever none was given to this command.

    Raises JournalError for guards that nobody can read.
    """
    path = settings.place.journal_path
    if not path.exists():
        return settings
    with journal.read(path) as reader:
        packed, card = reader.guards(), reader.fact(_CARD)
        anew = reader.fact(_ANEW)
    try:
        anew_since_s = int(anew) if anew else None
        own = unpack(packed)
        own_card = rates.unpack(card) if card and "rates" not in settings.guards.chosen else None
    except (ArithmeticError, ValueError, TypeError, AttributeError, errors.UsageError):
        raise errors.JournalError(
            f"{path}: its guards cannot be read", code="journal_foreign"
        ) from None
    layout = settings.layout.or_else(packed.get(_LAYOUT, {}))
    whole = settings.guards.or_else(own)
    return replace(
        settings, guards=whole, layout=layout, rate_card=own_card, anew_since_s=anew_since_s
    )


def layout_of_batch(layout: Layout, journal_path: Path) -> Layout:
    """How the contacts file is laid out, by this command's word or an earlier one's."""
    if not journal_path.exists():
        return layout
    with journal.read(journal_path) as reader:
        return layout.or_else(reader.guards().get(_LAYOUT, {}))


def keep(record: journal.Journal, guards: Guards, layout: Layout) -> None:
    """Keep what this run is guarded by; the next one is, too, unless it is told otherwise."""
    packed = to_keep(guards, layout)
    if packed != record.guards():
        record.set_guards(packed)


def to_keep(guards: Guards, layout: Layout) -> dict[str, Any]:
    """Guards and layout as the journal keeps them, in JSON."""
    packed = pack(guards)
    if words := layout.pack():
        packed[_LAYOUT] = words
    return packed


def begin(batch: journal.Batch, orders: Orders, *, new_batch: bool) -> journal.Journal:
    """The journal of a batch that begins, with all it is held to from its first moment on.

    `new_batch`: the person wants everybody texted once more, and so does whoever goes on with the
    batch; what other batches text from now on counts as ever. Raises as `Journal.create`.
    """
    own = to_keep(orders.basis.guards, orders.layout)
    facts = {"guards": json.dumps(own)} if own else {}
    if new_batch:
        facts[_ANEW] = str(int(batch.created_at.timestamp()) + 1)
    return journal.Journal.create(orders.place.journal_path, batch, facts)


def note_lists(record: journal.Journal, lists: Sequence[Path], note: Callable[[str], None]) -> None:
    """Keep the digests of the suppression lists, and say which are not as they were last used."""
    before = json.loads(record.fact("suppress") or "{}")
    now = {str(path.absolute()): suppression.digest(path) for path in lists}
    for path, digest in now.items():
        if before.get(path, digest) != digest:
            note(f"{path}: the list has changed since it was last used, and is used as it is now")
    if now != before:
        record.set_fact("suppress", json.dumps(now))


def note_card(
    record: journal.Journal,
    card: rates.RateCard,
    basis: Basis,
    note: Callable[[str], None],
) -> None:
    """Keep the prices that the batch is held to, and say where their file is not as it was."""
    if basis.guards.rates is None:
        return
    if (packed := rates.pack(card)) != record.fact(_CARD):
        record.set_fact(_CARD, packed)
    if basis.rate_card is None:
        return
    try:
        changed = rates.load_rate_card(basis.guards.rates) != basis.rate_card
    except errors.UsageError:
        changed = True
    if changed:
        note(
            f"{basis.guards.rates}: the rate card is not as it was; the batch goes on with the "
            "prices that it had; name the card again to take the new ones"
        )


def pack(guards: Guards) -> dict[str, Any]:
    """What JSON can hold of the guards that were given, here or to an earlier run."""
    chosen = sorted(guards.chosen - {"limit"})
    return {name: _packed(getattr(guards, name)) for name in chosen}


def unpack(packed: Mapping[str, Any]) -> Guards:
    """The guards of `pack`; those of a newer version are passed over. Raises for nonsense."""
    readers = {**dict.fromkeys(_PLAIN, _as_is), **_READERS}
    values: dict[str, Any] = {
        name: None if value is None else readers[name](value)
        for name, value in packed.items()
        if name in readers
    }
    return Guards(**values)


def _packed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_packed(each) for each in value]
    if isinstance(value, Path):
        return str(value.absolute())
    return str(value) if isinstance(value, Decimal | time) else value


def _as_is(value: Any) -> Any:
    return value


_PLAIN = ("rate", "max_in_flight", "patience_s", "again_after_s", "not_texted_within_s")
_READERS: Mapping[str, Any] = {
    "max_cost": Decimal,
    "rates": Path,
    "suppress": lambda value: tuple(map(Path, value)),
    "countries": tuple,
    "quiet_days": tuple,
    "quiet_hours": lambda value: tuple(map(time.fromisoformat, value)),
}
