"""Numbers of a workbook, shown as a person sees them."""

from __future__ import annotations

import pytest

from bulksend.contacts import number_format


@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        pytest.param("", "447700900123", "447700900123", id="phone"),
        pytest.param("General", "4.4770090012300003E11", "447700900123", id="no-exponent"),
        pytest.param("", "12.0", "12", id="no-point-zero"),
        pytest.param("", "0.30000000000000004", "0.3", id="fifteen-digits"),
        pytest.param("@", "447700900123", "447700900123", id="text-format"),
        pytest.param("0.00E+00", "447700900123", "447700900123", id="scientific-is-undone"),
        pytest.param("", "1.2345678901234567E17", "123456789012346000", id="ends-are-lost"),
        pytest.param("0", "1E+300", "1e+300", id="without-end"),
        pytest.param("0", "nonsense", "nonsense", id="no-number"),
        pytest.param("00000000000", "7700900123", "07700900123", id="leading-zero"),
        pytest.param("+0", "447700900123", "+447700900123", id="plus"),
        pytest.param(r"\+##\ ####\ ######", "447700900123", "+44 7700 900123", id="groups"),
        pytest.param("(000) 000-0000", "2025550123", "(202) 555-0123", id="american"),
        pytest.param('"Tel "0', "5", "Tel 5", id="words"),
        pytest.param("#,##0.00", "1234567.891", "1,234,567.89", id="thousands"),
        pytest.param("0.00", "2.675", "2.68", id="halves-go-up"),
        pytest.param("0.0,,", "12345678", "12.3", id="millions"),
        pytest.param("0.##", "1.5", "1.5", id="only-what-is-there"),
        pytest.param("#", "0", "", id="no-zero"),
        pytest.param('"£"#,##0.00', "12.5", "£12.50", id="pounds"),
        pytest.param("[$€-407]#,##0.00", "12.5", "€12.50", id="euros"),
        pytest.param("#,##0.00;(#,##0.00)", "-3", "(3.00)", id="negative-in-brackets"),
        pytest.param("0;-0;[Red]-0", "-3", "-3", id="negative"),
        pytest.param('0;-0;"none"', "0", "none", id="word-for-zero"),
        pytest.param(";;;", "5", "5", id="hidden-by-format-is-no-mask"),
        pytest.param("[>100]0.0;0", "5", "5", id="condition-is-not-followed"),
        pytest.param("0.00%", "0.12345", "12.35%", id="per-cent"),
        pytest.param("# ?/?", "0.5", "0.5", id="fraction-is-not-followed"),
        pytest.param("dd/mm/yyyy", "46174", "2026-06-01", id="day"),
        pytest.param("[$-409]d mmm yy", "46174.4", "2026-06-01", id="day-in-words"),
        pytest.param("dd/mm/yyyy h:mm", "46174.4375", "2026-06-01 10:30", id="day-and-time"),
        pytest.param("h:mm AM/PM", "0.4375", "10:30", id="time"),
        pytest.param("h:mm:ss", "0.5000115", "12:00:01", id="seconds"),
        pytest.param("[h]:mm", "1.5", "36:00", id="duration"),
        pytest.param("mmm-yy", "46174", "2026-06-01", id="month"),
        pytest.param("yyyy-mm-dd", "59", "1900-02-28", id="before-the-day-that-never-was"),
        pytest.param("yyyy-mm-dd", "61", "1900-03-01", id="after-it"),
        pytest.param("yyyy-mm-dd", "-1", "-1", id="no-day"),
        pytest.param("yyyy-mm-dd", "nan", "nan", id="no-number-of-days"),
    ],
)
def test_a_number_reads_as_in_its_cell(code: str, raw: str, shown: str) -> None:
    assert number_format.shower(code, epoch_1904=False)(raw) == shown


def test_a_workbook_of_an_old_mac_counts_days_from_1904() -> None:
    assert number_format.shower("yyyy-mm-dd", epoch_1904=True)("44712") == "2026-06-01"


@pytest.mark.parametrize(("number", "code"), [(0, ""), (1, "0"), (14, "yyyy-mm-dd"), (49, "")])
def test_formats_are_known_by_number(number: int, code: str) -> None:
    assert number_format.built_in(number) == code


@pytest.mark.parametrize(
    ("raw", "lost"),
    [("999999999999999", False), ("1000000000000000", True), ("1E+20", True), ("x", False)],
)
def test_more_than_fifteen_digits_cannot_be_whole(raw: str, lost: bool) -> None:
    assert number_format.has_lost_digits(raw) is lost
