"""Column names: found as people mean them, and refused with the name that they may have meant."""

from __future__ import annotations

import pytest

from bulksend.contacts import header, message_plan
from bulksend.errors import ContactsError
from bulksend.setting_names import Setting

HEADER = header.make_header(["Mobile No", " Name ", "", "name", "Straße"], "june.csv")


@pytest.mark.parametrize(
    ("wanted", "column"),
    [
        pytest.param("Mobile No", 0, id="as-it-stands"),
        pytest.param("mobile_no", 0, id="other-case-and-underline"),
        pytest.param(" MOBILE-NO ", 0, id="blanks-around-and-hyphen"),
        pytest.param("STRASSE", 4, id="sharp-s"),
    ],
)
def test_a_name_is_found_as_people_write_it(wanted: str, column: int) -> None:
    assert header.named(HEADER, wanted, Setting.TO_COLUMN) == column
    assert message_plan.column_of(HEADER, wanted) == column


@pytest.mark.parametrize(
    ("wanted", "code", "message", "hint"),
    [
        pytest.param("name", "column_twice", "2 columns have that name", "rename one", id="twice"),
        pytest.param("mobil", "column_missing", "there is no such column", "Mobile No", id="near"),
        pytest.param("zzz", "column_missing", "there is no such column", "the columns", id="far"),
    ],
)
def test_a_name_that_means_no_single_column_is_refused(
    wanted: str, code: str, message: str, hint: str
) -> None:
    with pytest.raises(ContactsError) as by_setting:
        header.named(HEADER, wanted, Setting.TO_COLUMN)
    with pytest.raises(ContactsError) as by_placeholder:
        message_plan.column_of(HEADER, wanted)

    for refusal in (by_setting.value, by_placeholder.value):
        assert refusal.code == code
        assert refusal.message.startswith("june.csv: ")
        assert message in refusal.message
        assert hint in refusal.hint
    assert f"{{{wanted}}}" in by_placeholder.value.message


def test_the_nearest_name_is_written_as_the_person_would_write_it() -> None:
    with pytest.raises(ContactsError) as by_setting:
        header.named(HEADER, "mobil", Setting.TO_COLUMN)
    with pytest.raises(ContactsError) as by_placeholder:
        message_plan.column_of(HEADER, "mobil")

    assert by_setting.value.hint.startswith("did you mean `Mobile No`? the columns are ")
    assert by_placeholder.value.hint.startswith("did you mean {Mobile No}? the columns are ")
    assert "(no name)" in by_setting.value.hint
