"""A short digest of a plan, so that one person can look at it and another send exactly that.

`3f2a-9f86d081-884c7d65`: sender and policy, phones, texts. Rows are taken as the file has them,
in its order, before memory and suppression leave any out; how the file was saved does not matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from bulksend.frozen import frozen
from bulksend.sms.message import Status

_UNIT, _ROW = "\x1f", "\x1e"


@frozen(kw_only=False)
class Pieces:
    """What some rows add, as bytes."""

    phones: bytes
    texts: bytes


def pieces(composed: pl.DataFrame) -> Pieces:
    """Of a composed frame: `status`, `to_e164` and `text` (all String) of its sendable rows."""
    sendable = composed.select("to_e164", "text")
    unsent = composed["status"] == str(Status.UNSENT)
    if not unsent.all():
        sendable = sendable.filter(unsent)
    return Pieces(_joined(sendable["to_e164"]), _joined(sendable["text"]))


def _joined(column: pl.Series) -> bytes:
    if column.is_empty():
        return b""
    whole = column.fill_null("") if column.null_count() else column
    rows: str = whole.str.join(_ROW).item()
    return rows.encode() + _ROW.encode()


def _sha256() -> Any:
    return hashlib.sha256()


@dataclass(slots=True)
class RowsDigest:
    """Adds rows up in the file's order."""

    _phones: Any = field(default_factory=_sha256)
    _texts: Any = field(default_factory=_sha256)

    def add(self, rows: Pieces) -> None:
        """The next rows."""
        self._phones.update(rows.phones)
        self._texts.update(rows.texts)

    def shown(self) -> str:
        """`9f86d081-884c7d65`."""
        return f"{self._phones.hexdigest()[:8]}-{self._texts.hexdigest()[:8]}"


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
