"""Phones: accepted when sure, and the damage named when not."""

from __future__ import annotations

import random
import unicodedata

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend.errors import Code
from bulksend.sms.phone import columns as phone_columns
from bulksend.sms.phone import parse as phone
from bulksend.sms.phone.parse import PhoneFix
from tests import sizes


@pytest.mark.parametrize(
    ("cell", "region", "e164", "country"),
    [
        pytest.param("+447700900123", None, "+447700900123", "GB", id="clean"),
        pytest.param("+44 7700 900123", None, "+447700900123", "GB", id="blanks"),
        pytest.param("+44\u00a07700\u00a0900123", None, "+447700900123", "GB", id="nbsp"),
        pytest.param("\u200b+447700900123\ufeff", None, "+447700900123", "GB", id="zero-width"),
        pytest.param("+44 (0)7700 900-123", None, "+447700900123", "GB", id="trunk-zero"),
        pytest.param("(+44) 7700.900.123", None, "+447700900123", "GB", id="brackets-and-dots"),
        pytest.param("'+33612345678", None, "+33612345678", "FR", id="apostrophe"),
        pytest.param('"+33612345678"', None, "+33612345678", "FR", id="quotes"),
        pytest.param("tel:+33612345678", None, "+33612345678", "FR", id="tel"),
        pytest.param("Mobile: 07700 900123", "GB", "+447700900123", "GB", id="label"),
        pytest.param("0033612345678", None, "+33612345678", "FR", id="double-zero"),
        pytest.param("0033612345678", "US", "+33612345678", "FR", id="double-zero-from-the-us"),
        pytest.param("+33612345678.0", None, "+33612345678", "FR", id="trailing-point-zero"),
        # Without care the point is noise, and ...6780 is a number too.
        pytest.param("+4915112345678.0", None, "+4915112345678", "DE", id="point-zero-in-germany"),
        pytest.param("07700 900123", "GB", "+447700900123", "GB", id="national"),
        pytest.param("7700900123", "GB", "+447700900123", "GB", id="lost-zero"),
        pytest.param("7700900123.0", "GB", "+447700900123", "GB", id="lost-zero-point-zero"),
        pytest.param("0151/12345678", "DE", "+4915112345678", "DE", id="slash-after-area-code"),
        pytest.param("13012345678", "CN", "+8613012345678", "CN", id="eleven-digits-at-home"),
        pytest.param("(202) 555-0123", "US", "+12025550123", "US", id="north-american"),
        pytest.param("1 202 555 0123", "US", "+12025550123", "US", id="north-american-one"),
        pytest.param("+33612345678", "GB", "+33612345678", "FR", id="foreign-with-plus"),
        pytest.param("＋４４７７００９００１２３", None, "+447700900123", "GB", id="full-width"),
        pytest.param("+٤٤٧٧٠٠٩٠٠١٢٣", None, "+447700900123", "GB", id="arabic-digits"),
        pytest.param("+12025550123", None, "+12025550123", "US", id="shared-code"),
        pytest.param("+14165550123", None, "+14165550123", "CA", id="shared-code-canada"),
        pytest.param("+77011234567", None, "+77011234567", "KZ", id="shared-code-kazakhstan"),
        pytest.param("+447797712345", None, "+447797712345", "JE", id="shared-code-jersey"),
        pytest.param("+870301234567", None, "+870301234567", "", id="satellite-no-country"),
    ],
)
def test_a_phone_is_read(cell: str, region: str | None, e164: str, country: str) -> None:
    read = phone.parse_phone(cell, region)

    assert isinstance(read, phone.Phone)
    assert (read.e164, read.country) == (e164, country)


@pytest.mark.parametrize(
    ("cell", "region", "e164"),
    [
        pytest.param("447700900123", None, "+447700900123", id="no-region"),
        pytest.param("447700900123.0", None, "+447700900123", id="point-zero"),
        pytest.param("447700900123", "GB", "+447700900123", id="own-country"),
        pytest.param("33612345678", "GB", "+33612345678", id="other-country"),
        # As a German number it would be a landline whose zero is lost; nobody texts those.
        pytest.param("447700900123", "DE", "+447700900123", id="mobile-before-landline"),
        pytest.param("4915112345678", "DE", "+4915112345678", id="own-mobile-before-landline"),
    ],
)
def test_a_lost_plus_is_put_back_and_said(cell: str, region: str | None, e164: str) -> None:
    read = phone.parse_phone(cell, region)

    assert isinstance(read, phone.Phone)
    assert (read.e164, PhoneFix.LOST_PLUS in read.fixes) == (e164, True)


