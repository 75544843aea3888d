"""How a contacts file is laid out, where the person says so and recognition is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bulksend.frozen import frozen


@frozen
class Layout:
    """What the person says of the file. None: it is recognised.

    It does not belong to a batch: a row is known by what it says, and the same contacts file may
    be saved in another encoding and gone on with. It is kept beside the batch, so that `resume`
    needs no flags.
    """

    #: A text encoding that Python knows: `cp1252`.
    encoding: str | None = None
    #: What an earlier command was told of the encoding: for a file that is no Unicode.
    fallback_encoding: str | None = None
    #: One character.
    delimiter: str | None = None
    #: The line with the column names, counted from 1.
    header_row: int | None = None
    #: The workbook's sheet, by name.
    sheet: str | None = None

    def pack(self) -> dict[str, str | int]:
        """What was said here or to an earlier command, as JSON can hold it."""
        fields = asdict(self) | {"encoding": self.encoding or self.fallback_encoding}
        del fields["fallback_encoding"]
        return {name: value for name, value in fields.items() if value is not None}

    def or_else(self, packed: Mapping[str, Any]) -> Layout:
        """This one, with what an earlier command was told wherever nothing is said here."""
        return Layout(
            encoding=self.encoding,
            fallback_encoding=packed.get("encoding"),
            delimiter=self.delimiter or packed.get("delimiter"),
            header_row=self.header_row or packed.get("header_row"),
            sheet=self.sheet or packed.get("sheet"),
        )
