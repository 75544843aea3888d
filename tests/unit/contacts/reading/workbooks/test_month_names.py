"""Months and days in the language that a date format names."""

from __future__ import annotations

import sys

import pytest
from openpyxl.utils.datetime import WINDOWS_EPOCH

from bulksend.contacts.reading.workbooks import month_names, number_formats


@pytest.mark.parametrize(
    ("code", "october"),
    [
        pytest.param("[$-407]mmmm", "Oktober", id="german"),
        pytest.param("[$-0807]mmmm", "Oktober", id="swiss-german"),
        pytest.param("[$-41F]mmmm", "Ekim", id="turkish"),
        pytest.param("[$-pt-BR]mmmm", "outubro", id="by-a-tag"),
        pytest.param("[$-ru-RU-x-genlower]mmmm", "октябрь", id="by-a-tag-with-more-behind-it"),
        pytest.param("[$€-40B]mmmm", "lokakuu", id="beside-a-currency"),
        pytest.param("mmmm", "October", id="of-none"),
    ],
)
def test_a_language_is_known_by_its_number_or_its_tag(code: str, october: str) -> None:
    names = month_names.of_format(code)

    assert names is not None and names.months[9] == october


def test_without_the_library_a_day_is_written_in_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    month_names._of_tag.cache_clear()
    monkeypatch.setitem(sys.modules, "babel", None)

    assert number_formats.shown(45000, "[$-407]d. mmmm yyyy", WINDOWS_EPOCH) == "2023-03-15"
    assert number_formats.shown(45000, "[$-809]d mmmm yyyy", WINDOWS_EPOCH) == "15 March 2023"
    month_names._of_tag.cache_clear()
