"""Journals that did not keep what their rows say: found again by the bytes of their requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bulksend import errors, journal
from bulksend.batch import identity
from bulksend.contacts import rows
from bulksend.contacts.skipped import left_out
from bulksend.sms.message import Message
from bulksend.telnyx import client

if TYPE_CHECKING:
    import polars as pl

#: The request is made and never sent.
_NOWHERE = "http://127.0.0.1/v2"


@dataclass(slots=True)
class Collector:
    """Looks at every sendable row; remembers the keys of those whose request was made before."""

    record: journal.Journal
    _bodies: dict[bytes, list[int]] = field(init=False)
    _keys: list[tuple[int, int, int]] = field(default_factory=list)
    _gateway: client.Client = field(init=False)

    def __post_init__(self) -> None:
        """Read the claims that lack their keys, the furthest first."""
        claims = sorted(self.record.claims_without_keys(), key=lambda claim: claim[1])
        self._bodies = {}
        for row, _, body in claims:
            self._bodies.setdefault(body, []).append(row)
        facts = self.record.batch()
        self._gateway = client.Client(_NOWHERE, client.Secret("none"), identity.envelope(facts))

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Nobody is left out: rows are only looked at."""
        for row, phone, text in sendable.select("row", "to_e164", "text").iter_rows():
            message = Message(row, phone, text, "", 1)
            places = self._bodies.get(self.record.hashes.of_body(self._gateway.body(message)))
            if places:
                keys = self.record.hashes.of_row(phone, text)
                self._keys.append((places.pop(0), *keys))
        return left_out.none()

    def note_keys(self) -> None:
        """Keep in the journal the keys of the rows that were recognised."""
        self.record.set_keys(self._keys)


def note_keys_of_same_file(record: journal.Journal, frames: rows.Frames) -> None:
    """Keep the keys of a file that is as it was: its rows are known by their numbers."""
    wanted = {row for row, _, _ in record.claims_without_keys()}
    closed = bytearray(b"\1" * (max(wanted) + 1))
    for row in wanted:
        closed[row] = 0
    batches = rows.message_batches(frames, closed=bytes(closed), claims={})
    record.set_keys(
        (message.row, *record.hashes.of_row(message.phone, message.text))
        for identity in batches
        for message in identity
        if message.row in wanted
    )


def cannot_tell(contacts: Path) -> errors.BatchMismatch:
    """The error where nobody can tell which rows of a changed file were sent before."""
    return errors.BatchMismatch(
        f"{contacts}: was changed, and its batch was begun by an older bulksend that kept "
        "too little to tell who had a text already; nothing was sent",
        hint=(
            "put the file back as it was and resume once with that; after it, a changed file can "
            "be gone on with"
        ),
        code="batch_changed",
    )
