"""How a contacts file is written: its encoding, its line ends, its delimiter. Pure detection."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

DELIMITERS = ",;\t|"
#: Records looked at to find the delimiter.
_LOOKED_AT = 60
#: A line of blanks and delimiters tells nothing.
_NOTHING = DELIMITERS + " \r\n"
#: It names one sign of ASCII; a quote, a letter or a line end delimit nothing.
_SEP_LINE = re.compile(r'\A"?sep=([\t !#-/:-@\[-`{-~])"?(\r\n|\r|\n)', re.IGNORECASE)
#: Workbooks of today are zip archives of XML.
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MAGIC = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document (.rtf)",
}


def disguise(head: bytes) -> str:
    """What the file really is, if it is neither text nor a zip archive; "" otherwise."""
    return next((what for magic, what in _MAGIC.items() if head.startswith(magic)), "")


def utf_encoding(head: bytes) -> str:
    """The encoding that a BOM or the zeros of UTF-16 show; "" when neither does."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if head.startswith(mark):
            return name
    pairs = head[: len(head) // 2 * 2][:4096]
    if len(pairs) < 8:  # a zero or two may be something else
        return ""
    odd, even = pairs[1::2].count(0), pairs[::2].count(0)
    if odd > 0.4 * len(pairs) / 2 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(pairs) / 2 and odd == 0 else ""


def find_delimiter(sample: str) -> tuple[str, int]:
    """The delimiter, and how long the `sep=` line is that named it. A single column has the comma.

    Spreadsheet programs do not show such a line.
    """
    named = _SEP_LINE.match(sample)
    if named:
        return named[1], len(named[0])
    if not sample.strip(_NOTHING):
        return max(DELIMITERS, key=sample.count), 0
    best = max(DELIMITERS, key=lambda sign: _regularity(sample, sign))
    return (best if _regularity(sample, best) > 0 else ","), 0


def _regularity(sample: str, delimiter: str) -> float:
    """How well a delimiter explains the sample: records of equal length, more fields better."""
    lengths = [
        len(record) for record in _records(sample, delimiter) if "".join(record).strip(_NOTHING)
    ]
    if not lengths or lengths[0] < 2:
        return 0.0
    _usual, count = Counter(lengths).most_common(1)[0]
    return count / len(lengths) + lengths.count(lengths[0]) / len(lengths) + 0.01 * lengths[0]


def _records(sample: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(sample)))
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", sample)
    return islice(csv.reader(lines, delimiter=delimiter), _LOOKED_AT)
