"""Cells as people, spreadsheets and other programs write them: read as meant, or named as what
they are; and in a column exactly as alone.
"""

from __future__ import annotations

import random

import phonenumbers
import polars as pl
import pytest

from bulksend.errors import Code
from bulksend.sms.phone import columns, former, kinds, plans
from bulksend.sms.phone.kinds import LineKind
from bulksend.sms.phone.parse import Phone, parse_phone
from bulksend.sms.phone.wrapping import NO_FIX, PhoneError, PhoneFix
from tests import sizes
from tests.unit.sms.phone.test_parse import assert_read_alike

F = PhoneFix


def read(cell: str, region: str | None) -> Phone:
    """What is read, alone and in a column alike."""
    assert_read_alike([cell], region)
    parsed = parse_phone(cell, region)
    assert isinstance(parsed, Phone), parsed
    return parsed


def refused(cell: str, region: str | None) -> PhoneError:
    assert_read_alike([cell], region)
    parsed = parse_phone(cell, region)
    assert isinstance(parsed, PhoneError), parsed
    return parsed


@pytest.mark.parametrize("area", ["151", "152", "157", "159", "160", "162", "170", "175", "179"])
def test_a_german_mobile_without_its_zero_is_read(area: str) -> None:
    length = 8 if area.startswith("15") else 7
    numbers = [f"{area}{number:0{length}d}" for number in (2345678, 3900001, 5550123)]

    for number in numbers:
        if len(number) > 10:
            assert (read(number, "DE").e164, read(number, "DE").fixes) == (
                f"+49{number}",
                F.LOST_ZERO,
            )


def test_a_lost_zero_that_could_be_the_caribbean_is_refused() -> None:
    assert "Sint Maarten" not in refused("17215201234", "DE").text
    assert "SX" in refused("17215201234", "DE").text


@pytest.mark.parametrize(
    ("cell", "region", "e164"),
    [
        pytest.param("0171 1234567.0", "DE", "+491711234567", id="blanks"),
        pytest.param("+49-171-1234567.00", "DE", "+491711234567", id="hyphens"),
        pytest.param("(0171) 1234567,0", "DE", "+491711234567", id="brackets-and-comma"),
        pytest.param("+49.171.1234567.0", None, "+491711234567", id="points"),
        pytest.param("0664\u00a01234567.0", "AT", "+436641234567", id="nbsp"),
        pytest.param("171 123 45 67.0", "DE", "+491711234567", id="lost-zero-too"),
    ],
)
def test_a_point_zero_is_never_a_digit(cell: str, region: str | None, e164: str) -> None:
    assert read(cell, region).e164 == e164
    assert F.POINT_ZERO in read(cell, region).fixes


@pytest.mark.parametrize(
    ("cell", "region"), [("07700 90012.0", "GB"), ("079 123 45.00", "CH"), ("+4477.0", None)]
)
def test_what_is_too_short_without_its_point_zero_is_refused_and_says_so(
    cell: str, region: str | None
) -> None:
    assert ".0" in refused(cell, region).text


@pytest.mark.parametrize(
    "cell", ["7" * 100_000, "7 " * 50_000, "7.0" * 30_000, "+44" + "0" * 90_000]
)
def test_a_cell_that_is_longer_than_any_number_is_refused_at_once(cell: str) -> None:
    assert isinstance(parse_phone(cell, "GB"), PhoneError)


def test_two_zeros_behind_points_are_the_numbers_own() -> None:
    assert read("06.12.34.56.00", "FR").e164 == "+33612345600"


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        pytest.param("43012375-43012527", "BG", id="hyphen"),
        pytest.param("43012220\n43012875", "BG", id="lines"),
        pytest.param("43012220\u00a043012875", "BG", id="nbsp"),
        pytest.param("211180-211201", "FO", id="faroes"),
        pytest.param("(211180) 211205", "FO", id="bracket"),
        pytest.param("551433/551827", "GL", id="slash"),
        pytest.param("8884012 8884013", "NU", id="niue"),
        pytest.param("312345 312346", "AD", id="andorra"),
        pytest.param("+376 312345 312346", "AD", id="the-first-with-its-country"),
        pytest.param("+447700900178+447700900179", "GB", id="nothing-between"),
        pytest.param("+447700900178+447700900179", None, id="nothing-between-no-region"),
        pytest.param("0171/1234567 / 0172/7654321", "DE", id="slashes-in-and-between"),
        pytest.param("+49 171 1234567 / +49 172 7654321", None, id="slash-between"),
        pytest.param("0171 1234571/0172 7654321", "DE", id="slash-tight"),
        pytest.param("0171 1234567 lub 0172 7654321", "PL", id="word"),
        pytest.param("07700900172;07700900173", "GB", id="semicolon"),
        pytest.param("07700 900172, 07700 900173", "GB", id="comma"),
        pytest.param("tel: 07700900172; 07700900173", "GB", id="behind-a-label"),
        pytest.param("4791234567 4791234568", "NO", id="both-with-their-country"),
    ],
)
def test_two_numbers_are_two(cell: str, region: str | None) -> None:
    assert refused(cell, region).code == Code.PHONE_TWO_NUMBERS


