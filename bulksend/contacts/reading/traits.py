"""What is known of all cells of a block, by one look at its bytes.

To look at a block once costs a thirtieth of what it costs to search each of its cells for each kind
of trouble. What is not known may still be so: the cells are searched then.
"""

from __future__ import annotations

import string
from enum import IntFlag

import polars as pl


class Trait(IntFlag):
    """What is so in each cell of some rows."""

    #: ASCII is letters, digits, the blank and signs of everyday: each is one unit of GSM-7, none
    #: opens an error, a tag or an escape, and the only white space among them is the blank.
    EVERYDAY = 1
    #: The same, beyond ASCII nothing but letters of GSM-7, and an apostrophe only within a word:
    #: at the beginning of a cell it may guard a number.
    PLAIN = 2
    #: No cell shows an error of a spreadsheet or a database.
    NO_ERROR = 4
    #: No cell has a typed escape, an entity or a tag.
    NO_MARKUP = 8
    #: No cell has the character NUL.
    NO_NUL = 16


#: The column (UInt8 of `Trait`) of a chunk; where it is missing nothing is known.
COLUMN = "traits"
_EVERYDAY = (string.ascii_letters + string.digits + " +-.,;:/()@_!?*=%$'\r\n").encode()
_BEYOND_ASCII = bytes(range(0x80, 0x100))
#: Of GSM-7, and of two bytes in UTF-8, of which the first is the same for all and stands for no
#: other character: what is left of a text without ASCII is made of them where its bytes are.
_LETTERS = "ÄÅÆÉÑÖØÜßàäåæèéìñòöøùü".encode()
#: An error that begins like a word: `Err:502`.
_WORDED_ERROR = "(?i-u:err:[0-9])"


def of_lines(lines: bytes, delimiter: str) -> Trait:
    """Of the cells of whole lines without quotes, which are valid UTF-8."""
    others = lines.translate(None, _EVERYDAY + delimiter.encode())
    traits = Trait(0)
    if not others or not others.translate(None, _BEYOND_ASCII):
        traits |= Trait.EVERYDAY
        if not others.translate(None, _LETTERS) and not _may_guard(lines, delimiter):
            traits |= Trait.PLAIN
    if not (b"#" in others or b"\\" in others or _holds(lines, _WORDED_ERROR)):
        traits |= Trait.NO_ERROR
    if not (b"&" in others or b"<" in others or b"\\" in others):
        traits |= Trait.NO_MARKUP
    return traits if b"\0" in others else traits | Trait.NO_NUL


def _may_guard(lines: bytes, delimiter: str) -> bool:
    """Whether an apostrophe stands where a cell, or a word, begins."""
    if b"'" not in lines:
        return False
    before = "".join(f"\\x{ord(sign):02x}" for sign in f"{delimiter}\n\r ")
    return _holds(lines, rf"(?:\A|[{before}])'")


def _holds(lines: bytes, pattern: str) -> bool:
    """Rust's regular expressions find a few letters ten times as fast as Python's."""
    text = pl.Series([lines], dtype=pl.Binary).cast(pl.String)
    return bool(text.str.contains(pattern)[0])


def have(frame: pl.DataFrame, wanted: Trait) -> bool:
    """Whether this is known of all rows of a frame."""
    if COLUMN not in frame.columns or not frame.height:
        return False
    return bool((frame[COLUMN] & int(wanted) == int(wanted)).all())
