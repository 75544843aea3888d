"""Cells that a spreadsheet program opens as text and never as a formula (CWE-1236)."""

from __future__ import annotations

import polars as pl

#: A number in E.164 is written as it is: a plus and digits can call nothing and refer to nothing.
_E164 = r"\A\+[1-9][0-9]{1,14}\z"
#: What makes a spreadsheet program read a formula, also full-width, also behind blanks or a BOM
#: (OWASP CSV injection; ASVS 1.2.10).
_FORMULA = (
    r"\A[\s\x00\x{FEFF}\x{200B}\x{00A0}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|\A[\t\r\n\x00]"
)


def defuse(column: pl.Expr) -> pl.Expr:
    """A text column with an apostrophe before everything that could run as a formula."""
    harmless = column.is_null() | ~column.str.contains(_FORMULA) | column.str.contains(_E164)
    empty = column.str.len_bytes() == 0  # as nothing, not as a pair of quotes
    escaped = pl.when(~empty).then(pl.concat_str(pl.lit("'"), column))
    return pl.when(harmless & ~empty).then(column).otherwise(escaped)
