"""Where the table is: the column names among what stands above them."""

from __future__ import annotations

import pytest

from bulksend import errors
from bulksend.contacts.reading import table

ADA, BOB = ["+447400000001", "Ada"], ["+447400000002", "Bob"]


@pytest.mark.parametrize(
    ("above", "at"),
    [
        pytest.param([], 0, id="nothing-above"),
        pytest.param([["Customers of Acme Ltd"]], 1, id="title"),
        pytest.param([["Table 1", ""]], 1, id="table-of-numbers"),
        pytest.param([["# exported by a CRM"], ["# on Monday"]], 2, id="comments"),
        pytest.param([["Exported", "2026-11-01"], ["Rows", "2"]], 2, id="date-and-count"),
        pytest.param([["Contact", ""]], 1, id="group"),
        pytest.param(
            [["Report of 01/02/2026", ""], ["Contact", "Person"]], 2, id="title-and-group"
        ),
    ],
)
def test_the_column_names_are_found_below_a_title(above: list[list[str]], at: int) -> None:
    assert table.find_header([*above, ["phone", "name"], ADA, BOB]) == at


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["Wen", "Kunde"], id="unknown-names"),
        pytest.param(["phone", "20260601"], id="a-day-as-a-name"),
        pytest.param(["phone", "2025-2026"], id="two-years-as-a-name"),
        pytest.param(["1", "2"], id="numbers-as-names"),
        pytest.param(["Telefon", "1"], id="a-number-beside"),
    ],
)
def test_names_need_not_be_known(names: list[str]) -> None:
    assert table.find_header([names, ADA, BOB]) == 0


def test_a_second_line_of_names_is_no_header() -> None:
    rows = [["phone", "name"], ["Open-Ended Response", "Open-Ended Response"], ADA]

    assert table.find_header(rows) == 0


def test_unknown_names_below_a_title_stand_above_the_first_phone() -> None:
    assert table.find_header([["Party"], ["wer", "was", "wo"], [*ADA, "x"]]) == 1


def test_a_wide_row_whose_number_is_damaged_is_no_line_of_names() -> None:
    rows = [["to", "name", "time"], ["-44791112345", "6", "Ada", "10:30"], [*ADA, "11:00"]]

    assert table.find_header(rows) == 0


def test_a_row_without_a_number_below_numbers_is_no_line_of_names() -> None:
    rows = [["+447400000001", "Ada"], ["n/a", "x"], ["12345", "y"], ["=1+1", ""], ["-1", "z"]]

    assert table.find_header(rows) == 0


def test_names_without_a_single_phone_below_are_the_first_wide_line() -> None:
    assert table.find_header([["Party"], ["phone", "name"], ["none", "Ada"]]) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [ADA, BOB],
        [["Ada", "(020) 7946 0018"], ["Bob", "(020) 7946 0019"]],
        [["Ada", "'+447400000001"], ["Bob", "'+447400000002"]],
        [['="+447400000001"', "Ada"], BOB],
        [ADA],
    ],
)
def test_a_table_without_names_is_told(rows: list[list[str]]) -> None:
    assert table.find_header(rows) is None
    with pytest.raises(errors.ContactsError, match="column names"):
        table.place("x.csv", list(enumerate(rows, 1)), None)


def test_the_row_that_is_named_is_taken() -> None:
    records = [(1, ["phone", "x"]), (3, ["phone", "name"]), (4, ADA)]

    place = table.place("x.csv", records, 3)

    assert (place.row, place.header.names, place.sample) == (3, ("phone", "name"), (ADA,))


@pytest.mark.parametrize(("row", "says"), [(2, "blank"), (99, "does not exist")])
def test_a_named_row_that_holds_nothing_is_told(row: int, says: str) -> None:
    with pytest.raises(errors.ContactsError, match=says):
        table.place("x.csv", [(1, ["phone"]), (3, ["+44"])], row)
