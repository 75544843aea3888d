"""What a finding promises is what comes of doing it, to the part and to the cent."""

from __future__ import annotations

import random
import unicodedata
from decimal import Decimal

import polars as pl
import pytest

from bulksend.contacts import compose, loader
from bulksend.estimate import estimator
from bulksend.estimate.findings import Finding
from bulksend.sms import rates
from bulksend.sms.message import Money, OnDuplicate
from bulksend.sms.template import OnMissing
from tests import sizes

CARD = rates.RateCard({"GB": Money(Decimal("0.042"), "USD"), "DE": Money(Decimal("0.0731"), "USD")})


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def estimated(
    source: str | None,
    names: list[str],
    *,
    texts: list[str] | None = None,
    fix_text: bool = False,
    smart_encoding: bool = False,
) -> estimator.Estimate:
    """British and German phones in turn."""
    phones = [f"+4477009{at:05d}" if at % 3 else f"+4915123{at:06d}" for at in range(len(names))]
    frame = pl.DataFrame({"phone": phones, "name": names, "text": texts or names})
    contacts = loader.from_frame(frame)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=None if source is not None else 2,
        template_source=source,
        default_region=None,
        on_missing=OnMissing.EMPTY,
        fix_text=fix_text,
        smart_encoding=smart_encoding,
    )
    return estimator.estimate(contacts, message_plan, on_duplicate=OnDuplicate.SEND, rate_card=CARD)


def findings(counts: estimator.Estimate) -> list[Finding]:
    return [*counts.costs, *counts.remarks]


def of_code(counts: estimator.Estimate, code: str) -> list[Finding]:
    return [finding for finding in findings(counts) if finding.code == code]


def saved(before: estimator.Estimate, after: estimator.Estimate) -> tuple[int, Decimal]:
    return before.parts - after.parts, before.price["USD"] - after.price["USD"]


def promised(finding: Finding) -> tuple[int | None, Decimal]:
    return finding.parts, finding.price.get("USD", Decimal(0))


def assert_promises(source: str, names: list[str]) -> None:
    """Does what each finding says, and compares."""
    before = estimated(source, names)
    if before.invalid:
        return
    fixed = saved(before, estimated(source, names, fix_text=True))
    offers = [it for it in findings(before) if "--fix-text" in f"{it.text} {it.fix}"]
    assert fixed[0] >= 0, source
    assert all(promised(offer) == fixed for offer in offers), (source, names, offers, fixed)
    assert bool(offers) == (fixed[0] > 0), (source, names)
    smart = saved(before, estimated(source, names, smart_encoding=True))
    assert all(promised(it) == smart for it in of_code(before, "smart_encoding")), source
    for finding in of_code(before, "character"):
        if not finding.column and finding.character:
            other = source.replace(
                finding.character, INSTEAD_OF.get(finding.replacement, finding.replacement) or ""
            )
            after = estimated(other, names)
            assert promised(finding) == saved(before, after), (source, names, finding)


WORDS = ["Hello", "your", "parcel", "isn’t", "“ready”", "now…", "–", "café", nfd("später"), "€5"]
OTHERS = ["🎉", "Ждём", "he\u200bllo", "{{x}}", "½", "ş", "\u00a0", "Ω", "｛a｝", "x\u2028y"]
INSTEAD_OF: dict[str | None, str] = {"{": "{{", "}": "}}"}
NAMES = ["Ada", "José", nfd("Núñez"), "Łukasz", "O’Neil", "Иван", "Zoë", "", nfd("Şahin"), "“X”"]


def random_template(chance: random.Random) -> str:
    words = [*chance.choices(WORDS, k=4), *chance.choices(OTHERS, k=chance.randint(0, 2))]
    chance.shuffle(words)
    filler = "." * chance.choice((0, 20, 45, 70, 100, 120, 140, 230, 270))
    return f"{' '.join(words[:3])} {{name}} {' '.join(words[3:])}{filler}"


