"""Rows in which nothing is odd: letters of GSM-7, digits, blanks, and signs of everyday.

A block of a file is looked at once, as bytes, for a thirtieth of what it costs to search each of
its cells for each kind of trouble. Every such character is one unit of GSM-7, none of them opens an
error, a tag or an escape, and the only white space among them is the blank. An apostrophe is plain
within a word; at the beginning of a cell it may guard a number.
"""

from __future__ import annotations

import string

import polars as pl

#: The column (Boolean) of a chunk that says it of each row; where it is missing nothing is known.
COLUMN = "plain"
_LINE_ENDS = "\r\n"
_PLAIN = (string.ascii_letters + string.digits + " +-.,;:/()@_!?*=%$'" + _LINE_ENDS).encode()
#: Of GSM-7, and of two bytes in UTF-8, of which the first is the same for all and stands for no
#: other character: what is left of a text without ASCII is made of them where its bytes are.
_LETTERS = "ÄÅÆÉÑÖØÜßàäåæèéìñòöøùü".encode()


def is_plain(lines: bytes, delimiter: str) -> bool:
    """Whether whole lines hold nothing else, beside what parts their cells."""
    others = lines.translate(None, _PLAIN + delimiter.encode())
    if others and others.translate(None, _LETTERS):
        return False
    return b"'" not in lines or not _may_guard(lines, delimiter.encode())


def _may_guard(lines: bytes, delimiter: bytes) -> bool:
    """Whether an apostrophe stands where a cell, or a word, begins."""
    before = (delimiter, b"\n", b"\r", b" ")
    return lines.startswith(b"'") or any(each + b"'" in lines for each in before)


def are_plain(frame: pl.DataFrame) -> bool:
    """Whether all rows of a frame are known to be so."""
    return COLUMN in frame.columns and bool(frame[COLUMN].all())
