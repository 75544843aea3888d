"""Numbers of a workbook, shown as a person sees them."""

from __future__ import annotations

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from bulksend.contacts.reading.workbooks import number_formats


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
        pytest.param("dd/mm/yyyy", 46174, "01/06/2026", id="day"),
        pytest.param("[$-409]d mmm yy", 46174.4, "1 Jun 26", id="day-in-words"),
        pytest.param("DD.MM.YYYY", 46174, "01.06.2026", id="capitals"),
        pytest.param("dd/mm/yyyy h:mm", 46174.4375, "01/06/2026 10:30", id="day-and-time"),
        pytest.param("h:mm AM/PM", 0.4375, "10:30 AM", id="time"),
        pytest.param("h:mm:ss", 0.50001157407, "12:00:01", id="seconds"),
        pytest.param("[h]:mm", 1.5, "36:00", id="duration"),
        pytest.param("yyyy-mm-dd", 61, "1900-03-01", id="after-the-day-that-never-was"),
        pytest.param("yyyy-mm-dd", 1e9, "1000000000", id="no-day"),
        pytest.param("mmm-yy", 46174, "Jun-26", id="month"),
        pytest.param("d mmmm yyyy", 45000, "15 March 2023", id="spelled-out"),
        pytest.param("dddd", 45000, "Wednesday", id="day-of-the-week"),
        pytest.param("ddd, d. mmm", 45000, "Wed, 15. Mar", id="short-names"),
        pytest.param('d"th of "mmmm', 45000, "15th of March", id="words-in-a-day"),
        pytest.param("h:mm AM/PM", 0.604166667, "2:30 PM", id="afternoon"),
        pytest.param("h A/P", 0.0, "12 A", id="midnight"),
        pytest.param("hh:mm", 0.604166667, "14:30", id="clock"),
        pytest.param("mm:ss", 0.5 + 90 / 86400, "01:30", id="minutes-before-seconds"),
        pytest.param("mm-dd-yy", 45000, "2023-03-15", id="as-the-computer-is-set"),
        pytest.param("[$-F800]dddd, mmmm dd, yyyy", 45000, "2023-03-15", id="system-date"),
        pytest.param("[$-407]d. mmmm yyyy", 45000, "15. März 2023", id="months-in-german"),
        pytest.param("[$-de-AT]dddd, d. mmm", 45217, "Mittwoch, 18. Okt", id="austrian-by-tag"),
        pytest.param('[$-40C]d mmmm yyyy" à "h:mm', 45000.4375, "15 mars 2023 à 10:30", id="fr"),
        pytest.param("[$-C0A]d \\d\\e mmmm", 45000, "15 de marzo", id="spanish"),
        pytest.param("[$-415]d mmmm yyyy", 45000, "15 marca 2023", id="polish-beside-a-day"),
        pytest.param("[$-415]mmmm yyyy", 45000, "marzec 2023", id="polish-by-itself"),
        pytest.param('[$-FC19]d mmmm yyyy "г."', 45000, "15 марта 2023 г.", id="russian"),
        pytest.param("[$-405]dddd", 45000, "středa", id="czech"),
        pytest.param("[$-sv-SE,1]d mmmm", 45000, "15 mars", id="swedish-with-a-calendar-of-1"),
        pytest.param("[$-81A]d. mmmm", 45000, "15. март", id="serbian-by-its-language-alone"),
        pytest.param("[$-en-GB]d mmmm", 45000, "15 March", id="english-by-tag"),
        pytest.param("[$-1010409]d mmmm", 45000, "15 March", id="english-with-a-calendar"),
        pytest.param("[$-10]d mmmm", 45000, "15 marzo", id="italian-of-no-country"),
        pytest.param('[$-411]ggge"年"m"月"d"日"', 45000, "2023-03-15", id="an-emperors-years"),
        pytest.param('[$-404]e"/"m"/"d', 45000, "2023-03-15", id="years-of-the-republic"),
        pytest.param("[$-107041E]d mmmm yyyy", 45000, "2023-03-15", id="years-of-the-buddha"),
        pytest.param("[$-2000401]d mmmm yyyy", 45000, "2023-03-15", id="digits-of-its-own"),
        pytest.param("[$-429]d mmmm yyyy", 45000, "2023-03-15", id="where-years-count-otherwise"),
        pytest.param("[$-7777]d mmmm yyyy", 45000, "2023-03-15", id="no-language"),
        pytest.param('[$-411]yyyy"年"m"月"d"日"', 45000, "2023年3月15日", id="japanese-in-digits"),
        pytest.param("[$-407]dd.mm.yyyy", 45000, "15.03.2023", id="digits-in-german"),
        pytest.param("0.##", 5, "5", id="no-digits-after-the-point"),
        pytest.param("0.##", 5.25, "5.25", id="both-digits"),
        pytest.param("0.###", 1.5, "1.5", id="one-of-three"),
        pytest.param("#0.00##", 89.76, "89.76", id="two-of-four"),
        pytest.param("0.0#", 5, "5.0", id="at-least-one"),
        pytest.param("0.##%", 0.5, "50%", id="per-cent-without-digits"),
        pytest.param("General", True, "TRUE", id="truth"),
    ],
)
def test_a_number_reads_as_in_its_cell(code: str, value: float, shown: str) -> None:
    assert number_formats.shown(value, code, WINDOWS_EPOCH) == shown


def test_a_workbook_of_an_old_mac_counts_days_from_1904() -> None:
    assert number_formats.shown(44712, "yyyy-mm-dd", MAC_EPOCH) == "2026-06-01"


@pytest.mark.parametrize(
    ("number", "lost"),
    [(999999999999999, False), (1000000000000000, True), (1e20, True), (float("inf"), False)],
)
def test_more_than_fifteen_digits_cannot_be_whole(number: float, lost: bool) -> None:
    assert number_formats.has_lost_digits(number) is lost
