"""What stands in a cell and is not meant for anybody."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.contacts import cell_values

ERRORS = (
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#WERT!", "#BEZUG!"),
    *("#NV", "#VALEUR!", "#NOM?", "#¡REF!", "#¿NOMBRE?", "#ССЫЛКА!", "#SAYI/0!", "#SPILL!"),
    *("####", "##########", "\\N", "Err:502", " #N/A ", "#n/a"),
)
VALUES = ("#1", "#hashtag", "# 12", "N/A", "#SALE!", "C# dev", "\\n", "E", "Err", "Erna", "#")


@pytest.mark.parametrize("cell", ERRORS)
def test_an_error_of_a_spreadsheet_is_known(cell: str) -> None:
    assert cell_values.is_error(cell)
    assert cell_values.errors_in(pl.Series([cell, "Ada"])).to_list() == [0]


@pytest.mark.parametrize("cell", VALUES)
def test_a_word_that_looks_like_one_is_none(cell: str) -> None:
    assert not cell_values.is_error(cell)
    assert cell_values.errors_in(pl.Series([cell])).is_empty()


def test_words_for_nothing_are_found_among_names() -> None:
    cells = pl.Series(["Ada", "NULL", "nan", "None", "Nando", "Nonette", "<NA>", ""])

    assert cell_values.nulls_in(cells).to_list() == [1, 2, 3, 6]


@pytest.mark.parametrize(
    ("cell", "inserted"),
    [
        (" Ada ", "Ada"),
        ("\tAda\u00a0", "Ada"),
        ("'00123", "00123"),
        ("'+44", "+44"),
        ("'t Hooft", "'t Hooft"),
        ("'Abd", "'Abd"),
        ("Ada L", "Ada L"),
        ("\nAda\n", "Ada"),
        ("\u3000Ada", "Ada"),
        ("", ""),
    ],
)
def test_blanks_and_guards_are_not_inserted(cell: str, inserted: str) -> None:
    assert cell_values.inserted(pl.Series([cell])).to_list() == [inserted]
    assert cell_values.inserted(pl.Series(["x", cell, "y"])).to_list() == ["x", inserted, "y"]
    assert cell_values.inserted_one(cell) == inserted