@pytest.mark.parametrize(
    ("cell", "region", "e164"),
    [
        pytest.param("+49 (0)171/1234567", None, "+491711234567", id="letterhead"),
        pytest.param("0049 (0)171 / 123 45 67", None, "+491711234567", id="letterhead-00"),
        pytest.param("+43 (0)664 / 123 45 67", "AT", "+436641234567", id="austria"),
        pytest.param("+41 (0)79 / 123 45 67", "CH", "+41791234567", id="switzerland"),
        pytest.param("+32 (0)470/12.34.56", "BE", "+32470123456", id="belgium"),
        pytest.param("912 34 567", "NO", "+4791234567", id="short-plan"),
        pytest.param("+47 912 34 567", "NO", "+4791234567", id="short-plan-with-country"),
        pytest.param("47 912 34 567", "NO", "+4791234567", id="short-plan-lost-plus"),
        pytest.param("21 11 80", "FO", "+298211180", id="faroes"),
        pytest.param("+44 7700 900123", "FO", "+447700900123", id="abroad"),
    ],
)
def test_one_number_in_pieces_is_one(cell: str, region: str | None, e164: str) -> None:
    assert read(cell, region).e164 == e164


@pytest.mark.parametrize(
    ("cell", "region", "kind"),
    [
        pytest.param("0900 123 4567", "GB", LineKind.PREMIUM_RATE, id="gb-premium"),
        pytest.param("0800 123 4567", "GB", LineKind.TOLL_FREE, id="gb-free"),
        pytest.param("0820 12 34 56", "FR", LineKind.SHARED_COST, id="fr-shared"),
        pytest.param("0300 123 4567", "GB", LineKind.COMPANY, id="gb-company"),
        pytest.param("+44 7640 123456", "GB", LineKind.PAGER, id="gb-pager"),
        pytest.param("+33 899 12 34 56", None, LineKind.PREMIUM_RATE, id="fr-premium"),
        pytest.param("0180 2 123456", "DE", LineKind.SHARED_COST, id="de-shared"),
        pytest.param("1300 123 456", "AU", LineKind.SHARED_COST, id="au-shared"),
        pytest.param("1800 123 456", "AU", LineKind.TOLL_FREE, id="au-free"),
        pytest.param("020 7946 0991", "GB", LineKind.LANDLINE, id="gb-landline"),
        pytest.param("07400 123456", "GB", kinds.TEXTED, id="gb-mobile"),
        pytest.param("07700 900123", "GB", kinds.TEXTED, id="gb-for-drama"),
        pytest.param("+1 202 555 0123", None, kinds.TEXTED, id="north-america-does-not-tell"),
    ],
)
def test_the_kind_of_a_line_is_known(cell: str, region: str | None, kind: str) -> None:
    assert read(cell, region).line_kind == kind


def test_the_kind_of_a_line_is_libphonenumbers() -> None:
    """Examples of every region and type; a number that is a mobile too counts as one."""
    types = phonenumbers.PhoneNumberType
    same = {
        **{types.PREMIUM_RATE: "premium_rate", types.TOLL_FREE: "toll_free"},
        **{types.SHARED_COST: "shared_cost", types.PAGER: "pager", types.UAN: "company_number"},
        **{types.VOICEMAIL: "voicemail", types.FIXED_LINE: "landline"},
    }
    for region in phonenumbers.SUPPORTED_REGIONS:
        for wanted in range(11):
            number = phonenumbers.example_number_for_type(region, wanted)
            if number is not None and phonenumbers.is_valid_number(number):
                expected = same.get(phonenumbers.number_type(number), kinds.TEXTED)

                assert kinds.kind_of(number) in (expected, kinds.TEXTED), number


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("(800) 555-0199", "GB"),
        ("900-555-0134", "GB"),
        ("(917) 992-5253", "GB"),
        ("(203) 555-0123", "GB"),  # 0203 555 0123 is a London line
        ("448001234567", None),
        ("9001234567", "DE"),
    ],
)
def test_no_zero_and_no_plus_makes_a_number_of_a_service(cell: str, region: str | None) -> None:
    assert refused(cell, region).code == Code.PHONE_NATIONAL


