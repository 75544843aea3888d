"""What a journal keeps of rows and requests: keyed hashes, which can be compared and not read."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

from bulksend.journal.models import RowKeys


class Hashes:
    """BLAKE2b of 64 bits under a batch's own key.

    Each begins as a copy of one that has taken the key, which is half of the work.
    """

    def __init__(self, key: bytes, sender: str) -> None:
        self._body = hashlib.blake2b(digest_size=8, key=key)
        self._phone = hashlib.blake2b(digest_size=8, key=key, person=b"row")
        self._row = self._phone.copy()
        self._row.update(f"{sender}\0".encode())

    def of_body(self, body: bytes) -> bytes:
        """Of a request: enough to see that it is the same, nothing to read."""
        whole = self._body.copy()
        whole.update(body)
        return whole.digest()

    def of_phone(self, phone: str) -> int:
        """Of a phone alone."""
        return _signed(self._phone, phone)

    def of_row(self, phone: str, text: str) -> RowKeys:
        """What a row says: the same wherever it stands and however its file was saved."""
        composed = text if text.isascii() else unicodedata.normalize("NFC", text)
        return RowKeys(_signed(self._row, f"{phone}\0{composed}"), _signed(self._phone, phone))

    def of_rows(self, phones: Iterable[str], texts: Iterable[str]) -> list[int]:
        """The row keys of many rows whose texts are composed (NFC) already."""
        return [
            _signed(self._row, f"{phone}\0{text}")
            for phone, text in zip(phones, texts, strict=True)
        ]


def _signed(begun: hashlib.blake2b, words: str) -> int:
    """As SQLite keeps an integer."""
    whole = begun.copy()
    whole.update(words.encode())
    return int.from_bytes(whole.digest(), "little", signed=True)
