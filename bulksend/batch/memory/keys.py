"""The secret of this computer's memory, and the hashes that stand for phones and texts."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import struct
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bulksend import portable
from bulksend.contacts.skipped.phone_buckets import BITS, Buckets
from bulksend.frozen import frozen

NAME = "memory.key"
_SECRET_BYTES = 32
_SIGN = 1 << 63
_BUCKET_MASK = (1 << BITS) - 1
_BUCKET_BYTES = BITS // 8
#: What ends the words of a text that goes to its phone once.
_FIRST_OCCURRENCE = "\0" + "1"


@frozen(kw_only=False)
class Keys:
    """Hashes of 64 bits, signed as SQLite keeps them. Without the secret they say nothing."""

    secret: bytes

    def __repr__(self) -> str:
        return "Keys()"

    @property
    def buckets(self) -> Buckets:
        """The quick rule: a phone's hash begins with its bucket."""
        raw = self._hash(b"buckets", b"", 32)
        first, *others = (int.from_bytes(raw[at : at + 8]) for at in range(0, 32, 8))
        return Buckets((first, others[0] | 1, others[1] | 1, others[2] | 1))

    def phones(self) -> Phones:
        """The hash of phones, made ready for many."""
        return Phones(self, self.buckets)

    def text(self, sender: str, text: str, occurrence: int = 1) -> int:
        """Of a finished text from a sender; composed, so that an accent is one however typed."""
        words = f"{sender}\0{unicodedata.normalize('NFC', text)}\0{occurrence}"
        return int.from_bytes(self._hash(b"text", words.encode(), 8), signed=True)

    def texts(self, sender: str, texts: Iterable[str]) -> list[int]:
        """The same of many texts from one sender, in their order."""
        begun, digests = self._begun(b"text", 8).copy(), bytearray()
        begun.update(f"{sender}\0".encode())
        for text in texts:
            of_text = begun.copy()
            composed = text if text.isascii() else unicodedata.normalize("NFC", text)
            of_text.update(f"{composed}{_FIRST_OCCURRENCE}".encode())
            digests += of_text.digest()
        return list(struct.unpack(f">{len(digests) // 8}q", digests))

    def check(self) -> bytes:
        """Tells this secret from another without telling it."""
        return self._hash(b"check", b"", 8)

    def _hash(self, person: bytes, words: bytes, size: int) -> bytes:
        begun = self._begun(person, size).copy()
        begun.update(words)
        return begun.digest()

    def _begun(self, person: bytes, size: int) -> hashlib.blake2b:
        return _begun(self.secret, person, size)


@frozen(kw_only=False)
class Phones:
    """Phones as the memory knows them."""

    keys: Keys
    buckets: Buckets

    def __call__(self, phone: str) -> int:
        """The bucket in the first bits, the slow hash in the others."""
        slow = int.from_bytes(self.keys._hash(b"", phone.encode(), 8))
        return _together(self.buckets.of_phone(phone), slow)

    def many(self, phones: Sequence[str]) -> list[int]:
        """The same of many phones, in their order."""
        buckets = self.buckets.of_phones(phones)
        begun, hashes = self.keys._begun(b"", 8), bytearray()
        for phone, bucket in zip(phones, buckets, strict=True):
            of_phone = begun.copy()
            of_phone.update(phone.encode())
            hashes += bucket.to_bytes(_BUCKET_BYTES)
            hashes += of_phone.digest()[_BUCKET_BYTES:]
        return list(struct.unpack(f">{len(phones)}q", hashes))


@functools.lru_cache(maxsize=8)
def _begun(secret: bytes, person: bytes, size: int) -> hashlib.blake2b:
    """A hash that has taken its key, which is half of the work for a short text; to be copied."""
    return hashlib.blake2b(key=secret, person=person, digest_size=size)


def _together(bucket: int, slow: int) -> int:
    """The hash of a phone from its bucket and its slow hash."""
    whole = bucket << (64 - BITS) | slow & ((1 << (64 - BITS)) - 1)
    return whole - 2 * _SIGN if whole & _SIGN else whole


def bucket_of(phone_hash: int) -> int:
    """The bucket that a phone's hash begins with."""
    return phone_hash >> (64 - BITS) & _BUCKET_MASK


def load(folder: Path) -> Keys | None:
    """The secret that lies there; None where there is none, or it is none. Raises OSError."""
    try:
        secret = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    return Keys(secret) if len(secret) == _SECRET_BYTES else None


def make(folder: Path) -> Keys:
    """A secret where none was; of two that are made at once one stays. Raises OSError."""
    path = folder / NAME
    part = folder / f"{NAME}.{secrets.token_hex(4)}.part"
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | portable.SAFE, 0o600)
    try:
        os.write(file, secrets.token_bytes(_SECRET_BYTES))
        os.fsync(file)
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        os.close(file)
        part.unlink()
    keys = load(folder)
    if keys is None:
        raise OSError(f"{path} is no secret of bulksend's")
    return keys


#: A key, as a journal keeps it.
to_bytes: Callable[[int], bytes] = struct.Struct(">q").pack


def from_bytes(raw: bytes) -> int:
    """A hash from the bytes that a journal keeps of it."""
    return int.from_bytes(raw, signed=True)
