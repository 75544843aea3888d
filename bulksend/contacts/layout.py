"""How a contacts file is laid out, where the person says so and recognition is not asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the person says of the file. None: it is recognised.

    It does not belong to a batch: a row is known by what it says, and the same contacts file may
    be saved in another encoding and gone on with.
    """

    #: A text encoding that Python knows: `cp1252`.
    encoding: str | None = None
    #: One character.
    delimiter: str | None = None
    #: The line with the column names, counted from 1.
    header_row: int | None = None
    #: The workbook's sheet, by name.
    sheet: str | None = None
