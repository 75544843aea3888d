"""Smart encoding: what Telnyx makes of characters outside its GSM-7."""

from __future__ import annotations

import random

import polars as pl
import pytest

from bulksend.sms import encoding
from bulksend.sms import smart_encoding as smart
from tests import corpus


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Don’t", "Don't", id="curly-apostrophe"),
        pytest.param("“sale” — 50 %…", '"sale" - 50 %...', id="word-processor"),
        pytest.param("½\t¼", "1/2       1/4", id="tab-is-seven-spaces"),
        pytest.param("\ufeffＨｉ\u200b５", "Hi5", id="full-width-and-zero-width"),
        pytest.param("ᴢʀ ΑΖ", "ZR AZ", id="small-capitals-and-greek-that-looks-latin"),
        pytest.param("Łukasz 😀 Ω", "Łukasz 😀 Ω", id="no-substitute"),
        pytest.param("Zoë ` é", "Zoë ' é", id="gsm-7-stays"),
    ],
)
def test_text_becomes_what_telnyx_counts(text: str, expected: str) -> None:
    assert smart.smart(text) == expected
    assert smart.smart_column(pl.Series(["plain", text])).to_list() == ["plain", expected]


def test_nothing_of_the_alphabet_is_ever_substituted() -> None:
    assert not set(smart.SUBSTITUTIONS) & set(encoding.BASIC + encoding.EXTENDED)


def test_every_substitute_is_in_the_alphabet() -> None:
    assert {encoding.encoding_of(it) for it in smart.SUBSTITUTIONS.values()} == {encoding.GSM_7}


def test_column_equals_text_for_every_substitution_in_a_sentence() -> None:
    texts = [f"a{it}b{it}{it}" for it in smart.SUBSTITUTIONS]

    assert smart.smart_column(pl.Series(texts)).to_list() == [smart.smart(it) for it in texts]


#: What the provider's page on smart encoding says of each kind of character.
KINDS = {
    "curly double quotes and guillemets": ("“”„‟«»", '"'),
    "apostrophes, the acute and the backtick": ("‘’‛´`", "'"),
    "dashes and the bullet": ("–—‐•", "-"),
    "the ellipsis": ("…", "..."),
    "division and the fraction's stroke": ("÷⁄", "/"),
    "blanks of other widths": ("\u00a0\u2002\u2003\u2009\u200a\u202f\u205f\u3000", " "),
    "what has no width": ("\u200b\ufeff\u2060\u2028\u2029", ""),
    "the tab": ("\t", " " * 7),
    "a quarter": ("¼", "1/4"),
    "a half": ("½", "1/2"),
    "three quarters": ("¾", "3/4"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_character_becomes_what_the_page_says(kind: str) -> None:
    characters, becomes = KINDS[kind]

    assert {smart.smart(it) for it in characters} == {becomes}


def test_full_width_becomes_ascii() -> None:
    wide = "".join(chr(it + 0xFEE0) for it in range(0x21, 0x7F) if chr(it) != "`")

    assert smart.smart(wide) == "".join(chr(it) for it in range(0x21, 0x7F) if chr(it) != "`")


def test_emoji_chinese_and_cyrillic_have_no_substitute() -> None:
    assert smart.smart("😀 李 я Çé") == "😀 李 я Çé"


def test_a_whole_corpus_is_the_same_alone_and_in_a_column() -> None:
    texts = [*corpus.of_all_planes(step=17), *corpus.mixed(random.Random(5), 500)]

    assert smart.smart_column(pl.Series(texts)).to_list() == [smart.smart(it) for it in texts]
