"""Lists of people who are not to be texted: in any file and any spelling."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from bulksend import errors
from bulksend.contacts import own_files
from bulksend.contacts.skipped import suppression

PHONES = ["+447400000001", "+447400000002", "+447400000003", "+33612345678", "+4915112345678"]
SENDABLE = pl.DataFrame(
    {"row": range(2, 7), "to_e164": PHONES}, schema_overrides={"row": pl.UInt32}
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("cell", "row"),
    [
        pytest.param("+447400000001", 2, id="as E.164"),
        pytest.param("+44 7400 000001", 2, id="with blanks"),
        pytest.param("+44 (0) 7400 000001", 2, id="with a zero in brackets"),
        pytest.param("0044 7400-000001", 2, id="with 00 and a dash"),
        pytest.param("07400 000001", 2, id="nationally"),
        pytest.param("tel:+447400000001", 2, id="as a link"),
        pytest.param("\u202a+447400000001\u202c", 2, id="between marks that nobody sees"),
        pytest.param("+33 6 12 34 56 78", 5, id="of another country"),
    ],
)
def test_a_phone_is_known_however_it_is_written(tmp_path: Path, cell: str, row: int) -> None:
    path = written(tmp_path, "stop.csv", f"name,phone\nA,{cell}\n")

    named = suppression.load([path], "GB").leave_out(SENDABLE)

    assert named.rows() == [(row, "suppressed", "the phone is suppressed: stop.csv, row 2")]


def test_each_skip_names_the_file_and_the_row_there(tmp_path: Path) -> None:
    first = written(tmp_path, "a.csv", "phone\n+447400000009\n+447400000003\n")
    second = written(tmp_path, "b.csv", "x;mobile\n1;+4915112345678\n2;+447400000003\n")

    named = suppression.load([first, second], None).leave_out(SENDABLE)

    assert named.select("row", "sentence").rows() == [
        (4, "the phone is suppressed: a.csv, row 3"),
        (6, "the phone is suppressed: b.csv, row 2"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbfphone\r\n+447400000002\r\n", id="BOM and CRLF"),
        pytest.param("phone\tname\n+447400000002\tA\n".encode("utf-16"), id="Unicode text"),
        pytest.param("phone;name\n+447400000002;Müller\n".encode("cp1252"), id="Windows-1252"),
    ],
)
def test_any_file_that_can_be_contacts_can_be_a_list(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, "stop.csv", content)

    assert suppression.load([path], None).leave_out(SENDABLE)["row"].to_list() == [3]


def test_rows_without_a_phone_that_can_be_read_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "stop.csv", "phone\n+447400000001\n07400 000002\nnobody\n")

    suppressed = suppression.load([path], None)

    assert suppressed.unread_rows == 2
    assert suppressed.leave_out(SENDABLE)["row"].to_list() == [2]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("phone\n", id="no rows"),
        pytest.param("phone\nnobody\n", id="no phone in it"),
        pytest.param("name,age\nAda,36\n", id="no phone column"),
        pytest.param("", id="empty"),
        pytest.param(None, id="not there"),
    ],
)
def test_a_list_that_says_nobody_stops_the_batch(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "stop.csv"
    if content is not None:
        path.write_text(content)

    with pytest.raises(errors.UsageError) as failure:
        suppression.load([path], None)

    assert str(path) in failure.value.message
    assert failure.value.code == "suppress_unusable"
    assert "suppress" in failure.value.hint


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("phone,keyword,from,created_at\n", id="opt-outs of Telnyx"),
        pytest.param(
            f"phone,name,{','.join(own_files.SELECTED_COLUMNS)}\n", id="rows of some results"
        ),
        pytest.param(
            f"\ufeffphone;name;{';'.join(own_files.SELECTED_COLUMNS)}\r\n", id="as Excel has them"
        ),
    ],
)
def test_a_list_that_bulksend_wrote_may_have_nobody_on_it(tmp_path: Path, content: str) -> None:
    empty = written(tmp_path, "nobody.csv", content)
    full = written(tmp_path, "stop.csv", "phone\n+447400000001\n")

    suppressed = suppression.load([empty, full], None)

    assert suppressed.empty_names == ("nobody.csv",)
    assert suppressed.leave_out(SENDABLE)["row"].to_list() == [2]


def test_a_list_that_is_a_folder_stops_the_batch(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError):
        suppression.load([tmp_path], None)


def test_numbers_with_the_same_last_digits_are_told_apart(tmp_path: Path) -> None:
    # 16,777,216 apart: the same last 24 bits.
    near = 447400000001 + (1 << 24)
    path = written(tmp_path, "stop.csv", f"phone\n+{near}\n")

    assert not suppression.load([path], None).leave_out(SENDABLE).height


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "stop.csv", os.urandom(100))

    before = suppression.digest(path)
    path.write_bytes(path.read_bytes() + b"x")

    assert len(before) == 64
    assert suppression.digest(path) != before
