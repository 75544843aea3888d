"""Texts of more parts than Telnyx takes: which character did it, where, and what is without it."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.contacts import compose, loader


def reason(source: str | None, name: str, text: str = "") -> str:
    frame = pl.DataFrame({"phone": ["+447700900123"], "name": [name], "text": [text]})
    contacts = loader.from_frame(frame)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=2 if source is None else None,
        template_source=source,
    )
    (chunk,) = contacts.chunks()
    composed = compose.compose(chunk, message_plan)
    assert composed["problem"].to_list() == ["text_too_long"]
    return str(composed["problem_text"][0])


LONG = "terms " * 115


@pytest.mark.parametrize(
    ("source", "name", "text", "where"),
    [
        pytest.param("Dear {name}, " + LONG, "Łukasz", "", "Ł U+0141 in column `name`", id="name"),
        pytest.param("Dear {name}’ " + LONG, "Ada", "", "’ U+2019 in the text", id="template"),
        pytest.param(None, "Łukasz", "Dear {name}, " + LONG, "Ł U+0141 in column `name`", id="own"),
        pytest.param(None, "Ada", "Dear “ " + LONG, "“ U+201C in the text", id="own-words"),
        pytest.param("\u200bDear {name} " + LONG, "A", "", "U+200B ZERO WIDTH SPACE", id="hidden"),
    ],
)
def test_the_character_is_named_with_its_place_and_the_parts_without(
    source: str | None, name: str, text: str, where: str
) -> None:
    sentence = reason(source, name, text)

    assert where in sentence
    assert "11 parts, and 10 parts is the most: 5 without" in sentence


def test_several_characters_are_counted() -> None:
    assert "and 1 more make it UTF-16" in reason("“”’" + LONG, "Ada")


def test_a_text_in_gsm_7_says_how_much_too_long_it_is() -> None:
    sentence = reason("x" * 1540, "Ada")

    assert sentence == "the text needs 11 parts, and 10 parts is the most: 10 characters too many"
