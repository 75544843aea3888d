"""Where the table is in a file: which of its first records holds the column names. Pure.

Above it may stand a title, a comment, groups of columns, a date of export. Nothing is decided by
the width alone: a name that means phones with phones below it is the surest sign, and otherwise
the names stand above the first row that holds a phone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bulksend import errors
from bulksend.contacts import phone_names
from bulksend.contacts.header import Header, make_header
from bulksend.contacts.phone_names import Kind
from bulksend.contacts.reading import looks
from bulksend.frozen import frozen

#: Records among which the column names are looked for.
_ABOVE_MAX = 30
_COMMENTS = ("#", "//", "--")
#: Longer than a date, and perhaps a phone that lacks something.
_NUMBER = re.compile(r"\s*[+-]?[0-9][0-9 ()]{8,}\s*")
Record = Sequence[str]


@frozen
class Place:
    """Where the table begins."""

    header: Header
    #: Of the column names, as the spreadsheet numbers it.
    row: int
    #: The first rows below it.
    sample: tuple[Record, ...]
    #: What a person should know of it.
    notes: tuple[str, ...] = ()


def place(name: str, records: Sequence[tuple[int, Record]], header_row: int | None) -> Place:
    """Where the table of a file begins; `header_row` is the person's word.

    `records` are the first of the file that are not blank, with their rows. Raises ContactsError
    where the file is empty, has no such row, or no names at all.
    """
    if not records:
        raise errors.ContactsError(
            f"{name}: the file is empty",
            hint="fill it: a line of column names, then rows",
            code="contacts_unusable",
        )
    at = _named(name, records, header_row) if header_row else find_header(_cells(records))
    if at is None:
        raise errors.ContactsError(
            f"{name}: row {records[0][0]} holds a phone number where the column names should be",
            hint="put a line of column names above it, for example: phone,name",
            code="no_header",
        )
    row, names = records[at]
    above = ", ".join(str(number) for number, _cells in records[:at][:3]) + ", …" * (at > 3)
    rows = "row" if at == 1 else "rows"
    note = (
        f"the column names are those of row {row}; what stands above is left out ({rows} {above})"
    )
    return Place(
        header=make_header(names, name),
        row=row,
        sample=_cells(records[at + 1 :]),
        notes=(note,) if at and not header_row else (),
    )


def _cells(records: Sequence[tuple[int, Record]]) -> tuple[Record, ...]:
    return tuple(cells for _row, cells in records)


def _named(name: str, records: Sequence[tuple[int, Record]], header_row: int) -> int:
    at = next((at for at, (row, _cells) in enumerate(records) if row == header_row), None)
    if at is not None:
        return at
    what = "is blank" if header_row < records[-1][0] else "does not exist"
    raise errors.ContactsError(
        f"{name}: row {header_row} should hold the column names, and {what}",
        hint="count the lines from the top of the file, the first is 1",
        code="no_header_row",
    )


def find_header(records: Sequence[Record]) -> int | None:
    """The place of the column names among the first records that are not blank.

    None: the first of them holds a phone, so that the file has no names.
    """
    named = _by_name(records)
    if named is not None:
        return named
    first = _first_phone(records)
    above = records[: len(records) if first is None else first][:_ABOVE_MAX]
    above_at = [at for at, record in enumerate(above) if not _is_comment(record)]
    if not above_at:
        return None if first is not None else 0
    # below names that are none of a number, a record with a number is data that is damaged
    plain = [at for at in above_at if not any(map(_NUMBER.fullmatch, above[at]))]
    above_at = plain if plain[:1] == above_at[:1] else above_at
    widest = max(_filled(above[at]) for at in above_at)
    wanted = widest if first is not None else min(widest, 2)
    return next(at for at in above_at if _filled(above[at]) >= wanted)


def _by_name(records: Sequence[Record]) -> int | None:
    """The first record with a name that means phones and stands above phones, or is the first."""
    for at, record in enumerate(records[:_ABOVE_MAX]):
        for column, name in enumerate(record):
            kind = phone_names.kind_of(name)
            if kind is None or looks.is_phone(name):
                continue
            if not at and kind < Kind.NUMBER and (_filled(record) > 1 or len(records[-1]) == 1):
                return 0
            below = _column(records[at + 1 :], column)
            above = _column(records[:at], column)
            if kind is Kind.NUMBER and not any(map(looks.is_phone, below[:1])):
                continue
            if sum(map(looks.is_phone, below)) * 2 >= len(below) > 0 and not any(
                map(looks.is_phone, above)
            ):
                return at
    return None


def _first_phone(records: Sequence[Record]) -> int | None:
    """The first record with a phone in a column that holds hardly anything else."""
    width = max(map(len, records), default=0)
    firsts = []
    for column in range(width):
        below = _column(records[1:], column) or _column(records, column)
        if sum(map(looks.is_phone, below)) * 2 >= len(below) > 0:
            cells = [record[column] if column < len(record) else "" for record in records]
            firsts += [at for at, cell in enumerate(cells) if looks.is_phone(cell)][:1]
    return min(firsts, default=None)


def _column(records: Sequence[Record], column: int) -> list[str]:
    """Its cells that are not blank."""
    cells = (record[column] for record in records if column < len(record))
    return [cell for cell in cells if cell.strip()]


def _filled(record: Record) -> int:
    return sum(1 for cell in record if cell.strip())


def _is_comment(record: Record) -> bool:
    return bool(record) and record[0].lstrip().startswith(_COMMENTS) and _filled(record) == 1
