"""Which encoding a text file is in that is no Unicode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The encoding of a text file."""

    #: As Python knows it.
    encoding: str
    #: Some bytes mean nothing in it.
    damaged: bool = False
    #: Why it needs the person's word; "" where it is beyond doubt.
    doubt: str = ""
    #: A cell of the file that shows it.
    shown: str = ""

    def notes(self) -> Iterator[str]:
        """What a person should know of it."""
        if self.encoding not in ("utf-8", "utf-8-sig"):
            yield f"read as {label(self.encoding)}" + (f": {self.shown}" if self.shown else "")
        if self.doubt:
            yield self.doubt


def named(encoding: str) -> Recognised:
    """The encoding that the person named."""
    return Recognised(encoding=encoding, damaged=True)


def label(encoding: str) -> str:
    """The encoding as people know it."""
    return "Windows-1252" if encoding == "cp1252" else encoding


def recognise(_blocks: Iterable[bytes]) -> Recognised:
    """The encoding of these bytes."""
    return Recognised(
        encoding="cp1252", damaged=True, doubt="it is no UTF-8; Windows-1252 is a guess"
    )
