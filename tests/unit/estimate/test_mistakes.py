"""Slips of the whole batch, and those of single fields."""

from __future__ import annotations

import pytest

from bulksend.sms.slips import SlipKind
from tests.unit.estimate.test_savings import estimated, of_code


def test_a_foreign_placeholder_of_the_template_is_a_mistake_of_every_row() -> None:
    (finding,) = estimated("Hi {{name}}", ["Ada", "Bob"]).mistakes

    assert (finding.code, finding.kind) == (SlipKind.FOREIGN_PLACEHOLDER, "mistake")
    assert (finding.rows, finding.first_rows, finding.positions) == (2, (2, 3), (4,))
    assert finding.fix == "write {name}"


@pytest.mark.parametrize(
    ("names", "count"),
    [(["Ada", "Bob"], 1), (["12.50", "7"], 0), (["12.50", "7", "Ada"], 0), (["", "Ada", "x"], 1)],
)
def test_a_sign_before_a_field_is_judged_by_what_stands_there(names: list[str], count: int) -> None:
    assert len(estimated("You owe ${name}", names).mistakes) == count


def test_what_was_typed_into_a_field_is_remarked_upon() -> None:
    counts = estimated("Hi {name}", ["Ada", "Tom &amp; Ann", "Bob\\nBill", "<b>Cy</b>"])

    html, escape = of_code(counts, "html_in_text"), of_code(counts, "typed_escape")
    assert [(it.first_rows, it.column) for it in html] == [((3, 5), "name")]
    assert [(it.first_rows, it.column) for it in escape] == [((4,), "name")]
    assert counts.mistakes == ()


def test_rows_with_texts_of_their_own_are_invalid_one_by_one() -> None:
    texts = ["Hi {name}", "Hi %name%", "a\\nb", "Tom &amp; Ann", "${name}"]

    counts = estimated(None, ["1", "2", "3", "4", "Ada"], texts=texts)

    assert (counts.sendable, counts.invalid) == (1, 4)
    assert {it.code: it.first_rows for it in counts.problems} == {
        "foreign_placeholder": (3,),
        "typed_escape": (4,),
        "html_in_text": (5,),
        "sign_before_placeholder": (6,),
    }
    assert "%name%" in of_problem(counts.problems, "foreign_placeholder")


def of_problem(problems: tuple, code: str) -> str:  # type: ignore[type-arg]
    return next(it.text for it in problems if it.code == code)
