"""What one look at whole lines says of each of their cells."""

from __future__ import annotations

import pytest

from bulksend.contacts import cell_values, loader
from bulksend.contacts.header import Header
from bulksend.contacts.reading import csv_reader, dialect, traits
from bulksend.contacts.reading.traits import Trait
from bulksend.sms import encoding, slips

_EVERY = Trait(sum(Trait))


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
    assert (Trait.PLAIN in traits.of_lines(lines, ",")) is is_plain


@pytest.mark.parametrize("delimiter", ["\t", "|", ";"])
def test_what_parts_the_cells_is_not_in_them(delimiter: str) -> None:
    assert Trait.PLAIN in traits.of_lines(f"+44{delimiter}Ada\n".encode(), delimiter)
    assert Trait.PLAIN not in traits.of_lines(f"+44{delimiter}A|d\ta\n".encode(), ";")


def test_each_plain_character_has_single_units_of_the_alphabet_and_opens_nothing() -> None:
    signs = [chr(code) for code in range(128) if Trait.PLAIN in traits.of_lines(bytes([code]), ",")]

    assert encoding.has_single_units("".join(signs))
    assert not [sign for sign in signs if sign.isspace() and sign not in " \r\n"]
    assert not [*slips.markup("".join(signs))]
    assert not [
        sign for sign in signs if cell_values.inserted_one(f"{sign}=1") != f"{sign}=1".strip()
    ]


@pytest.mark.parametrize(
    ("cells", "unknown"),
    [
        pytest.param("Zoë’s 日本 😀\u00a0", Trait.PLAIN, id="signs-beyond-ascii"),
        pytest.param("Err:502", Trait.NO_ERROR, id="an-error-that-is-a-word"),
        pytest.param("ERR:5", Trait.NO_ERROR, id="in-capitals"),
        pytest.param("#N/A", Trait.PLAIN | Trait.EVERYDAY | Trait.NO_ERROR, id="an-error"),
        pytest.param("\\N", _EVERY ^ Trait.NO_NUL, id="nothing-of-a-database"),
        pytest.param("&amp;", Trait.PLAIN | Trait.EVERYDAY | Trait.NO_MARKUP, id="an-entity"),
        pytest.param("<br>", Trait.PLAIN | Trait.EVERYDAY | Trait.NO_MARKUP, id="a-tag"),
        pytest.param("a\0", Trait.PLAIN | Trait.EVERYDAY | Trait.NO_NUL, id="nul"),
        pytest.param("[1]", Trait.PLAIN | Trait.EVERYDAY, id="a-bracket"),
    ],
)
def test_what_may_be_in_a_cell_is_not_known_to_be_absent(cells: str, unknown: Trait) -> None:
    assert traits.of_lines(b"+44,Ada\n", ",") == _EVERY
    assert traits.of_lines(f"+44,Ada\n+45,{cells}\n".encode(), ",") == _EVERY ^ unknown


@pytest.mark.parametrize("error", ["Err:502", "#REF!", "\\N", "#WERT!", "###", " #N/A"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "#"])
def test_whoever_knows_of_no_error_overlooks_none(error: str, delimiter: str) -> None:
    cells = error.split(delimiter)
    is_error = any(cell_values.is_error(cell) for cell in cells)

    lines = f"+44{delimiter}{error}\n".encode()

    assert not (is_error and Trait.NO_ERROR in traits.of_lines(lines, delimiter))


def test_blocks_cut_a_line_and_its_end_in_two_without_a_closer_look() -> None:
    whole = b"phone,name\r\n+44,Ada\r\n+45,Bo\r\n+46,Cy"
    frames = csv_reader.Frames("x.csv", Header(("phone", "name")), 1, dialect.Dialect())

    for cut in range(1, len(whole)):
        read = list(frames.read(iter((whole[:cut], whole[cut:]))))
        rows = [row for frame in read for row in frame.select("row", "c0", "c1").rows()]
        assert rows == [(2, "+44", "Ada"), (3, "+45", "Bo"), (4, "+46", "Cy")]
        assert all(traits.have(frame, Trait.PLAIN) for frame in read if frame.height)


def test_plain_blocks_say_so_and_others_do_not_know() -> None:
    frames = csv_reader.Frames("x.csv", Header(("phone", "name")), 1, dialect.Dialect())
    blocks = [b"phone,name\n+44,Ada\n", "+45,Zoë\n".encode(), b"+46,Bo\n \n,\nphone,name \n"]

    first, second, third = frames.read(iter(blocks))

    plain = [traits.have(frame, Trait.PLAIN) for frame in (first, second, third)]
    assert plain == [True, False, True]
    assert third["c0"].to_list() == ["+46", "phone"]
    assert third["problem"].to_list() == [None, "repeated_header"]


def test_a_frame_from_a_notebook_does_not_know() -> None:
    import polars as pl

    (chunk,) = loader.from_frame(pl.DataFrame({"phone": ["+44"]})).chunks()

    assert not any(traits.have(chunk, each) for each in Trait)
