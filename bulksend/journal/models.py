"""What the journal hands out and takes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self

from bulksend.frozen import frozen
from bulksend.sms.message import Status


@frozen
class Batch:
    """The identity and the facts of a batch, fixed when it begins."""

    #: 32 hexadecimal digits, random.
    batch_id: str
    created_at: datetime
    tool_version: str
    contacts_name: str
    contacts_size: int
    contacts_sha256: str
    sender: str
    profile_id: str
    #: Everything else that alters a text, who gets it, or where it goes.
    options: Mapping[str, str]
    rows: int
    invalid: int
    skipped: int
    sendable: int
    sandbox: bool
    #: Keys the hashes of the request bodies, 32 bytes.
    hash_key: bytes
    #: Of the skipped rows, how many for which code; empty in journals of older versions.
    skipped_by: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """For the journal's `meta` table."""
        values = asdict(self)
        values["created_at"] = self.created_at.isoformat()
        values["hash_key"] = self.hash_key.hex()
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from the journal; raises ValueError, KeyError or TypeError when it is not ours."""
        values: dict[str, Any] = json.loads(text)
        values["created_at"] = datetime.fromisoformat(values["created_at"])
        values["hash_key"] = bytes.fromhex(values["hash_key"])
        return cls(**values)


class UnknownClaim(NamedTuple):
    """One unknown row: what its claim left behind. Moments are milliseconds by our clock."""

    row: int
    claim: int
    #: The kept hash of the request's bytes.
    body: bytes
    claimed_ms: int
    #: When it was given up: at the latest then its last request had left.
    settled_ms: int
    code: str | None
    #: The status of a reply that decided nothing; None where none came.
    http: int | None
    #: The server's clock less ours in the run that claimed it; None where no reply came.
    clock_low_ms: int | None
    clock_high_ms: int | None
    #: True when an earlier claim of the row may have been sent as well.
    competing: bool
    #: The row's number when it was claimed: its key and its reference are made of it.
    key_row: int


class RowKeys(NamedTuple):
    """What a row says, hashed with the batch's own key: 64 bits each, as signed integers."""

    #: Sender, phone and finished text.
    row: int
    #: The phone alone.
    phone: int


class MemoryKeys(NamedTuple):
    """The same in the hashes of this computer's memory, so that it can be rebuilt from journals."""

    row: bytes | None
    phone: bytes | None


NO_MEMORY = MemoryKeys(None, None)


class Skip(NamedTuple):
    """A row that was left out when its turn came; nothing of it was sent."""

    row: int
    keys: RowKeys
    #: One of errors.Code.
    code: str
    #: One sentence for people.
    detail: str
    #: Where the text was sent instead: batch ID, day (ISO), row; "" and 0 where that is no reason.
    other_batch: str = ""
    other_day: str = ""
    other_row: int = 0


@frozen(kw_only=False)
class StatusCounts:
    """How the claimed rows of a batch stand."""

    by_status: Mapping[Status, int]
    #: Parts that Telnyx counted for accepted rows.
    parts: int
    #: What Telnyx took, by currency.
    cost: Mapping[str, Decimal]
    #: Milliseconds in all runs.
    worked_ms: int


class AcceptedMessage(NamedTuple):
    """One accepted row and its message. Moments are milliseconds by our clock."""

    #: The row's number when it was claimed: its reference is made of it.
    row: int
    claim: int
    message_id: str
    claimed_ms: int
    settled_ms: int
