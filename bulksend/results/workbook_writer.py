"""Results as a workbook: phones as text, the header frozen and filtered, widths to read by.

Written a row at a time, so that a long list needs no more memory than a short one.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from typing import IO, Any

import polars as pl

from bulksend import errors
from bulksend.setting_names import Setting

#: What a sheet holds, its header included.
ROWS_MAX = 1_048_576
#: Columns of ours that a person adds up or sorts by.
NUMBERS = frozenset(
    {*("row", "parts", "attempts", "cost", "rate", "carrier_fee", "final_cost", "wait_seconds")}
)
_WIDTHS = {
    **{"to_e164": 17, "message_id": 12, "error": 36, "receipt_error": 36, "reason": 44},
    **{"another_try": 24, "claimed_at": 23, "settled_at": 23, "delivered_at": 23},
}
_WIDTH, _WIDTH_MAX = 13, 40
#: The longest text that a cell takes.
_CELL_MAX = 32_767


def write(
    file: IO[bytes],
    names: Sequence[str],
    ours: Sequence[str],
    frames: Iterable[pl.DataFrame],
    sheet: str = "results",
) -> int:
    """Write frames of texts, whose last columns are `ours`; the number of rows written.

    Raises UsageError where the extra is missing, or for more rows than a sheet holds.
    """
    book = _book(file)
    try:
        return _write_sheet(book, book.add_worksheet(sheet), names, ours, frames)
    finally:
        book.close()  # which holds passing files of its own


def table(sheet: str, names: Sequence[str], cells: Sequence[Sequence[str]]) -> bytes:
    """A workbook of a few rows, every cell as text, so that no program makes a phone a number.

    Raises UsageError where the extra is missing.
    """
    file = io.BytesIO()
    write(file, names, (), [pl.DataFrame(cells, schema=list(names), orient="row")], sheet)
    return file.getvalue()


def _write_sheet(
    book: Any,
    sheet: Any,
    names: Sequence[str],
    ours: Sequence[str],
    frames: Iterable[pl.DataFrame],
) -> int:
    text = book.add_format({"num_format": "@"})
    first_of_ours = len(names) - len(ours)
    numbers = {first_of_ours + at for at, name in enumerate(ours) if name in NUMBERS}
    for column, name in enumerate(names):
        ours_too = column >= first_of_ours
        width = _WIDTHS.get(name, _WIDTH) if ours_too else min(max(len(name) + 2, 16), _WIDTH_MAX)
        sheet.set_column(column, column, width, None if column in numbers else text)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, names, book.add_format({"bold": True}))
    written = 0
    for frame in frames:
        for cells in frame.iter_rows():
            written += 1
            if written >= ROWS_MAX:
                raise errors.UsageError(
                    f"a sheet holds {ROWS_MAX - 1:,} rows, and there are more",
                    hint=f"give the file a name that ends in .csv, or {Setting.ONLY} fewer rows",
                    code="sheet_full",
                )
            _write_row(sheet, written, cells, numbers, text)
    if names:
        sheet.autofilter(0, 0, written, len(names) - 1)
    return written


def _write_row(
    sheet: Any, row: int, cells: Sequence[str | None], numbers: Collection[int], text: Any
) -> None:
    """`numbers`: the places of the columns whose cells are numbers; all others are texts."""
    for column, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        if column in numbers:
            try:
                sheet.write_number(row, column, float(cell))
                continue
            except ValueError:
                pass
        sheet.write_string(row, column, cell[:_CELL_MAX], text)


def _book(file: IO[bytes]) -> Any:
    try:
        import xlsxwriter
    except ImportError:
        raise errors.UsageError(
            "a workbook cannot be written here",
            hint="install the extra `sheets`, or give the file a name that ends in .csv",
            code="sheets_missing",
        ) from None
    return xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