@sizes.short_and_whole("templates", 12, 1000)
def test_each_findings_own_advice_saves_what_it_promises(templates: int) -> None:
    chance = random.Random(11)
    for _ in range(templates):
        assert_promises(random_template(chance), chance.sample(NAMES, 5))


@sizes.mostly_whole("length", [66, 68, 69, 70], short=[68, 70])
def test_three_dots_for_one_are_never_dearer(length: int) -> None:
    for start in ("Ждём вас…", "See you… 😀", "See you…", "¼ ½ ¾ {name}…"):
        assert_promises(start + "x" * (length - len(start)), ["Ada", "Иван", "Łu"])


def test_separate_accents_in_names_are_named_with_what_composing_saves() -> None:
    names = [nfd(name) for name in ("José", "Núñez", "Zoë")]
    source = "Hi {name}, " + "x" * 100

    before, after = estimated(source, names), estimated(source, names, fix_text=True)

    (finding,) = of_code(before, "separate_accents")
    assert (finding.column, finding.rows, finding.first_rows) == ("name", 3, (2, 3, 4))
    assert promised(finding) == saved(before, after)
    assert "--fix-text" in finding.fix
    assert "--fix-text" in finding.text
    assert of_code(before, "character") == []


def test_separate_accents_that_cost_nothing_are_a_remark() -> None:
    (finding,) = of_code(estimated("Hi {name}", [nfd("José")]), "separate_accents")

    assert (finding.kind, finding.parts) == ("remark", 0)
    assert "--fix-text" not in finding.fix + finding.text


def test_in_a_column_of_texts_the_source_is_to_be_composed() -> None:
    texts = [nfd("café ") + "x" * 100, "plain"]

    (finding,) = of_code(estimated(None, ["a", "b"], texts=texts), "separate_accents")

    assert (finding.column, finding.parts) == ("text", 1)
    assert "NFC" in finding.fix


@pytest.mark.parametrize(
    ("text", "name", "character", "column", "fix"),
    [
        ("Hi {name}" + "x" * 70, "Łukasz", "Ł", "name", "a name stays as it is"),
        ("“Hi {name}" + "x" * 70, "Ada", "“", "text", "put"),
        ("Hi {name} {name}" + "x" * 70, "Żo", "Ż", "name", "a name stays as it is"),
    ],
)
def test_a_character_is_charged_to_its_column_where_the_template_stands_in_one(
    text: str, name: str, character: str, column: str, fix: str
) -> None:
    counts = estimated(None, ["Ada", name], texts=["plain {name}", text])

    (finding,) = of_code(counts, "character")
    assert (finding.character, finding.column, finding.first_rows) == (character, column, (3,))
    assert (finding.rows_pushed, finding.parts) == (1, 1)
    assert fix in finding.fix


def test_both_sources_of_a_character_are_charged() -> None:
    counts = estimated(None, ["Ł"], texts=["Ł {name}" + "x" * 70])

    assert {it.column for it in of_code(counts, "character")} == {"name", "text"}
    assert {it.column for it in of_code(counts, "characters")} == {""}


def test_a_text_whose_packing_could_pass_ten_parts_is_named() -> None:
    (finding,) = of_code(estimated("€" * 765, ["a"]), "near_ten_parts")

    assert (finding.rows, finding.first_rows) == (1, (2,))


def test_lines_that_no_text_reaches_are_named_by_their_kind() -> None:
    frame = pl.DataFrame({"phone": ["+448001234567", "+442079460958", "+447700900123"]})
    contacts = loader.from_frame(frame)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=None,
        template_source="Hi",
        default_region=None,
        on_missing=OnMissing.ERROR,
    )

    counts = estimator.estimate(
        contacts, message_plan, on_duplicate=OnDuplicate.SKIP, rate_card=CARD
    )

    assert [(it.code, it.first_rows) for it in counts.costs] == [
        ("toll_free", (2,)),
        ("landline", (3,)),
    ]
