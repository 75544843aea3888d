"""Numbers of a workbook, shown as a person sees them."""

from __future__ import annotations

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from bulksend.contacts.reading import number_formats as number_format


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        pytest.param("General", 447700900123, "447700900123", id="phone"),
        pytest.param("General", 4.4770090012300003e11, "447700900123", id="no-exponent"),
        pytest.param("General", 12.0, "12", id="no-point-zero"),
        pytest.param("General", 0.30000000000000004, "0.3", id="fifteen-digits"),
        pytest.param("General", 0.00001, "0.00001", id="small"),
        pytest.param("@", 447700900123, "447700900123", id="text-format"),
        pytest.param("0.00E+00", 447700900123, "447700900123", id="scientific-is-undone"),
        pytest.param("General", 1.2345678901234567e17, "123456789012346000", id="ends-are-lost"),
        pytest.param("0", 1e300, "1e+300", id="without-end"),
        pytest.param("00000000000", 7700900123, "07700900123", id="leading-zero"),
        pytest.param("0000", 12345, "12345", id="more-digits-than-places"),
        pytest.param("0000", 0, "0000", id="zeros"),
        pytest.param('"0"0', 7700900123, "07700900123", id="a-zero-as-text"),
        pytest.param("+0", 447700900123, "+447700900123", id="plus"),
        pytest.param('"+"0', 447700900123, "+447700900123", id="quoted-plus"),
        pytest.param(r"\+##\ ####\ ######", 447700900123, "+44 7700 900123", id="groups"),
        pytest.param("(000) 000-0000", 2025550123, "(202) 555-0123", id="american"),
        pytest.param(
            "[<=9999999]###\\-####;(###) ###\\-####", 2025550123, "2025550123", id="condition"
        ),
        pytest.param('"Tel "0', 5, "Tel 5", id="words"),
        pytest.param("#,##0.00", 1234567.891, "1,234,567.89", id="thousands"),
        pytest.param("#,##0", 12, "12", id="below-a-thousand"),
        pytest.param("0.00", 2.675, "2.68", id="halves-go-up"),
        pytest.param("0.00", 0.05, "0.05", id="zeros-after-the-point"),
        pytest.param("0.00", -0.5, "-0.50", id="negative"),
        pytest.param('"£"#,##0.00', 12.5, "£12.50", id="pounds"),
        pytest.param("[$€-407]#,##0.00", 12.5, "€12.50", id="euros"),
        pytest.param("#,##0_);[Red](#,##0)", 1200, "1,200", id="colour-and-width"),
        pytest.param("0.00%", 0.12345, "12.35%", id="per-cent"),
        pytest.param("# ?/?", 0.5, "0.5", id="fraction-is-not-followed"),
        pytest.param("dd/mm/yyyy", 46174, "2026-06-01", id="day"),
        pytest.param("[$-409]d mmm yy", 46174.4, "2026-06-01", id="day-in-words"),
        pytest.param("DD.MM.YYYY", 46174, "2026-06-01", id="capitals"),
        pytest.param("dd/mm/yyyy h:mm", 46174.4375, "2026-06-01 10:30", id="day-and-time"),
        pytest.param("h:mm AM/PM", 0.4375, "10:30", id="time"),
        pytest.param("h:mm:ss", 0.50001157407, "12:00:01", id="seconds"),
        pytest.param("[h]:mm", 1.5, "36:00", id="duration"),
        pytest.param("yyyy-mm-dd", 61, "1900-03-01", id="after-the-day-that-never-was"),
        pytest.param("yyyy-mm-dd", 1e9, "1000000000", id="no-day"),
        pytest.param("mmm-yy", 46174, "2026-06-01", id="month"),
        pytest.param("General", True, "TRUE", id="truth"),
    ],
)
def test_a_number_reads_as_in_its_cell(code: str, value: float, shown: str) -> None:
    assert number_format.shown(value, code, WINDOWS_EPOCH) == shown


def test_a_workbook_of_an_old_mac_counts_days_from_1904() -> None:
    assert number_format.shown(44712, "yyyy-mm-dd", MAC_EPOCH) == "2026-06-01"


@pytest.mark.parametrize(
    ("number", "lost"),
    [(999999999999999, False), (1000000000000000, True), (1e20, True), (float("inf"), False)],
)
def test_more_than_fifteen_digits_cannot_be_whole(number: float, lost: bool) -> None:
    assert number_format.has_lost_digits(number) is lost
