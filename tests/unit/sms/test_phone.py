"""Phones: accepted when sure, and the damage named when not."""

from __future__ import annotations

import random

import phonenumbers
import polars as pl
import pytest

from bulksend.errors import Code
from bulksend.sms import phone


@pytest.mark.parametrize(
    ("cell", "region", "e164", "country"),
    [
        pytest.param("+447700900123", None, "+447700900123", "GB", id="clean"),
        pytest.param("+44 7700 900123", None, "+447700900123", "GB", id="blanks"),
        pytest.param("+44\u00a07700\u00a0900123", None, "+447700900123", "GB", id="nbsp"),
        pytest.param("\u200b+447700900123\ufeff", None, "+447700900123", "GB", id="zero-width"),
        pytest.param("+44 (0)7700 900-123", None, "+447700900123", "GB", id="trunk-zero"),
        pytest.param("'+33612345678", None, "+33612345678", "FR", id="apostrophe"),
        pytest.param("tel:+33612345678", None, "+33612345678", "FR", id="tel"),
        pytest.param("0033612345678", None, "+33612345678", "FR", id="double-zero"),
        pytest.param("+33612345678.0", None, "+33612345678", "FR", id="trailing-point-zero"),
        pytest.param("07700 900123", "GB", "+447700900123", "GB", id="national"),
        pytest.param("7700900123", "GB", "+447700900123", "GB", id="lost-zero"),
        pytest.param("447700900123", "GB", "+447700900123", "GB", id="lost-plus-own-country"),
        pytest.param("+33612345678", "GB", "+33612345678", "FR", id="foreign-with-plus"),
        pytest.param("+４４７７００９００１２３", None, "+447700900123", "GB", id="full-width"),
        pytest.param("+12025550123", None, "+12025550123", "US", id="shared-code"),
        pytest.param("+14165550123", None, "+14165550123", "CA", id="shared-code-canada"),
    ],
)
def test_a_phone_is_read(cell: str, region: str | None, e164: str, country: str) -> None:
    assert phone.parse_phone(cell, region) == phone.Phone(e164, country)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("", Code.PHONE_MISSING, id="empty"),
        pytest.param("  \u200b", Code.PHONE_MISSING, id="nothing-visible"),
        pytest.param("4.47E+11", Code.PHONE_SCIENTIFIC, id="scientific"),
        pytest.param("4,47E+11", Code.PHONE_SCIENTIFIC, id="scientific-comma"),
        pytest.param("07700 900123", Code.PHONE_NATIONAL, id="national"),
        pytest.param("447700900123", Code.PHONE_NATIONAL, id="lost-plus"),
        pytest.param("+33612345678/+33612345679", Code.PHONE_TWO_NUMBERS, id="two"),
        pytest.param("+33612345678, 0612345679", Code.PHONE_TWO_NUMBERS, id="two-comma"),
        pytest.param("+3361234567O", Code.PHONE_LETTERS, id="letter-o"),
        pytest.param("call me", Code.PHONE_LETTERS, id="words"),
        pytest.param("+15", Code.PHONE_INVALID, id="far-too-short"),
        pytest.param("+3361234567", Code.PHONE_INVALID, id="too-short"),
        pytest.param("12345", Code.PHONE_SHORT_CODE, id="short-code"),
        pytest.param("+", Code.PHONE_INVALID, id="plus-alone"),
    ],
)
def test_a_damaged_phone_is_named(cell: str, code: Code) -> None:
    damage = phone.parse_phone(cell, None)

    assert isinstance(damage, phone.Damage)
    assert damage.code == code


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


def test_a_column_is_read_like_each_of_its_cells() -> None:
    cells = [*generated(), "", "07700 900123", "+44 (0)7700 900123", "+4477009\u00a000123"]

    found = phone.parse_column(pl.Series(cells), None)

    for cell, row in zip(cells, found.iter_rows(), strict=True):
        alone = phone.parse_phone(cell, None)
        if isinstance(alone, phone.Phone):
            assert row == (alone.e164, alone.country, None, None)
        else:
            assert row == (None, None, alone.code, alone.text)
