"""Rows in which nothing is odd: letters and digits of ASCII, blanks, and signs of everyday.

A block of a file is looked at once, as bytes, for a thirtieth of what it costs to search each of
its cells for each kind of trouble. Every such character is one unit of GSM-7, none of them opens an
error, a tag or an escape, and the only white space among them is the blank.
"""

from __future__ import annotations

import string

import polars as pl

#: The column (Boolean) of a chunk that says it of each row; where it is missing nothing is known.
COLUMN = "plain"
_LINE_ENDS = "\r\n"
_PLAIN = (string.ascii_letters + string.digits + " +-.,;:/()@_!?*=%$" + _LINE_ENDS).encode()


def is_plain(lines: bytes, delimiter: str) -> bool:
    """Whether whole lines hold nothing else, beside what parts their cells."""
    return not lines.translate(None, _PLAIN + delimiter.encode())


def are_plain(frame: pl.DataFrame) -> bool:
    """Whether all rows of a frame are known to be so."""
    return COLUMN in frame.columns and bool(frame[COLUMN].all())
