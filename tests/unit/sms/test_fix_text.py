"""What fix_text does to a template, and what it leaves as it is."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend.sms import encoding, fix_text, template


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def fixed(source: str) -> str:
    """The template's words after fix_text, with `_` for a placeholder."""
    parsed = template.parse_template(source)
    done = fix_text.replaced(parsed) or fix_text.composed(parsed)
    return "".join(piece if isinstance(piece, str) else "_" for piece in done.pieces)


@pytest.mark.parametrize(
    ("source", "becomes"),
    [
        pytest.param("It’s “ready” – come…", 'It\'s "ready" - come...', id="quotes-dash-dots"),
        pytest.param("a\u00a0b\u2009c\u3000d", "a b c d", id="exotic-blanks"),
        pytest.param("he\u200bl\u00adl\u2060o\ufeff \u200eyou\ufe0f", "hello you", id="invisible"),
        pytest.param("he\u200cl\u200dlo", "hello", id="joiners-of-nothing"),
        pytest.param(nfd("Hasta mañana, {name}"), "Hasta mañana, _", id="composed"),
        pytest.param(nfd("L’équipe … {name}"), "L'équipe ... _", id="composed-and-replaced"),
        pytest.param("Monday\u202810:00\u2029Room", "Monday\n10:00\nRoom", id="line-breaks"),
        pytest.param("Monday\x0b10:00\x85Room", "Monday\n10:00\nRoom", id="soft-breaks"),
        pytest.param("Ждём\u2028вас “тут”…", "Ждём\nвас “тут”…", id="cyrillic-keeps-its-quotes"),
        pytest.param("It’s 🎉 time…", "It’s 🎉 time…", id="emoji"),
        pytest.param("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family", id="emoji-joiners"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="persian-joiner"),
        pytest.param("क्\u200dष", "क्\u200dष", id="hindi-joiner"),
        pytest.param("3 =\u0338 4", "3 ≠ 4", id="composed-sign"),
        pytest.param("m\u0302 x\u0303", "m\u0302 x\u0303", id="nothing-composed-exists"),
        pytest.param("\u0958 qa", "\u0958 qa", id="composing-would-be-longer"),
        pytest.param("plain {name} [x] €", "plain _ [x] €", id="plain"),
    ],
)
def test_a_template_is_fixed(source: str, becomes: str) -> None:
    assert fixed(source) == becomes


def test_no_combining_mark_is_ever_replaced() -> None:
    marks = [sign for sign in fix_text.INSTEAD if unicodedata.category(sign) in ("Mn", "Me")]

    assert [sign for sign in marks if fix_text.INSTEAD[sign]] == []
    assert not set("\u0302\u0303\u0338\u0332\u0326") & set(fix_text.INSTEAD)


@given(st.text("ab’…\u200b\u0301e\u2028Ж🎉{}\u00a0", max_size=30))
def test_composing_never_makes_a_text_longer(text: str) -> None:
    assert len(fix_text.compose(text)) <= len(text)
    assert fix_text.compose_column(pl.Series([text])).to_list() == [fix_text.compose(text)]


def test_every_character_that_composing_changes_is_looked_at() -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    changing = [sign for sign in every if unicodedata.normalize("NFC", sign) != sign]
    pairs = [f"a{sign}" for sign in changing]

    composed = fix_text.compose_column(pl.Series(pairs)).to_list()

    assert composed == [fix_text.compose(pair) for pair in pairs]


@pytest.mark.parametrize("cell", ["José", nfd("José"), "", "x\u2028y", "\u212b", "Ждём"])
def test_a_column_is_composed_like_each_of_its_cells(cell: str) -> None:
    cells = pl.Series([cell, None, "Ada"], dtype=pl.String)

    assert fix_text.compose_column(cells).to_list() == [fix_text.compose(cell), None, "Ada"]


def test_what_changes_is_named_with_its_place() -> None:
    source = "It’s {name’s} cafe\u0301…\u200b"

    changes = [(it.position, it.was, it.becomes) for it in fix_text.replacements(source)]

    assert changes == [
        (18, "e\u0301", "é"),
        (3, "’", "'"),
        (20, "…", "..."),
        (21, "\u200b", ""),
    ]


def test_nothing_is_named_where_nothing_is_done() -> None:
    assert list(fix_text.replacements("It’s 🎉…")) == []


def test_a_replacement_is_gsm_7() -> None:
    assert all(encoding.encoding_of(it) == encoding.GSM_7 for it in fix_text.INSTEAD.values())


@pytest.mark.parametrize(
    ("source", "longer"), [("It’s {name}", False), ("now… {name}", True), ("¼ {name}", True)]
)
def test_what_grows_is_known(source: str, longer: bool) -> None:
    assert fix_text.grows(template.parse_template(source)) is longer


def test_a_placeholder_is_nobodys_to_compose() -> None:
    assert list(fix_text.replacements("Hi {cafe\u0301}")) == []


@pytest.mark.parametrize(
    ("cells", "places", "texts"),
    [
        pytest.param(["Hi", None, "Bye"], [], [], id="nothing-to-replace"),
        pytest.param(["Hi", "we\u2019re"], [1], ["we're"], id="an-apostrophe"),
        pytest.param(["\u201cj\u0105\u201d"], [], [], id="another-letter-keeps-it-in-utf-16"),
    ],
)
def test_texts_of_a_column_are_replaced_where_that_makes_them_gsm(
    cells: list[str | None], places: list[int], texts: list[str]
) -> None:
    at, become = fix_text.replaced_column(pl.Series(cells, dtype=pl.String))

    assert (at.to_list(), become.to_list()) == (places, texts)
