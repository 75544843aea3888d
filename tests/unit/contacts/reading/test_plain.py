"""Lines that need no further look."""

from __future__ import annotations

import pytest

from bulksend.contacts import cell_values, loader
from bulksend.contacts.header import Header
from bulksend.contacts.reading import csv_reader, dialect, plain
from bulksend.sms import encoding, slips


@pytest.mark.parametrize(
    ("lines", "is_plain"),
    [
        pytest.param(b"+447400123456,Ada,10:30\r\n", True, id="a-row-of-everyday"),
        pytest.param(b"\n  , ,\n", True, id="blanks"),
        pytest.param("+44,José Ångström\n".encode(), True, id="letters-of-the-alphabet"),
        pytest.param("+44,François\n".encode(), False, id="a-letter-outside-the-alphabet"),
        pytest.param("+44,Ãrger\n".encode(), False, id="a-letter-of-a-wrong-encoding"),
        pytest.param("+44,Ada\u00a0B\n".encode(), False, id="a-blank-that-is-none"),
        pytest.param("+44,Ada\u2019s\n".encode(), False, id="a-curly-apostrophe"),
        pytest.param("+44,Αδα\n".encode(), False, id="another-script"),
        pytest.param(b"+44,O'Brien\n", True, id="an-apostrophe-in-a-word"),
        *(
            pytest.param(lines, False, id=f"an-apostrophe-first-{at}")
            for at, lines in enumerate((b"'+44,A\n", b"A,'+44\n", b"A\n'44,B\n", b"A, '44\n"))
        ),
        *(
            pytest.param(f"+44,A{sign}\n".encode(), False, id=f"sign-{ord(sign):02x}")
            for sign in '\0\t\x0b\x1f"#&<>[\\]^`{|}~\x7f'
        ),
    ],
)
def test_lines_are_plain_where_nothing_in_them_is_odd(lines: bytes, is_plain: bool) -> None:
    assert plain.is_plain(lines, ",") is is_plain


@pytest.mark.parametrize("delimiter", ["\t", "|", ";"])
def test_what_parts_the_cells_is_not_in_them(delimiter: str) -> None:
    assert plain.is_plain(f"+44{delimiter}Ada\n".encode(), delimiter)
    assert not plain.is_plain(f"+44{delimiter}A|d\ta\n".encode(), ";")


def test_each_plain_character_has_single_units_of_the_alphabet_and_opens_nothing() -> None:
    signs = [chr(code) for code in range(128) if plain.is_plain(bytes([code]), ",")]

    assert encoding.has_single_units("".join(signs))
    assert not [sign for sign in signs if sign.isspace() and sign not in " \r\n"]
    assert not [*slips.markup("".join(signs))]
    assert not [
        sign for sign in signs if cell_values.inserted_one(f"{sign}=1") != f"{sign}=1".strip()
    ]


def test_plain_blocks_say_so_and_others_do_not_know() -> None:
    frames = csv_reader.Frames("x.csv", Header(("phone", "name")), 1, dialect.Dialect())
    blocks = [b"phone,name\n+44,Ada\n", "+45,Zoë\n".encode(), b"+46,Bo\n \n,\nphone,name \n"]

    first, second, third = frames.read(iter(blocks))

    assert [plain.are_plain(frame) for frame in (first, second, third)] == [True, False, True]
    assert third["c0"].to_list() == ["+46", "phone"]
    assert third["problem"].to_list() == [None, "repeated_header"]


def test_a_frame_from_a_notebook_does_not_know() -> None:
    import polars as pl

    (chunk,) = loader.from_frame(pl.DataFrame({"phone": ["+44"]})).chunks()

    assert not plain.are_plain(chunk)