@pytest.mark.parametrize(
    ("cell", "fixes"),
    [
        pytest.param("０９０－１２３４－５６７８", F.FOREIGN_DIGITS, id="hyphen"),
        pytest.param("０９０（１２３４）５６７８", F.FOREIGN_DIGITS, id="brackets"),
        pytest.param("090ー1234ー5678", F.FOREIGN_DIGITS, id="long-vowel"),
        pytest.param("［０９０］１２３４・５６７８", F.FOREIGN_DIGITS, id="square-and-middle-dot"),
        pytest.param("090～1234〜5678", F.FOREIGN_DIGITS, id="waves"),
        pytest.param("【090】1234．5678", F.FOREIGN_DIGITS, id="lenticular"),
        pytest.param(
            "＋８１　９０　１２３４　５６７８", F.FOREIGN_DIGITS | F.HIDDEN, id="wide-blanks"
        ),
    ],
)
def test_full_width_signs_are_signs(cell: str, fixes: PhoneFix) -> None:
    assert (read(cell, "JP").e164, read(cell, "JP").fixes) == ("+819012345678", fixes)


@pytest.mark.parametrize(
    ("cell", "fixes"),
    [
        pytest.param('="07700900123"', F.WRAPPED, id="formula"),
        pytest.param('="+447700900123"', F.WRAPPED, id="formula-plus"),
        pytest.param("=+447700900123", F.WRAPPED, id="formula-number"),
        pytest.param("sms:+447700900123?body=Hi", F.WRAPPED, id="sms"),
        pytest.param("tel://07700-900123", F.WRAPPED, id="tel"),
        pytest.param("https://wa.me/447700900123", F.WRAPPED, id="whatsapp"),
        pytest.param("wa.me/447700900123?text=Hi", F.WRAPPED, id="whatsapp-text"),
        pytest.param(
            "https://api.whatsapp.com/send?phone=%2B447700900123&text=Hi", F.WRAPPED, id="api"
        ),
        pytest.param("<+447700900123>", F.WRAPPED, id="angles"),
        pytest.param("+447700900123,", F.WRAPPED, id="comma"),
        pytest.param("Handy: 07700 900123", F.WRAPPED, id="label"),
        pytest.param("'07700900123", NO_FIX, id="apostrophe"),
        pytest.param("+00447700900123", F.EXIT_CODE, id="plus-00"),
        pytest.param("00+447700900123", F.EXIT_CODE, id="00-plus"),
        pytest.param("011 44 7700 900123", F.EXIT_CODE, id="011"),
        pytest.param("0011 44 7700 900123", F.EXIT_CODE, id="0011"),
        pytest.param("4.47700900123E+11", F.QUANTITY | F.LOST_PLUS, id="scientific"),
        pytest.param("4,47700900123e11", F.QUANTITY | F.LOST_PLUS, id="scientific-comma"),
        pytest.param("+4.47700900123E+11", F.QUANTITY, id="scientific-plus"),
        pytest.param("447,700,900,123", F.QUANTITY | F.LOST_PLUS, id="thousands"),
        pytest.param("447'700'900'123", F.QUANTITY | F.LOST_PLUS, id="thousands-swiss"),
    ],
)
def test_a_number_is_read_through_what_stands_around_it(cell: str, fixes: PhoneFix) -> None:
    assert (read(cell, "GB").e164, read(cell, "GB").fixes) == ("+447700900123", fixes)


@pytest.mark.parametrize(
    ("cell", "region", "e164"),
    [
        ("0011 61 491 570 156", "AU", "+61491570156"),
        ("0011 44 7700 900123", "AU", "+447700900123"),
        ("001 65 9123 4567", "SG", "+6591234567"),
        ("001 65 9234 5678", "SG", "+6592345678"),  # an Alabama number, read with 00
        ("002 44 7700 900123", "KR", "+447700900123"),
        ("010 44 7700 900123", "JP", "+447700900123"),
        ("011 44 7700 900123", "US", "+447700900123"),
        ("0011 44 7700 900123", None, "+447700900123"),
        ("011 15-2345-6789", "AR", "+5491123456789"),  # at home: Buenos Aires
    ],
)
def test_what_is_dialled_to_go_abroad_is_read(cell: str, region: str | None, e164: str) -> None:
    assert read(cell, region).e164 == e164


