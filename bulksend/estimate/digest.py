"""A short digest of a plan, so that one person can look at it and another send exactly that.

`3f2a-9f86d081-884c7d65`: sender and policy, phones, texts. Rows are taken as the file has them,
in its order, before memory and suppression leave any out; how the file was saved does not matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from bulksend.sms.message import Status

_UNIT, _ROW = "\x1f", "\x1e"


def _sha256() -> Any:
    return hashlib.sha256()


@dataclass(slots=True)
class RowsDigest:
    """Adds rows up in the file's order."""

    _phones: Any = field(default_factory=_sha256)
    _texts: Any = field(default_factory=_sha256)

    def add(self, composed: pl.DataFrame) -> None:
        """The sendable ones of the next rows: `status`, `to_e164` and `text` (all String)."""
        sendable = composed.select("to_e164", "text")
        unsent = composed["status"] == str(Status.UNSENT)
        if not unsent.all():
            sendable = sendable.filter(unsent)
        _feed(self._phones, sendable["to_e164"])
        _feed(self._texts, sendable["text"])

    def shown(self) -> str:
        """`9f86d081-884c7d65`."""
        return f"{self._phones.hexdigest()[:8]}-{self._texts.hexdigest()[:8]}"


def _feed(to_hash: Any, column: pl.Series) -> None:
    """Each cell and a separator. Bytes that are let go of at once cost a fifth of those kept."""
    if column.is_empty():
        return
    whole = column.fill_null("") if column.null_count() else column
    to_hash.update(whole.str.join(_ROW).cast(pl.Binary).item())
    to_hash.update(_ROW.encode())


def of_plan(sender: str, on_duplicate: str, rows: str) -> str:
    """The digest of sender, policy and rows; "" where the rows were not looked at."""
    if not rows:
        return ""
    head = hashlib.sha256(f"{sender}{_UNIT}{on_duplicate}".encode()).hexdigest()[:4]
    return f"{head}-{rows}"


def differences(expected: str, digest: str) -> list[str]:
    """What is not as it was when the other digest was made, in words."""
    names = (
        "the sender, or what becomes of duplicates",
        "the people, or their order",
        "the texts",
    )
    pairs = zip(expected.split("-"), digest.split("-"), names, strict=False)
    return [name for before, now, name in pairs if before != now]
