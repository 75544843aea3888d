"""Quotes that are not as CSV has them: read as meant, or named; never half a cell in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulksend import errors
from bulksend.contacts.header import Header
from bulksend.contacts.reading import csv_reader, dialect


def rows(text: str, form: dialect.Dialect | None = None) -> list[tuple[object, ...]]:
    form = form or dialect.find_dialect(text)
    frames = csv_reader.Frames("x.csv", Header(("phone", "name", "city")), 1, form)
    return [row for frame in frames.read(iter([text.encode()])) for row in _told(frame)]


def _told(frame: object) -> Iterator[tuple[object, ...]]:
    yield from frame.drop("problem_text").rows()  # type: ignore[attr-defined]


HEAD = "phone,name,city\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param('+44,"Ada \\"The\\" L",x', 'Ada "The" L', id="backslashes"),
        pytest.param('+44,"5\\" pipe, red",x', '5" pipe, red', id="a-backslash-and-a-comma"),
        pytest.param('+44, "Ada, L",x', "Ada, L", id="blank-before-a-quote"),
        pytest.param('+44,   "Ada",x', "Ada", id="blanks-before-a-quote"),
        pytest.param('+44,"Ada ""The"" L",x', 'Ada "The" L', id="doubled"),
        pytest.param('+44,6" pipe,x', '6" pipe', id="in-the-middle"),
        pytest.param('="+44",="Ada",x', "Ada", id="guarded"),
        pytest.param('+44,"=""Ada""",x', "Ada", id="guarded-and-quoted"),
        pytest.param('+44,"1 High St\nLeeds, UK",x', "1 High St\nLeeds, UK", id="two-lines"),
    ],
)
def test_quotes_are_read_as_they_were_meant(line: str, name: str) -> None:
    assert rows(HEAD + line + "\n") == [(2, None, "+44", name, "x")]


def test_single_quotes_hold_cells_where_all_names_stand_in_them() -> None:
    text = "'phone','name','city'\n'+44','Ada, L','x'\n"

    assert rows(text) == [(2, None, "+44", "Ada, L", "x")]


@pytest.mark.parametrize("cell", ['"Bob" Smith', '"Bob"S', '"B" "C"'])
def test_text_behind_a_closing_quote_makes_its_row_invalid(cell: str) -> None:
    told = rows(f"{HEAD}+44,Ada,x\n+45,{cell},x\n+46,Cy,x\n")

    assert [row[:2] for row in told] == [(2, None), (3, "stray_quote"), (4, None)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param('+44,Ada,x\n+45,"Bob,x\n+46,Cy,x\n', 3, id="never-closed"),
        pytest.param('+44,"Bob,x\n+45,Cy,x\n+46,"Di,x\n', 2, id="two-of-them"),
        pytest.param('+44,Ada,"x\n+45,Cy,"y\n', 2, id="in-the-last-column"),
    ],
)
def test_a_quote_that_swallows_rows_is_named_with_its_row(text: str, row: int) -> None:
    with pytest.raises(errors.ContactsError, match=rf"quote .* opens in row {row}\b"):
        rows(HEAD + text)


@pytest.mark.parametrize(
    "text",
    [
        '+447400000001,"Bob,x\n+447400000002,Cy",x\n',
        '+447400000001,"Bob,x\n+447400000002,Cy,y\n+447400000003,Di",x\n',
    ],
)
def test_a_cell_that_holds_rows_of_the_file_makes_its_row_invalid(text: str) -> None:
    assert [row[:2] for row in rows(HEAD + text)] == [(2, "stray_quote")]


@pytest.mark.parametrize(
    "cell", ["1 High St\nLeeds", "Tel 0113 496 0000\nLeeds", "Hi,\nwe, you, they meet", "a\n\n\nb"]
)
def test_an_address_or_a_letter_of_several_lines_is_a_cell(cell: str) -> None:
    assert rows(f'{HEAD}+44,Ada,"{cell}"\n') == [(2, None, "+44", "Ada", cell)]


def test_rows_are_whole_without_the_empty_cells_at_their_ends() -> None:
    told = rows(HEAD + '+44,Ada\n+45\n"+46",Cy\n')

    assert told == [
        (2, None, "+44", "Ada", ""),
        (3, None, "+45", "", ""),
        (4, None, "+46", "Cy", ""),
    ]