@pytest.mark.parametrize(
    ("cell", "region", "code", "word"),
    [
        ("01144 7700 900123", None, Code.PHONE_NATIONAL, "011"),
        ("+0033 1", None, Code.PHONE_INVALID, "00"),
        ("+07700 900123", "GB", Code.PHONE_INVALID, "plus before a zero"),
        ("+44+7700", "GB", Code.PHONE_INVALID, "plus"),
        ("+44 7700 *900123", "GB", Code.PHONE_INVALID, "*"),
        ("+44 7700\x01900123", "GB", Code.PHONE_INVALID, "U+0001"),
        ("Fax: 07700 900123", "GB", Code.PHONE_LETTERS, "letters"),
        ("tel:+447700900123;ext=5", "GB", Code.PHONE_LETTERS, "letters"),
        ("4.4770E+11", "GB", Code.PHONE_SCIENTIFIC, "gone"),
        ("4.477009001235E+11", "GB", Code.PHONE_SCIENTIFIC, "gone"),
        ("0" * 20, None, Code.PHONE_TWO_NUMBERS, "two"),
    ],
)
def test_what_cannot_be_read_is_named(cell: str, region: str | None, code: Code, word: str) -> None:
    assert refused(cell, region).code == code
    assert word in refused(cell, region).text


@pytest.mark.parametrize(
    "cell", ["NULL", "nan", "None", "n/a", "#N/A", "#VALUE!", "#DIV/0!", r"\N", "####", "(null)"]
)
def test_what_programs_write_for_nothing_is_no_number(cell: str) -> None:
    assert refused(cell, "GB").code == Code.PHONE_MISSING
    assert "letters" not in refused(cell, "GB").text


@pytest.mark.parametrize(
    ("cell", "region", "word"),
    [
        ("+52 1 55 1234 5678", None, "2019"),
        ("5215512345678", "MX", "2019"),
        ("+229 97 12 34 56", None, "2024"),
        ("0022997123456", "FR", "2024"),
        ("+225 07 12 34 56", None, "2021"),
        ("+225 45123456", "CI", "2021"),
        ("+55 11 9123-4567", None, "2016"),
        ("+84 121 234 5678", None, "2018"),
        ("+593 8 123 4567", None, "2012"),
        ("+230 712 3456", None, "2013"),
    ],
)
def test_a_number_of_a_former_plan_says_what_changed(
    cell: str, region: str | None, word: str
) -> None:
    assert word in refused(cell, region).text


def test_no_former_plan_has_a_number_of_todays() -> None:
    for number in ("+525512345678", "+2290197123456", "+2250707123456", "+5511991234567"):
        assert former.changed(read(number, None).e164[1:]) is None


def noisy_cells(seed: str, count: int) -> list[str]:
    """Numbers of many plans in everything that this file reads through, and halves of others."""
    chance = random.Random(seed)
    numbers = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (0, 1, 3, 4, 5, 9):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                for form in (0, 1, 2):
                    numbers.append(phonenumbers.format_number(number, form))
    around = [
        *(lambda cell: f"{cell}.0", lambda cell: f"{cell},00", lambda cell: f"00{cell[1:]}"),
        *(lambda cell: f"0011{cell[1:]}", lambda cell: f"+00{cell[1:]}", lambda cell: cell[1:]),
        *(lambda cell: f"{cell} {chance.choice(numbers)}", lambda cell: f"{cell}-{cell}"),
        *(lambda cell: f"<{cell}>", lambda cell: f"011 {cell[1:]}", lambda cell: f"001{cell[1:]}"),
        *(lambda cell: cell.replace(" ", "\u00a0"), lambda cell: cell.replace("-", "ー")),
        *(lambda cell: f"{cell[:-3]} {cell[-3:]}", lambda cell: cell.replace(" ", "/")),
    ]
    return [chance.choice(around)(cell) for cell in chance.sample(numbers, count)]


@pytest.mark.slow
@sizes.short_and_whole("count", 150, 700)
@pytest.mark.parametrize("region", [None, "DE", "FO", "AU", "SG", "US", "AD", "BR", "CI"])
def test_a_column_of_wrapped_numbers_is_read_like_each_of_its_cells(
    region: str | None, count: int
) -> None:
    assert_read_alike(noisy_cells(str(region), count), region)


def test_a_million_lost_zeros_are_read_in_columns() -> None:
    """None of them is asked of libphonenumber one by one."""
    cells = pl.Series([f"151{number:08d}" for number in range(20000000, 20000500)])

    plan = plans.home_plan("DE")
    frame = columns.parse_column(cells, "DE")

    assert plan is not None
    assert frame["to_e164"].to_list() == [f"+49{cell}" for cell in cells]
