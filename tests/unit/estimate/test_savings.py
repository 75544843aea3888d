"""What a finding promises is what comes of doing it, to the part and to the cent."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.contacts import compose, loader
from bulksend.estimate import estimator
from bulksend.sms.message import OnDuplicate
from tests import promises, sizes
from tests.promises import CARD, assert_promises, estimated, nfd, of_code, promised


def saved(before: estimator.Estimate, after: estimator.Estimate) -> promises.Cost:
    return promises.saved(before, (after.parts, after.price["USD"]))


@pytest.mark.slow
@sizes.short_and_whole("templates", 60, 1000)
def test_each_findings_own_advice_saves_what_it_promises(templates: int) -> None:
    assert promises.check_templates(templates, seed=11) > templates


@pytest.mark.slow
@sizes.short_and_whole("files", 12, 200)
def test_the_same_of_texts_that_stand_in_a_column(files: int) -> None:
    assert promises.check_own_texts(files, seed=12) > files


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
    assert "fix_text" in finding.fix
    assert "fix_text" in finding.text
    assert of_code(before, "character") == []


def test_separate_accents_that_cost_nothing_are_a_remark() -> None:
    (finding,) = of_code(estimated("Hi {name}", [nfd("José")]), "separate_accents")

    assert (finding.kind, finding.parts) == ("remark", 0)
    assert "fix_text" not in finding.fix + finding.text


def test_fix_text_composes_a_column_of_texts() -> None:
    texts = [nfd("café ") + "x" * 100, "plain"]

    (finding,) = of_code(estimated(None, ["a", "b"], texts=texts), "separate_accents")

    assert (finding.column, finding.parts) == ("text", 1)
    assert finding.fix == "fix_text composes them"


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
    )

    counts = estimator.estimate(
        contacts, message_plan, on_duplicate=OnDuplicate.SKIP, rate_card=CARD
    )

    assert [(it.code, it.first_rows) for it in counts.costs] == [
        ("toll_free", (2,)),
        ("landline", (3,)),
    ]
