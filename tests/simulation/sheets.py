"""The ways in which programs save one and the same table."""

from __future__ import annotations

import csv
import io
import random

import xlsxwriter

HEADER = ("name", "phone", "thing")
Row = tuple[str, str, str]


def saved(name: str, rows: list[Row], chance: random.Random) -> bytes:
    """As one of them; a name that ends in .xlsx is a workbook."""
    return _workbook(rows) if name.endswith(".xlsx") else _text(rows, chance)


def _text(rows: list[Row], chance: random.Random) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=chance.choice((",", ",", ";", "\t")),
        quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        lineterminator=chance.choice(("\n", "\r\n")),
    )
    writer.writerows([HEADER, *rows])
    return text.getvalue().encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")))


def _workbook(rows: list[Row]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADER, *rows]):
            sheet.write_row(at, 0, row)
    return written.getvalue()
