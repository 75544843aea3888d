"""How a CSV is to be written so that the program opens it that opened the contacts file."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from pathlib import Path

from bulksend.frozen import frozen

_LOOKED_AT_BYTES = 64 << 10
_DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r'\A"?sep=(.)"?\s*\Z', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@frozen
class CsvStyle:
    """Delimiter, and whether the text begins with a byte order mark."""

    delimiter: str = ","
    bom: bool = False

    @property
    def mark(self) -> bytes:
        """What stands before the text."""
        return codecs.BOM_UTF8 if self.bom else b""


PLAIN = CsvStyle()


def style_for(results: Path, contacts: Path, delimiter: str | None = None) -> CsvStyle:
    """`style_of`, but tabs where the results are called .tsv."""
    style = style_of(contacts, delimiter)
    return replace(style, delimiter="\t") if results.suffix.lower() == ".tsv" else style


def style_of(contacts: Path, delimiter: str | None = None) -> CsvStyle:
    """As the contacts file is written; plain for a workbook, a frame or a file that is gone.

    `delimiter`: what the person said it is.
    """
    try:
        with contacts.open("rb") as file:
            head = file.read(_LOOKED_AT_BYTES)
    except OSError:
        return CsvStyle(delimiter=delimiter or ",")
    if head.startswith(b"PK"):
        return CsvStyle(delimiter=delimiter or ",")
    bom = head.startswith((codecs.BOM_UTF8, *_UTF_16))
    encoding = "utf-16" if head.startswith(_UTF_16) else "utf-8-sig"
    lines = head.decode(encoding, errors="replace").splitlines()
    return CsvStyle(delimiter=delimiter or _delimiter(lines), bom=bom)


def _delimiter(lines: list[str]) -> str:
    """The one that the first line with any has most, outside of quotes."""
    for line in lines[:50]:
        if named := _SEP_LINE.match(line):
            return named[1]
        bare = _QUOTED.sub("", line)
        most = max(_DELIMITERS, key=bare.count)
        if bare.count(most):
            return most
    return ","
