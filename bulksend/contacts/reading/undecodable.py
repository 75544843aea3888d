"""Bytes that mean nothing in the file's encoding: carried through as marks, so that only their rows
are invalid, and shown as � in the end.
"""

from __future__ import annotations

import codecs

import polars as pl

from bulksend.contacts.header import Header
from bulksend.errors import Code

HANDLER = "bulksend-mark"
#: A byte becomes the character so much above it: of plane 16, which is nobody's.
_MARK = 0x10FE00
_MARKS = "[\U0010fe00-\U0010feff]"
#: Behind the marks of a file that was cut.
_CUT = "\U0010fdff"


def _mark(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    broken = fault.object[fault.start : fault.end]
    marks = "".join(chr(_MARK + byte) for byte in broken)
    return marks + _CUT * (fault.reason == "unexpected end of data"), fault.end


codecs.register_error(HANDLER, _mark)


def marked(frame: pl.DataFrame, header: Header, encoding: str) -> pl.DataFrame:
    """The rows with marks become invalid, with the column and the byte; "": there are no marks."""
    if not encoding:
        return frame
    cells = [header.cell(at) for at in range(len(header.names))]
    for cell, name in zip(cells, header.names, strict=True):
        if not frame[cell].str.contains(_MARKS).any():
            continue
        rows = pl.col(cell).str.contains(_MARKS) & pl.col("problem").is_null()
        byte = pl.col(cell).str.extract(f"({_MARKS})").map_elements(_byte, return_dtype=pl.String)
        where = f"column {name}" if name else "a column without a name"
        frame = frame.with_columns(
            problem_text=pl.when(rows & pl.col(cell).str.contains(_CUT, literal=True))
            .then(pl.lit(f"the file was cut in the middle of a character, in {where}"))
            .when(rows)
            .then(pl.format(f"the byte {{}} in {where} has no meaning in {encoding}", byte))
            .otherwise("problem_text"),
            problem=pl.when(rows).then(pl.lit(str(Code.UNDECODABLE))).otherwise("problem"),
        )
    return frame.with_columns(pl.col(cells).str.replace_all(_MARKS, "�").str.replace(_CUT, ""))


def _byte(mark: str) -> str:
    return f"0x{ord(mark) - _MARK:02X}"
