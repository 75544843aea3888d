"""How the records of a file are written."""

from __future__ import annotations

import pytest

from bulksend.contacts.reading import dialect


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("Name, Vorname;Telefon\nMüller, Jörg;+4915123456789\n", ";"),
        ("Name;Telefon,Ort\nA;b,+4915123456789,x\nC;d,+4915123456780,y\n", ","),
        ("a,b|phone\n1,2|+447400000001\n", "|"),
        ("name\tphone\nA, B\t+447400000001\n", "\t"),
        ("phone\n+447400000001\n", ","),
    ],
)
def test_the_delimiter_is_the_one_under_which_phones_are_cells(sample: str, delimiter: str) -> None:
    assert dialect.find_dialect(sample).delimiter == delimiter


@pytest.mark.parametrize("sign", ["^", ";", "~", " "])
def test_the_delimiter_that_is_named_is_obeyed(sign: str) -> None:
    assert dialect.find_dialect("a,b\n1,2\n", sign).delimiter == sign