@pytest.mark.parametrize(
    ("cell", "region", "fixes"),
    [
        pytest.param("+447700900123", None, PhoneFix(0), id="clean"),
        pytest.param("07700 900123", "GB", PhoneFix(0), id="as-written-at-home"),
        pytest.param("7700900123", "GB", PhoneFix.LOST_ZERO, id="lost-zero"),
        pytest.param("2025550123", "US", PhoneFix(0), id="no-zero-to-lose-in-the-us"),
        pytest.param("13012345678", "CN", PhoneFix(0), id="no-zero-before-chinese-mobiles"),
        pytest.param("3471234567", "IT", PhoneFix(0), id="no-zero-before-italian-mobiles"),
        pytest.param(
            "7700900123.0", "GB", PhoneFix.LOST_ZERO | PhoneFix.POINT_ZERO, id="two-at-once"
        ),
        pytest.param("+44\u00a07700\u00a0900123", None, PhoneFix.HIDDEN, id="nbsp"),
        pytest.param("\u202a+447700900123\u202c", None, PhoneFix.HIDDEN, id="bidi-marks"),
        pytest.param("+٤٤٧٧٠٠٩٠٠١٢٣", None, PhoneFix.FOREIGN_DIGITS, id="arabic-digits"),
        pytest.param("＋４４７７００９００１２３", None, PhoneFix.FOREIGN_DIGITS, id="full-width"),
    ],
)
def test_what_was_undone_in_reading_is_said(cell: str, region: str | None, fixes: PhoneFix) -> None:
    read = phone.parse_phone(cell, region)

    assert isinstance(read, phone.Phone)
    assert read.fixes == fixes
    assert_read_alike([cell], region)


@pytest.mark.parametrize(
    ("cell", "line_kind"),
    [
        pytest.param("+442079460958", "landline", id="london"),
        pytest.param("+33142345678", "landline", id="paris"),
        pytest.param("+447700900123", "", id="mobile"),
        pytest.param("+12025550123", "", id="north-america-does-not-tell"),
    ],
)
def test_a_landline_is_read_and_said(cell: str, line_kind: str) -> None:
    read = phone.parse_phone(cell, None)

    assert isinstance(read, phone.Phone)
    assert read.line_kind == line_kind


@pytest.mark.parametrize(
    ("cell", "region", "code"),
    [
        pytest.param("", None, Code.PHONE_MISSING, id="empty"),
        pytest.param("  \u200b", None, Code.PHONE_MISSING, id="nothing-visible"),
        pytest.param(" - ", None, Code.PHONE_MISSING, id="a-dash-for-nothing"),
        pytest.param("4.47E+11", None, Code.PHONE_SCIENTIFIC, id="scientific"),
        pytest.param("4,47e11", None, Code.PHONE_SCIENTIFIC, id="scientific-comma"),
        pytest.param("07700 900123", None, Code.PHONE_NATIONAL, id="national"),
        pytest.param("7700900123", None, Code.PHONE_NATIONAL, id="national-lost-zero"),
        # 01721 of Germany without its zero, or Sint Maarten without its plus.
        pytest.param("17215201234", "DE", Code.PHONE_NATIONAL, id="two-mobiles-fit"),
        pytest.param("+33612345678/+33612345679", None, Code.PHONE_TWO_NUMBERS, id="two"),
        pytest.param("+33612345678, 0612345679", None, Code.PHONE_TWO_NUMBERS, id="two-comma"),
        pytest.param("07700900123 or 07700900124", "GB", Code.PHONE_TWO_NUMBERS, id="two-or"),
        pytest.param("07700900123\n07700900124", "GB", Code.PHONE_TWO_NUMBERS, id="two-lines"),
        pytest.param("+33612345678 +33612345679", None, Code.PHONE_TWO_NUMBERS, id="two-pluses"),
        pytest.param("+3361234567O", None, Code.PHONE_LETTER_O, id="letter-o"),
        pytest.param("call me", None, Code.PHONE_LETTERS, id="words"),
        pytest.param("+1 800 FLOWERS", None, Code.PHONE_LETTERS, id="vanity"),
        pytest.param("+33612345678 ext 5", None, Code.PHONE_LETTERS, id="extension"),
        pytest.param("+15", None, Code.PHONE_INVALID, id="far-too-short"),
        pytest.param("+3361234567", None, Code.PHONE_INVALID, id="too-short"),
        pytest.param("+33612345678²", None, Code.PHONE_INVALID, id="footnote"),
        pytest.param("+33+612345678", None, Code.PHONE_INVALID, id="plus-inside"),
        pytest.param("+4980642845658901", None, Code.PHONE_INVALID, id="longer-than-e164"),
        pytest.param("112", "DE", Code.PHONE_SHORT_CODE, id="emergency"),
        pytest.param("12345", None, Code.PHONE_SHORT_CODE, id="short-code"),
        pytest.param("07", None, Code.PHONE_INVALID, id="a-beginning"),
        pytest.param("+", None, Code.PHONE_INVALID, id="plus-alone"),
    ],
)
def test_a_damaged_phone_is_named(cell: str, region: str | None, code: Code) -> None:
    damage = phone.parse_phone(cell, region)

    assert isinstance(damage, phone.PhoneError)
    assert damage.code == code
    assert damage.text


def generated() -> list[str]:
    """Numbers of all regions and types, those beside them, and noise."""
    chance = random.Random(3)
    cells = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(0, 11):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                clean = phonenumbers.format_number(example, 0)
                cells += [clean, f"{clean[:-4]}{chance.randrange(10_000):04d}"]
    codes = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    for _ in range(1500):
        digits = "".join(chance.choice("0123456789") for _ in range(chance.randint(4, 12)))
        cells.append(f"+{chance.choice(codes)}{digits}")
    return cells


