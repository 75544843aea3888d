"""Parts and encoding: one rule for one text and for a column."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend.sms import encoding
from bulksend.sms import smart_encoding as smart
from tests import corpus, sizes


@pytest.mark.parametrize(
    ("text", "expected", "parts", "parts_max"),
    [
        pytest.param("", "GSM-7", 0, 0, id="empty"),
        pytest.param("a" * 160, "GSM-7", 1, 1, id="full-single"),
        pytest.param("a" * 161, "GSM-7", 2, 2, id="one-over"),
        pytest.param("a" * 153 * 10, "GSM-7", 10, 10, id="ten-parts"),
        pytest.param("a" * (153 * 10 + 1), "GSM-7", 11, 11, id="eleven-parts"),
        pytest.param("€" * 80, "GSM-7", 1, 1, id="two-slot-full-single"),
        pytest.param("€" * 80 + "a", "GSM-7", 2, 2, id="two-slot-one-over"),
        # 306 septets are two parts by division; the bracket may not be cut in two.
        pytest.param("a" * 152 + "[" + "a" * 152, "GSM-7", 2, 3, id="escape-pair-at-part-boundary"),
        pytest.param("я" * 70, "UTF-16", 1, 1, id="utf16-full-single"),
        pytest.param("я" * 71, "UTF-16", 2, 2, id="utf16-one-over"),
        pytest.param("я" * 66 + "😀" + "я" * 66, "UTF-16", 2, 3, id="surrogate-pair-at-boundary"),
        pytest.param("😀" * 35, "UTF-16", 1, 1, id="pairs-full-single"),
        # In GSM 03.38, but not in Telnyx's table.
        pytest.param("Ω", "UTF-16", 1, 1, id="greek-is-not-telnyx"),
        pytest.param("Ç", "UTF-16", 1, 1, id="c-cedilla-is-not-telnyx"),
        pytest.param("`", "UTF-16", 1, 1, id="backtick"),
        pytest.param("é§€ñ£", "GSM-7", 1, 1, id="telnyx-accents"),
        pytest.param("’", "UTF-16", 1, 1, id="curly-quote"),
        pytest.param("\n\r", "GSM-7", 1, 1, id="line-ends"),
        pytest.param("\t", "UTF-16", 1, 1, id="tab"),
    ],
)
def test_a_text_is_measured_as_telnyx_bills_it(
    text: str, expected: str, parts: int, parts_max: int
) -> None:
    measured = encoding.measure(text)

    assert (measured.encoding, measured.parts, measured.parts_max) == (expected, parts, parts_max)


def as_rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select("encoding", "units", "parts", "parts_max").rows()


def by_hand(texts: list[str]) -> list[tuple[object, ...]]:
    found = [encoding.measure(it) for it in texts]
    return [(it.encoding, it.units, it.parts, it.parts_max) for it in found]


@given(st.lists(st.text(max_size=400), max_size=20))
def test_a_column_is_measured_like_each_of_its_texts(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)

    assert as_rows(encoding.measure_column(series)) == by_hand(texts)


def test_every_character_of_unicode_counts_alike_alone_and_in_a_column() -> None:
    points = [it for it in range(0x110000) if not 0xD800 <= it < 0xE000]
    texts = ["".join(map(chr, points[at : at + 64])) for at in range(0, len(points), 64)]
    texts += [chr(it) for it in range(0x3000)]

    measured = encoding.measure_column(pl.Series(texts))

    assert as_rows(measured) == by_hand(texts)


def test_texts_around_every_boundary_count_alike_alone_and_in_a_column() -> None:
    chance = random.Random(7)
    texts = []
    for size in (70, 67 * 2, 67 * 10, 153 * 2, 153 * 10, 160):
        for length in range(size - 3, size + 4):
            for alphabet in ("a", "a€", "я", "я😀", "aé[", "a😀€"):
                texts.append("".join(chance.choice(alphabet) for _ in range(length)))

    assert as_rows(encoding.measure_column(pl.Series(texts))) == by_hand(texts)


@given(st.text(min_size=1, max_size=1000))
def test_the_parts_joined_are_the_text_and_none_is_too_long(text: str) -> None:
    parts = encoding.split(text)

    assert "".join(parts) == text
    assert len(parts) == encoding.measure(text).parts_max


@given(st.text(max_size=300))
def test_smart_encoding_is_the_same_alone_and_in_a_column(text: str) -> None:
    assert smart.smart_column(pl.Series([text]))[0] == smart.smart(text)


def test_smart_encoding_replaces_what_would_cost_a_part() -> None:
    assert smart.smart("“It’s – well… fine”") == '"It\'s - well... fine"'


def test_a_null_text_has_no_measure() -> None:
    measured = encoding.measure_column(pl.Series([None, "é"], dtype=pl.String))

    assert as_rows(measured) == [(None, None, None, None), ("GSM-7", 1, 1, 1)]


@given(st.text("a€я😀", max_size=320), st.sampled_from("a€я😀"))
def test_parts_never_decrease_as_a_text_grows(text: str, more: str) -> None:
    before, after = encoding.measure(text), encoding.measure(text + more)

    assert (after.parts, after.parts_max) >= (before.parts, before.parts_max)
    assert after.parts <= after.parts_max


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("a" * 160, [160], id="single"),
        pytest.param("a" * 161, [153, 8], id="two"),
        pytest.param("a" * 152 + "€" + "b" * 10, [152, 11], id="escape-moves-on"),
        pytest.param("я" * 66 + "😀" + "я" * 9, [66, 10], id="surrogates-move-on"),
    ],
)
def test_split_shows_where_a_text_breaks(text: str, lengths: list[int]) -> None:
    assert [len(it) for it in encoding.split(text)] == lengths


@pytest.mark.slow
@sizes.short_and_whole("step", 7, 1)
def test_every_character_counts_as_the_providers_page_says(step: int) -> None:
    for text in corpus.of_all_planes(step, whole_below=0x3000):
        measured = encoding.measure(text)
        assert (measured.encoding, measured.parts, measured.parts_max) == corpus.by_hand(text), text


def test_every_boundary_counts_by_hand_alone_and_in_a_column() -> None:
    texts = [*corpus.at_boundaries(), *corpus.mixed(random.Random(3), 2000)]
    measured = [encoding.measure(it) for it in texts]

    assert len(texts) > 3000
    assert [(it.encoding, it.parts, it.parts_max) for it in measured] == [
        corpus.by_hand(it) for it in texts
    ]
    assert as_rows(encoding.measure_column(pl.Series(texts))) == by_hand(texts)


@given(st.text(min_size=1, max_size=1200))
def test_any_text_counts_by_hand(text: str) -> None:
    measured = encoding.measure(text)

    assert (measured.encoding, measured.parts, measured.parts_max) == corpus.by_hand(text)


@pytest.mark.parametrize(
    ("units", "parts", "wide", "over"),
    [
        pytest.param(161, 2, False, 1, id="one-over-a-single-text"),
        pytest.param(310, 3, False, 4, id="four-over-two-parts"),
        pytest.param(71, 2, True, 1, id="one-over-a-single-text-in-utf-16"),
        pytest.param(140, 3, True, 6, id="six-over-two-parts-in-utf-16"),
    ],
)
def test_how_far_a_text_is_over_the_part_before_its_last(
    units: int, parts: int, wide: bool, over: int
) -> None:
    frame = pl.DataFrame({"units": [units], "parts": [parts], "wide": [wide]})

    counted = frame.select(encoding.over_boundary(pl.col("units"), pl.col("parts"), pl.col("wide")))

    assert counted.to_series().to_list() == [over]


@pytest.mark.parametrize(
    ("text", "single"),
    [
        pytest.param("", True, id="no-text"),
        pytest.param("Hi Zoë, £5?", False, id="a-letter-outside"),
        pytest.param("Hi José, £5?\r\n", True, id="letters-and-signs-of-the-alphabet"),
        pytest.param("5 €", False, id="a-sign-of-two-units"),
        pytest.param("Hi \N{GRINNING FACE}", False, id="a-picture"),
    ],
)
def test_single_units_are_of_the_alphabet_itself(text: str, single: bool) -> None:
    assert encoding.has_single_units(text) is single


@pytest.mark.parametrize("longest", [0, 1, 160, 161, 306, 307, 1600])
def test_texts_of_single_units_are_measured_as_any_others(longest: int) -> None:
    texts = pl.Series([*("é" * length for length in range(longest + 1)), None], dtype=pl.String)

    assert encoding.measure_single_units(texts).equals(encoding.measure_column(texts))
    assert encoding.measure_single_units(texts).schema == encoding.measure_column(texts).schema
