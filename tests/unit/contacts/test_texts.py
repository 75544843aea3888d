"""Rows become texts: what `--fix-text` does to the rows' own."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from bulksend.contacts import compose, loader
from bulksend.sms import encoding


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def own_text(text: str, name: str) -> str:
    """What goes out of a row whose text stands in a column, with --fix-text."""
    contacts = loader.from_frame(
        pl.DataFrame({"phone": ["+447700900123"], "name": [name], "text": [text]})
    )
    plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=2,
        template_source=None,
        rules=compose.RowRules(fix_text=True),
    )
    (chunk,) = contacts.chunks()
    return str(compose.compose(chunk, plan)["text"][0])


@pytest.mark.parametrize(
    ("text", "name", "sent"),
    [
        pytest.param(nfd("Hasta mañana"), "x", "Hasta mañana", id="composed"),
        pytest.param("It’s “ready”…", "x", 'It\'s "ready"...', id="in-gsm-7"),
        pytest.param("It’s you, {name}", "O’Neil", "It's you, O’Neil", id="no-name-is-replaced"),
        pytest.param("Hi {name}", nfd("José Núñez"), "Hi José Núñez", id="a-name-is-composed"),
        pytest.param(nfd("Já {name}…"), nfd("Zoë"), "Já Zoë…", id="á-stays-outside-gsm-7"),
        pytest.param("Ждём вас…", "x", "Ждём вас…", id="another-alphabet-stays"),
        pytest.param("m\u0302 x\u0303", "x", "m\u0302 x\u0303", id="nothing-composed-exists"),
        pytest.param("Monday\u202810:00", "x", "Monday\n10:00", id="line-breaks-of-others"),
        pytest.param("…" * 70, "x", "…" * 70, id="not-where-dots-are-dearer"),
        pytest.param("{name}" + "…" * 69, "é", "é" + "…" * 69, id="nor-beside-a-name"),
        pytest.param("Hi\u200b {{you}}", "x", "Hi {you}", id="braces-and-what-nobody-sees"),
        pytest.param("plain", "x", "plain", id="plain"),
    ],
)
def test_fix_text_reaches_texts_that_stand_in_a_column(text: str, name: str, sent: str) -> None:
    assert own_text(text, name) == sent


@pytest.mark.parametrize("name", ["Ada", "Zoë", "Иван", nfd("Çelik")])
@pytest.mark.parametrize("dots", [0, 1, 30, 65, 70, 140])
def test_and_never_makes_one_dearer(name: str, dots: int) -> None:
    text = "¼ of “it”, {name}" + "…" * dots

    before = encoding.measure(text.replace("{name}", name))
    after = encoding.measure(own_text(text, name))

    assert after.parts <= before.parts