def as_row(read: phone.Phone | phone.PhoneError) -> dict[str, object]:
    if isinstance(read, phone.PhoneError):
        fine = dict.fromkeys(("to_e164", "country", "line_kind", "phone_fixes"))
        return {**fine, "problem": str(read.code), "problem_text": read.text}
    return {
        **{"to_e164": read.e164, "country": read.country, "line_kind": read.line_kind},
        **{"phone_fixes": int(read.fixes), "problem": None, "problem_text": None},
    }


def assert_read_alike(cells: list[str], region: str | None) -> None:
    found = phone_columns.parse_column(pl.Series(cells, dtype=pl.String), region)

    wrong = [
        (cell, row)
        for cell, row in zip(cells, found.iter_rows(named=True), strict=True)
        if row != as_row(phone.parse_phone(cell, region))
    ]
    assert wrong == []


def test_a_column_is_read_like_each_of_its_cells() -> None:
    noise = ["", "07700 900123", "+44 (0)7700 900123", "+4477009\u00a000123", "+4477009999999"]

    assert_read_alike([*generated(), *noise], None)


@pytest.mark.slow
@sizes.short_and_whole("step", 3, 1)
def test_a_column_of_numbers_without_plus_is_read_like_each_of_its_cells(step: int) -> None:
    digits = [it.removeprefix("+") for it in generated()[::step]]

    assert_read_alike([*digits, *(f"00 {it}" for it in digits[::9])], None)


@pytest.mark.slow
@sizes.short_and_whole("regions", 12, 240)
def test_a_column_of_national_numbers_is_read_like_each_of_its_cells(regions: int) -> None:
    chance = random.Random(11)
    everywhere = generated()
    all_regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    for region in ["GB", "DE", "US", *chance.sample(all_regions, regions)]:
        code = str(phonenumbers.country_code_for_region(region))
        prefix = "1" if code == "1" else "0"
        own = [it[1 + len(code) :] for it in everywhere if it.startswith(f"+{code}")][:60]
        foreign = [it[1:] for it in chance.sample(everywhere, 20)]

        assert_read_alike(
            [*own, *(prefix + it for it in own), *(code + it for it in own[:20]), *foreign], region
        )


@pytest.mark.slow
@sizes.short_and_whole("step", 4, 1)
def test_a_column_of_damaged_numbers_is_read_like_each_of_its_cells(step: int) -> None:
    """What spreadsheets, web pages and chats do to numbers that may also be impossible."""
    chance = random.Random(17)
    damages = [
        *(lambda it: f"{it}.0", lambda it: f"{it},00", lambda it: f"{it[1:]}.0"),
        *(lambda it: f"\u202a{it}\u202c", lambda it: f"{it[:5]}\u00a0{it[5:]}"),
        *(lambda it: it.translate({48 + n: 0x660 + n for n in range(10)}), lambda it: it[:-2]),
        *(lambda it: f"{it}7", lambda it: it.replace("0", "O"), lambda it: f"00{it[1:]}"),
        *(lambda it: f"{it[:3]}0{it[3:]}", lambda it: f"{it[:2]}1{it[2:]}"),
    ]
    cells = [chance.choice(damages)(it) for it in generated()]

    for first, region in enumerate((None, "GB", "IT", "RU")):
        assert_read_alike(cells[first % step :: step], region)


@given(
    st.lists(
        st.text("0123456789+()-. /,;'eE\u00a0\u200b\u202a\u00ad\u3000\t٤４＋O", max_size=20),
        max_size=8,
    )
)
def test_a_column_of_anything_is_read_like_each_of_its_cells(cells: list[str]) -> None:
    assert_read_alike(cells, None)
    assert_read_alike(cells, "DE")


def test_every_character_inside_a_number_is_read_alike_in_a_column_and_alone() -> None:
    """Blanks, digits and marks of all scripts; of the others, one in forty."""
    every = [chr(it) for it in range(0x20000) if not 0xD800 <= it < 0xE000]
    seen = [
        it
        for at, it in enumerate(every)
        if at % 40 == 0 or it.isdecimal() or (unicodedata.category(it)[0] in "ZC" and at < 0xD800)
    ]

    assert_read_alike([f"+4477009{it}00123" for it in seen], None)


@pytest.mark.parametrize("region", [None, "GB", "US"])
def test_plain_numbers_alone_and_the_corners_of_reading_are_the_same_in_a_column(
    region: str | None,
) -> None:
    assert_read_alike(["+447700900123", "+12025550123"], region)
    assert_read_alike(["07700900123 / 07700900124", "2025550123 or 2025550124"], region)
    assert_read_alike(["+447700900123 +4477*00900124", "+4477009O0123, +447700900124"], region)
    assert_read_alike(["+4477009999", "+99912345678"], region)  # plainly written, and no phones
    assert_read_alike(["01112", "011 99912345678", "0011 0", "810 99912"], region)
