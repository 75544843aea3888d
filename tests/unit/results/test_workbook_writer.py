"""Results as a workbook."""

from __future__ import annotations

import io

import openpyxl
import polars as pl
import pytest

from bulksend import errors
from bulksend.results import workbook_writer

NAMES = ["phone", "phone", "", "row", "status", "cost", "to_e164"]
OURS = ["row", "status", "cost", "to_e164"]


def written(*rows: tuple[str | None, ...]) -> openpyxl.worksheet.worksheet.Worksheet:
    file = io.BytesIO()
    schema = {f"n{at}": pl.String for at in range(len(NAMES))}
    frames = [pl.DataFrame([row], schema=schema, orient="row") for row in rows]
    workbook_writer.write(file, NAMES, OURS, frames)
    return openpyxl.load_workbook(file).active


def test_phones_are_text_and_money_is_a_number():
    sheet = written(("+447911000001", "0044", "007", "2", "accepted", "0.0420", "+447911000001"))

    cells = [cell.value for cell in sheet[2]]
    assert cells == ["+447911000001", "0044", "007", 2, "accepted", 0.042, "+447911000001"]
    assert sheet.cell(2, 1).number_format == "@"


def test_the_header_is_frozen_and_filtered_also_where_names_stand_twice():
    sheet = written((None,) * 7, (None,) * 7)

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert [cell.value for cell in sheet[1]] == ["phone", "phone", None, *OURS]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "http://x.example"])
def test_no_cell_is_a_formula_or_a_link(cell):
    sheet = written((cell, "", "", "", cell, cell, cell))

    for at in (1, 5, 6, 7):
        assert (sheet.cell(2, at).value, sheet.cell(2, at).data_type) == (cell, "s")
        assert sheet.cell(2, at).hyperlink is None


def test_more_rows_than_a_sheet_holds_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(workbook_writer, "ROWS_MAX", 3)

    with pytest.raises(errors.UsageError, match="a sheet holds 2 rows"):
        written(*[(None,) * 7] * 3)
