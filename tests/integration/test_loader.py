"""The contacts file as spreadsheet programs write it."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend import errors
from bulksend.contacts import loader, phone_column
from bulksend.contacts.header import Header, make_header, text_column
from bulksend.contacts.layout import Layout
from bulksend.contacts.reading import csv_reader as records
from bulksend.contacts.reading import dialect, source


def load(folder: Path, content: bytes) -> tuple[loader.Contacts, list[tuple[object, ...]]]:
    path = folder / "contacts.csv"
    path.write_bytes(content)
    contacts = loader.open_contacts(path)
    rows: list[tuple[object, ...]] = []
    for chunk in contacts.chunks():
        rows += chunk.drop("problem_text", "traits", strict=False).rows()
    return contacts, rows


ADA, GRACE = (2, None, "+44", "Ada"), (3, None, "+45", "Grace")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"to,name\n+44,Ada\n+45,Grace\n", id="comma"),
        pytest.param(b"to;name\n+44;Ada\n+45;Grace\n", id="semicolon"),
        pytest.param(b"to\tname\n+44\tAda\n+45\tGrace\n", id="tab"),
        pytest.param(b"to|name\n+44|Ada\n+45|Grace\n", id="pipe"),
        pytest.param(b"sep=;\r\nto;name\r\n+44;Ada\r\n+45;Grace\r\n", id="sep-line"),
        pytest.param(b"sep=,\rto,name\r\n+44,Ada\r\n+45,Grace\r\n", id="sep-line-of-another-kind"),
        pytest.param(b'\xef\xbb\xbf\xef\xbb\xbf"to",name\n+44,Ada\n+45,Grace\n', id="bom-twice"),
        pytest.param(b"\xef\xbb\xbfto,name\n+44,Ada\n+45,Grace\n", id="bom"),
        pytest.param(b"to,name\r\n+44,Ada\r\n+45,Grace", id="crlf-no-last-end"),
        pytest.param(b"to,name\r+44,Ada\r+45,Grace\r", id="cr-only"),
        pytest.param(b'"to","name"\n"+44","Ada"\n"+45","Grace"\n', id="quoted"),
        pytest.param("to,name\n+44,Ada\n+45,Grace\n".encode("utf-16"), id="utf-16"),
        pytest.param("to,name\n+44,Ada\n+45,Grace\n".encode("utf-16-le"), id="utf-16-no-bom"),
        pytest.param("\ufeffto,name\n+44,Ada\n+45,Grace\n".encode("utf-16-be"), id="utf-16-be"),
        pytest.param(b" To ,\xc2\xa0Name\n+44,Ada\n+45,Grace\n", id="blanks-in-the-header"),
        pytest.param(b"to,name\n+44,Ada,\n+45,Grace,,\n", id="trailing-delimiters"),
    ],
)
def test_the_same_rows_come_out_of_every_dialect(tmp_path: Path, content: bytes) -> None:
    contacts, rows = load(tmp_path, content)

    assert rows == [ADA, GRACE]
    assert [it.lower() for it in contacts.header.names] == ["to", "name"]


def test_windows_1252_is_read_as_what_it_is_and_said_so(tmp_path: Path) -> None:
    contacts, rows = load(tmp_path, "to,name\n+44,José €\n".encode("cp1252"))

    assert rows == [(2, None, "+44", "José €")]
    assert "Windows-1252" in contacts.notes[0]


def test_one_byte_of_windows_1252_at_the_end_decides_for_the_whole_file(tmp_path: Path) -> None:
    _, rows = load(tmp_path, b"to,name\n" + b"+44,Ada\n" * 5000 + b"+45,Jos\xe9\n")

    assert rows[-1] == (5002, None, "+45", "José")


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(tmp_path: Path) -> None:
    content = b'to,name\n\n+44,Ada\n,,\n"+45","two\nlines"\n\n+46,Eve\n'

    _, rows = load(tmp_path, content)

    assert [it[0] for it in rows] == [3, 5, 7]


def test_ragged_rows_are_their_own_trouble_and_nothing_of_them_is_lost(tmp_path: Path) -> None:
    _, rows = load(tmp_path, b"to,name\n+44,Ada\n+45,Grace,Hopper\n+46\n+47,Eve\n")

    assert rows == [
        (2, None, "+44", "Ada"),
        (3, "ragged_row", "+45", "Grace,Hopper"),
        (4, None, "+46", ""),
        (5, None, "+47", "Eve"),
    ]


def test_stray_quotes_stay_in_their_row(tmp_path: Path) -> None:
    _, rows = load(tmp_path, b'to,name\n+44,6" pipe\n+45,"A"da\n+46,Eve\n')

    assert [it[1:] for it in rows] == [
        (None, "+44", '6" pipe'),
        ("stray_quote", "+45", '"A"da'),
        (None, "+46", "Eve"),
    ]


def test_a_repeated_header_and_a_nul_are_named(tmp_path: Path) -> None:
    _, rows = load(tmp_path, b"to,name\n+44,A\x00da\nto,name\n")

    assert [it[1] for it in rows] == ["nul_character", "repeated_header"]


def test_what_the_file_says_as_missing_stays_as_it_is(tmp_path: Path) -> None:
    _, rows = load(tmp_path, b"to,name\n0044,NULL\n007,NA\n1.50,\n")

    assert [it[2:] for it in rows] == [("0044", "NULL"), ("007", "NA"), ("1.50", "")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n\n \n", "empty", id="blank-lines"),
        pytest.param(b"\xef\xbb\xbf", "empty", id="bom-alone"),
        pytest.param(b"PK\x03\x04rest", "no workbook, or a damaged one", id="xlsx-renamed"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "Excel", id="xls-renamed"),
        pytest.param(b"%PDF-1.4", "PDF", id="pdf"),
        pytest.param(b"+447700900123,Ada\n", "row 1", id="no-header"),
        pytest.param(b'to,name\n+44,"Ada\n+45,Grace\n', "row 2", id="open-quote"),
        pytest.param(b"x," * 1500 + b"y\n", "columns", id="too-many-columns"),
        pytest.param(b"to,name\n" + b"x" * (3 << 20), "characters", id="endless-line"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_the_way_out(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        load(tmp_path, content)

    assert says in caught.value.message
    assert caught.value.hint


def test_no_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(errors.ContactsError, match="no such file"):
        loader.open_contacts(tmp_path / "none.csv")
    with pytest.raises(errors.ContactsError, match="folder"):
        loader.open_contacts(tmp_path)


def test_a_file_that_changes_is_noticed_before_anything_of_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"to,name\n+44,Ada\n")
    contacts = loader.open_contacts(path)

    with path.open("r+b") as file:
        file.write(b"to,name\n+44,Eve\n")

    with pytest.raises(errors.ContactsError, match="changed"):
        list(contacts.chunks())


cells = st.text(st.sampled_from('ab,;"\n\r €\x00'), max_size=6)


@given(
    st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=12), st.integers(1, 9)
)
def test_both_readers_and_every_border_give_the_same_rows(
    table: list[list[str]], block_bytes: int
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    data = text.getvalue().encode()
    header = Header(("one", "two"))
    frames = records.Frames("x", header, 0)
    blocks = [data[at : at + block_bytes] for at in range(0, len(data), block_bytes)]

    in_blocks = read(frames, blocks)
    at_once = read(frames, [data])
    carefully = [row for it in frames._carefully(iter([data]), 1) for row in it.rows()]

    assert in_blocks == at_once == carefully


def read(frames: records.Frames, blocks: list[bytes]) -> list[tuple[object, ...]]:
    return [
        row for it in frames.read(iter(blocks)) for row in it.drop("traits", strict=False).rows()
    ]


def test_a_frame_is_a_contacts_file_too() -> None:
    frame = pl.DataFrame({"to": ["+44", None], "n": [1, 2.5]}, strict=False)

    chunk = next(loader.from_frame(frame).chunks())

    assert chunk.drop("problem", "problem_text").rows() == [(2, "+44", "1.0"), (3, "", "2.5")]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Name", "Phone Number"), 1),
        (("MOBILE", "x"), 0),
        (("to",), 0),
        (("a", "msisdn"), 1),
        (("phone_number",), 0),
    ],
)
def test_the_phone_column_is_known_by_its_name(names: tuple[str, ...], found: int) -> None:
    assert phone_column.choose(make_header(list(names)), None, [], None).column == found


@pytest.mark.parametrize(
    ("names", "wanted", "says"),
    [
        (("name", "city"), None, "`name`, `city`"),
        (("phone", "mobile"), None, "`phone` and `mobile`"),
        (("phone", "name"), "phnoe", "`phone`"),
        (("phone", "Phone"), "phone", "2 columns"),
    ],
)
def test_an_unclear_phone_column_says_what_there_is(
    names: tuple[str, ...], wanted: str | None, says: str
) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        phone_column.choose(make_header(list(names)), wanted, [], None)

    assert says in caught.value.message + caught.value.hint


def test_a_text_column_is_taken_when_there_is_one() -> None:
    assert text_column(make_header(["to", "Text"]), None) == 1
    assert text_column(make_header(["to", "name"]), None) is None


def test_a_single_column_has_no_delimiter_to_find() -> None:
    assert dialect.find_dialect("phone\n+44\n+45\n").delimiter == ","


def test_a_delimiter_inside_quotes_is_none() -> None:
    assert dialect.find_dialect('to;name\n+44;"a,b,c"\n+45;"d,e,f"\n').delimiter == ";"


def test_utf_8_is_checked_across_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source, "BLOCK_BYTES", 5)

    contacts, rows = load(tmp_path, "to,name\n+44,Zoë\n+45,Łódź\n".encode())

    assert [it[3] for it in rows] == ["Zoë", "Łódź"]
    assert contacts.notes == ()


def test_a_file_is_open_as_long_as_its_contacts_and_no_longer(tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))

    for content in (b"to,name\n+44,Ada\n", b'to,name\n+44,"Ada\n', b"%PDF"):
        with contextlib.suppress(errors.ContactsError):
            load(tmp_path, content)

    assert len(list(Path("/dev/fd").iterdir())) == before


def test_rows_can_be_read_when_only_they_are_held(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"to,name\n+44,Ada\n")

    chunks = loader.open_contacts(path).chunks()

    assert next(chunks).height == 1


@pytest.mark.parametrize(
    "line", ["sep=\r\n", 'sep="\n', "sep=é\n", "sep=x\n", "sep=\n", "sep=,,\n"]
)
def test_a_line_that_names_no_delimiter_is_a_line(line: str) -> None:
    assert dialect.find_dialect(f"{line}to;name\n+44;Ada\n").sep_line == 0


def test_an_earlier_word_on_the_encoding_is_for_a_file_that_is_no_unicode(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    told = Layout(fallback_encoding="cp1250")

    for encoding in ("cp1250", "utf-8"):
        path.write_bytes("to,name\n+44,Dvořák\n".encode(encoding))
        contacts = loader.open_contacts(path, told)

        assert next(contacts.chunks())["c1"].to_list() == ["Dvořák"]
        assert contacts.reading.why_guessed == ""
