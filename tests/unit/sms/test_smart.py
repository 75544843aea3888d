"""Smart encoding: what Telnyx makes of characters outside its GSM-7."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.sms import encoding, smart


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
