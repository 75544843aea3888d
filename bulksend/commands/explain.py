"""`bulksend explain`: what this computer has sent a number, when, in which batch and row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bulksend.batch.memory import opening
from bulksend.batch.reporter import Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class SentText:
    """One text that was sent, or may have been, or is about to be."""

    at: datetime
    #: 32 hexadecimal digits; "" where the batch is not known any more.
    batch: str
    contacts_name: str
    sender: str
    row: int
    journal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """All that is remembered of a phone, the latest first."""

    phone: str
    texts: tuple[SentText, ...]
    #: When it was taken out of the memory.
    forgotten_at: datetime | None = None


def explain(phone: str, state_folder: Path, reporter: Reporter) -> Explained:
    """Look it up. Raises UsageError where the memory cannot be used."""
    with opening.opened(state_folder, reporter) as memory:
        key = memory.keys.phones()(phone)
        batches, forgotten_s = memory.store.batches(), memory.store.forgotten_s(key)
        entries = sorted(memory.store.of_phone(key), key=lambda entry: -entry.at_s)
    texts: list[SentText] = []
    for entry in entries:
        batch = batches.get(entry.batch)
        texts.append(
            SentText(
                at=moment(entry.at_s),
                batch=batch.batch_id if batch else "",
                contacts_name=batch.name if batch else "",
                sender=batch.sender if batch else "",
                row=entry.row,
                journal=batch.journal if batch else "",
            )
        )
    forgotten_at = moment(forgotten_s) if forgotten_s is not None else None
    return Explained(phone=phone, texts=tuple(texts), forgotten_at=forgotten_at)


def moment(at_s: int) -> datetime:
    """UTC."""
    return datetime.fromtimestamp(at_s, UTC)
