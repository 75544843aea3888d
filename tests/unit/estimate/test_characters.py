"""The one-character bill: true to the part, whatever the texts are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend.contacts import compose, loader
from bulksend.estimate import estimator as estimate
from bulksend.estimate.findings import Finding
from bulksend.sms import encoding, fix_text, rates
from bulksend.sms import smart_encoding as smart
from bulksend.sms.message import Money, OnDuplicate
from bulksend.sms.template import OnMissing
from tests import sizes

CARD = rates.RateCard({"GB": Money(Decimal("0.04"), "USD")})
PHONE = "+4477009{:05d}"


def estimated(
    source: str | None, *columns: list[str], **options: Any
) -> tuple[estimate.Estimate, compose.MessagePlan]:
    """Rows of name, city (and text) to British phones."""
    names = ["name", "city", "text"][: len(columns)]
    phones = [PHONE.format(at) for at in range(len(columns[0]))]
    frame = pl.DataFrame({"phone": phones, **dict(zip(names, columns, strict=True))})
    contacts = loader.from_frame(frame)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=3 if source is None else None,
        template_source=source,
        rules=compose.RowRules(on_missing=OnMissing.EMPTY, **options),
    )
    found = estimate.estimate(contacts, message_plan, on_duplicate=OnDuplicate.SEND, rate_card=CARD)
    return found, message_plan


def blamed(found: estimate.Estimate, code: str = "character") -> dict[tuple[str, str], Finding]:
    """By character (or name) and column."""
    return {(it.character or it.name, it.column): it for it in found.costs if it.code == code}


def test_a_curly_quote_in_the_template_is_named_counted_and_priced() -> None:
    found, _ = estimated("Don’t be late, {name}: " + "x" * 60, ["Ada", "Grace", "Alan"])

    it = blamed(found)["’", ""]
    assert it.name == "RIGHT SINGLE QUOTATION MARK"
    assert (it.positions, it.replacement, it.rows, it.rows_pushed) == ((4,), "'", 3, 3)
    assert (it.parts, it.price, it.first_rows) == (3, {"USD": Decimal("0.12")}, (2, 3, 4))
    assert "fix_text" in it.fix


def test_an_emoji_is_one_character_to_blame_whatever_it_is_made_of() -> None:
    text = "Hi {name} 👩‍👩‍👧 " + "x" * 60

    found, _ = estimated(text, ["Ada"])

    ((key, it),) = blamed(found).items()
    assert key == ("👩‍👩‍👧", "")
    assert (it.rows_pushed, it.parts, it.replacement) == (1, 1, None)


def test_a_letter_of_a_name_is_told_with_column_and_rows_and_never_replaced() -> None:
    found, _ = estimated("Hi {name}" + "x" * 70, ["Ada", "Łukasz", "Bob", "Łucja"])

    it = blamed(found)["Ł", "name"]
    assert (it.rows, it.first_rows, it.parts, it.replacement) == (2, (3, 5), 2, None)
    assert it.fix == "a name stays as it is"


def test_two_different_quotes_cost_nothing_alone_and_a_part_together() -> None:
    found, _ = estimated("“Hi” {name}" + "x" * 70, ["Ada", "Bob"])

    assert [it.parts for it in blamed(found).values()] == [0, 0]
    (together,) = blamed(found, "characters").values()
    assert (together.rows, together.rows_pushed, together.parts) == (2, 2, 2)
    (offer,) = (it for it in found.costs if it.code == "fix_text")
    assert (offer.parts, offer.fix) == (2, "fix_text saves 2 parts")
    assert '“ → ", ” → "' in offer.text


def test_where_fix_text_saves_nothing_it_is_not_offered() -> None:
    found, _ = estimated("It’s {name} 🎉" + "x" * 70, ["Ada"])

    (together,) = blamed(found, "characters").values()
    assert together.parts == 1
    assert not any("fix_text" in f"{it.text} {it.fix}" for it in found.costs)


def test_letters_of_another_script_count_as_one() -> None:
    found, _ = estimated("Hi {name}" + "x" * 70, ["Ольга", "Ада"])

    assert {key: it.parts for key, it in blamed(found).items()} == {("Cyrillic letters", "name"): 2}


def test_a_text_in_another_script_has_nothing_to_save() -> None:
    found, _ = estimated("Здравствуйте, {name}! Ждём вас завтра.", ["Ольга", "Ада"])

    assert [it.code for it in found.remarks] == ["script", "registration_recommended"]
    assert found.remarks[0].rows == 2
    assert found.costs == ()


def test_texts_of_the_rows_themselves_are_looked_at() -> None:
    texts = ["x" * 80 + "’", "x" * 80]

    found, _ = estimated(None, ["a", "b"], ["c", "d"], texts)

    it = blamed(found)["’", "text"]
    assert (it.rows, it.first_rows, it.parts) == (1, (2,), 1)


def test_a_lost_letter_is_told_with_the_way_to_get_it_back() -> None:
    found, _ = estimated("Hi {name}", ["Jos\ufffd"])

    (it,) = found.costs
    assert (it.code, it.rows, it.first_rows) == ("character_lost", 1, (2,))
    assert "export it again" in it.fix


def test_repeated_rows_are_not_charged() -> None:
    frame = pl.DataFrame({"phone": [PHONE.format(1)] * 3, "name": ["Łu"] * 3})
    contacts = loader.from_frame(frame)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=None,
        template_source="Hi {name}" + "x" * 70,
    )

    found = estimate.estimate(contacts, message_plan, on_duplicate=OnDuplicate.SKIP, rate_card=CARD)

    it = blamed(found)["Ł", "name"]
    assert (it.rows, it.parts, it.first_rows) == (1, 1, (2,))


@pytest.mark.parametrize(
    ("length", "over"),
    [
        pytest.param(160, 0, id="just-fits"),
        pytest.param(161, 1, id="one-over"),
        pytest.param(163, 3, id="three-over"),
        pytest.param(164, 0, id="four-over-is-no-accident"),
        pytest.param(307, 1, id="one-over-two-parts"),
    ],
)
def test_texts_just_over_a_boundary_are_counted(length: int, over: int) -> None:
    found, _ = estimated("{name}", ["x" * length, "short"])

    near = [it for it in found.costs if it.code == "near_boundary"]
    assert [(it.rows, it.first_rows, it.parts) for it in near] == ([(1, (2,), 1)] if over else [])


# ---- against the plain functions, text by text

ALPHABET = "ab xyz’–“łŁЖя🎉€[`é\u00a0\t｛¼…"
words = st.lists(st.text(ALPHABET, max_size=12), min_size=4, max_size=4)
SOURCES = st.sampled_from(
    [
        "Hi {name}",
        "It’s {name} – {city}",
        "{name}{name}`",
        "{city}🎉€",
        "…{name}｛ ’{city}",
        "Ждём {name} “x”",
    ]
)
#: As long as it takes for a character to matter.
LENGTHS = st.one_of(st.integers(40, 72), st.integers(120, 165), st.just(290))


def plain_key(character: str) -> str:
    return "Cyrillic letters" if character in "ЖяЖдём" and character not in "xyz" else character


def without(text: str, keys: set[str]) -> str:
    """Replaced by what means the same, or left out."""
    return "".join(fix_text.INSTEAD.get(it, "") if plain_key(it) in keys else it for it in text)


def outside(text: str) -> set[str]:
    return {plain_key(it) for it in text if encoding.encoding_of(it) == "UTF-16"}


class Row:
    """One text, taken apart by hand."""

    def __init__(self, message_plan: compose.MessagePlan, fields: dict[str, str]) -> None:
        assert message_plan.template is not None
        count = smart.smart if message_plan.smart_encoding else str
        self.pieces = [
            (count(it), "") if isinstance(it, str) else (count(fields[it.name]), it.name)
            for it in message_plan.template.pieces
        ]
        self.text = "".join(it for it, _source in self.pieces)

    def changed(self, keys: Callable[[str], set[str]]) -> str:
        return "".join(without(it, keys(source)) for it, source in self.pieces)

    def of(self, source: str) -> str:
        return "".join(it for it, its in self.pieces if its == source)

    def is_essential(self) -> bool:
        letters = sum(plain_key(it) == "Cyrillic letters" for it in self.text)
        return letters * 2 > encoding.measure(self.text).units


def alone(rows: list[Row], key: str, source: str) -> tuple[int, int, int]:
    """rows, rows_pushed, parts by hand."""
    having = [it for it in rows if key in outside(it.of(source))]
    if key == "Cyrillic letters":
        having = [it for it in having if not it.is_essential()]
    pushed = parts = 0
    for row in having:
        before = encoding.measure(row.text)
        after = encoding.measure(row.changed(lambda it: {key} if it == source else set()))
        is_pushed = after.encoding == "GSM-7"
        pushed += is_pushed
        if is_pushed or key in fix_text.INSTEAD or not source:
            parts += before.parts - after.parts
    return len(having), pushed, parts


@sizes.examples(15)
@given(SOURCES, words, words, LENGTHS, st.booleans())
def test_each_characters_bill_is_the_difference_of_two_measures(
    source: str, names: list[str], cities: list[str], length: int, as_smart: bool
) -> None:
    assert_true(source + "." * length, names, cities, smart_encoding=as_smart)


@pytest.mark.slow
@sizes.short_and_whole("step", 3, 1)
@pytest.mark.parametrize(
    ("first", "source"),
    list(enumerate(["Hi {name} {city}", "…{name}｛ ’{city}", "It’s {name} – {city}`"])),
)
def test_the_bill_is_true_at_every_length_around_the_boundaries(
    first: int, source: str, step: int
) -> None:
    """In the short form each source has a third of the lengths."""
    names = ["Ada", "Łu", "O’N", "Łł’", "｛a｝", "¼½", "Жя", "🎉", "", "[€]", "Ł｛", "’–“"]
    cities = ["", "x", "…", "", "ł", "’", "", "€", "｛", "Ł", "…", ""]

    for length in [*range(40, 70), *range(132, 162)][first % step :: step]:
        assert_true(source + "." * length, names, cities)


def assert_true(source: str, names: list[str], cities: list[str], **options: bool) -> None:
    """Every finding equals what the plain functions say of each text."""
    found, message_plan = estimated(source, names, cities, **options)
    names, cities = [it.strip() for it in names], [it.strip() for it in cities]
    rows = [
        row
        for name, city in zip(names, cities, strict=True)
        if (row := Row(message_plan, {"name": name, "city": city})).text.strip()
        and encoding.measure(row.text).parts <= 10
    ]
    told = blamed(found) | blamed(found, "character_lost")
    assert {key: counted(it) for key, it in told.items()} == {
        pair: expected
        for pair in pairs(rows)
        if (expected := alone(rows, *pair))[0] and expected[2] >= 0
    }
    assert_together(found, rows)


def counted(it: Finding) -> tuple[int, int | None, int | None]:
    return it.rows, it.rows_pushed, it.parts


def pairs(rows: list[Row]) -> Iterator[tuple[str, str]]:
    for source in ("", "name", "city"):
        for key in set().union(*(outside(row.of(source)) for row in rows)) if rows else ():
            yield key, source


def assert_together(found: estimate.Estimate, rows: list[Row]) -> None:
    """All characters of template and columns at once."""
    every = [it for it in found.costs if it.code == "characters" and "columns" in it.text]
    if not every:
        return
    parts = 0
    for row in rows:
        keys = outside(row.text)
        if not row.is_essential():
            after = row.changed(lambda _source, keys=keys: keys)  # type: ignore[misc]
            parts += encoding.measure(row.text).parts - encoding.measure(after).parts
    assert every[0].parts == parts
