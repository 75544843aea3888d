"""What kind of line a number is, asked one by one."""

from __future__ import annotations

import phonenumbers
import pytest

from bulksend.sms.phone import kinds


@pytest.mark.parametrize(
    ("code", "national", "kind"),
    [
        pytest.param(44, 7400123456, kinds.TEXTED, id="mobile"),
        pytest.param(44, 2079460123, kinds.LineKind.LANDLINE, id="landline"),
        pytest.param(44, 8081570192, kinds.LineKind.TOLL_FREE, id="toll-free"),
        pytest.param(44, 9098790879, kinds.LineKind.PREMIUM_RATE, id="premium"),
        pytest.param(1, 2024561111, kinds.TEXTED, id="one-pattern-for-mobiles-and-landlines"),
    ],
)
def test_a_number_has_the_kind_of_its_plan(code: int, national: int, kind: str) -> None:
    number = phonenumbers.PhoneNumber(country_code=code, national_number=national)

    assert kinds.kind_of(number) == kind


def test_a_number_of_no_known_kind_counts_as_one_that_can_be_texted() -> None:
    assert kinds.kind_of(phonenumbers.PhoneNumber(44, 1)) == kinds.TEXTED
