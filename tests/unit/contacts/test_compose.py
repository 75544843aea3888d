"""Rows become messages, or say why not; none is ever lost."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend import errors
from bulksend.contacts import compose, loader
from bulksend.contacts.header import Header
from bulksend.errors import TEXT_FOR, Code
from bulksend.sms.message import Message
from bulksend.sms.template import OnMissing
from tests import sizes

HEADER = Header(("phone", "name", "time", "text"))


def make_message_plan(
    template: str | None = "Hi {name}, see you at {time}", **rules: Any
) -> compose.MessagePlan:
    return compose.make_message_plan(
        HEADER,
        to_column=0,
        text_column=3,
        template_source=template,
        rules=compose.RowRules(**rules),
    )


def compose_rows(message_plan: compose.MessagePlan, *rows: tuple[str, ...]) -> pl.DataFrame:
    """Rows of phone, name, time, text; what is left out is empty."""
    padded = [(*row, "", "", "")[:4] for row in rows]
    frame = pl.DataFrame(padded, schema=dict.fromkeys(HEADER.names, pl.String), orient="row")
    (chunk,) = loader.from_frame(frame).chunks()
    return compose.compose(chunk, message_plan)


def test_a_good_row_becomes_a_message() -> None:
    composed = compose_rows(make_message_plan(), ("+44 7700 900123", "Zoë", "10:30"))

    assert list(compose.messages(composed, {})) == [
        Message(2, "+447700900123", "Hi Zoë, see you at 10:30", "GB", 1, 1)
    ]
    assert composed["status"].to_list() == ["unsent"]
    assert composed["c0"].to_list() == ["+44 7700 900123"]


def test_a_row_sent_again_carries_its_claim() -> None:
    composed = compose_rows(make_message_plan("Hi"), ("+447700900123",), ("+447700900124",))

    assert [(it.row, it.claim) for it in compose.messages(composed, {3: 2})] == [(2, 1), (3, 2)]


GOOD = "+447700900123"


@pytest.mark.parametrize(
    ("row", "options", "code", "text"),
    [
        pytest.param(("07700",), {}, Code.PHONE_INVALID, "", id="phone"),
        pytest.param((GOOD, "", "9"), {}, Code.FIELD_MISSING, "wants name", id="empty-field"),
        pytest.param((GOOD, "Ada", " "), {}, Code.FIELD_MISSING, "wants time", id="blank-field"),
        pytest.param((GOOD, "", ""), {}, Code.FIELD_MISSING, "wants name", id="first-of-two"),
        pytest.param(("", "", ""), {}, Code.PHONE_MISSING, "", id="phone-before-field"),
        pytest.param(
            (GOOD, "a" * 1532, "9"), {}, Code.TEXT_TOO_LONG, "10 parts", id="eleven-parts"
        ),
        pytest.param((GOOD,), {"template": " \n"}, Code.TEXT_EMPTY, "empty", id="blank"),
        pytest.param((GOOD,), {"template": ""}, Code.TEXT_EMPTY, "empty", id="empty"),
        pytest.param(
            (GOOD,),
            {"template": "\u200b\ufeff", "smart_encoding": True},
            Code.TEXT_EMPTY,
            "empty",
            id="empty-after-smart-encoding",
        ),
        pytest.param(
            (GOOD, "", "", ""), {"template": None}, Code.TEXT_EMPTY, "", id="no-own-text"
        ),
        pytest.param(
            (GOOD, "", "", "Hi {name"), {"template": None}, Code.TEMPLATE_INVALID, "partner",
            id="own-template-broken",
        ),
        pytest.param(
            (GOOD, "", "", "Hi {nme}"), {"template": None}, Code.TEMPLATE_INVALID,
            "did you mean {name}", id="own-template-without-column",
        ),
        pytest.param(
            (GOOD, "", "", "Hi {name}"), {"template": None}, Code.FIELD_MISSING, "name",
            id="own-template-empty-field",
        ),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_sent_says_why_and_has_no_text(
    row: tuple[str, ...], options: dict[str, Any], code: Code, text: str
) -> None:
    composed = compose_rows(make_message_plan(**options), row).row(0, named=True)

    assert (composed["status"], composed["problem"]) == ("invalid", code)
    assert text in composed["problem_text"]
    assert composed["text"] is composed["parts"] is composed["encoding"] is None


def test_the_loaders_problem_comes_first() -> None:
    chunk = next(loader.from_frame(pl.DataFrame({"phone": ["x"]})).chunks()).with_columns(
        problem=pl.lit(str(Code.RAGGED_ROW)), problem_text=pl.lit("5 fields, 4 columns")
    )
    message_plan = compose.make_message_plan(
        Header(("phone",)),
        to_column=0,
        text_column=None,
        template_source="Hi",
    )

    composed = compose.compose(chunk, message_plan)

    assert composed["problem"].to_list() == [Code.RAGGED_ROW]
    assert composed["problem_text"].to_list() == ["5 fields, 4 columns"]


@pytest.mark.parametrize("template", ["Hi {name}!", None], ids=["one-template", "own-texts"])
def test_an_empty_field_may_be_allowed(template: str | None) -> None:
    message_plan = make_message_plan(template, on_missing=OnMissing.EMPTY)

    composed = compose_rows(message_plan, (GOOD, "", "", "Hi {name}!"))

    assert composed["text"].to_list() == ["Hi !"]


@pytest.mark.parametrize(
    ("smart", "encoding", "parts"),
    [pytest.param(False, "UTF-16", 2, id="off"), pytest.param(True, "GSM-7", 1, id="on")],
)
def test_smart_encoding_changes_the_count_and_never_the_text(
    smart: bool, encoding: str, parts: int
) -> None:
    text = "It’s " + "a" * 100

    composed = compose_rows(make_message_plan(text, smart_encoding=smart), (GOOD,)).row(
        0, named=True
    )

    assert (composed["text"], composed["encoding"], composed["parts"]) == (text, encoding, parts)


def test_a_value_with_braces_stays_as_it_is() -> None:
    row = (GOOD, "{time} {{", "9")

    one = compose_rows(make_message_plan("Hi {name}"), row)
    own = compose_rows(make_message_plan(None), (*row, "Hi {name}"))

    assert one["text"].to_list() == own["text"].to_list() == ["Hi {time} {{"]


def test_a_placeholder_means_a_column_in_any_case() -> None:
    composed = compose_rows(make_message_plan("{NAME} {Time }"), (GOOD, "Ada", "9"))

    assert composed["text"].to_list() == ["Ada 9"]


_CELLS = st.text(st.sampled_from("aé€😀{} \n"), max_size=12)


@sizes.examples(20)
@given(st.sampled_from(["Hi {name}", "{{ {time} }} {name}{name}", "plain", ""]), _CELLS, _CELLS)
def test_a_template_for_all_rows_and_the_same_in_a_cell_make_the_same_message(
    source: str, name: str, time: str
) -> None:
    columns = ["status", "text", "encoding", "parts", "parts_max", "problem"]

    one = compose_rows(make_message_plan(source), (GOOD, name, time))
    own = compose_rows(make_message_plan(None), (GOOD, name, time, source))

    assert one.select(columns).rows() == own.select(columns).rows()


@sizes.examples(20)
@given(st.lists(st.tuples(st.sampled_from([GOOD, "", "7", "4,4E+11"]), _CELLS, _CELLS, _CELLS)))
def test_every_row_stays_in_its_order_with_one_status(rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    composed = compose_rows(make_message_plan(None), *rows)

    assert composed["row"].to_list() == list(range(2, len(rows) + 2))
    assert composed.select("c0", "c1", "c2", "c3").rows() == rows
    for row in composed.iter_rows(named=True):
        assert (row["status"] == "unsent") == (row["problem"] is None) == (row["text"] is not None)
        assert row["status"] == "unsent" or row["problem_text"]


def test_every_code_that_compose_gives_has_a_sentence() -> None:
    for code in (Code.TEXT_EMPTY, Code.TEXT_TOO_LONG, Code.NUL_CHARACTER):
        assert TEXT_FOR[code]


@pytest.mark.parametrize(
    ("options", "what", "hint"),
    [
        pytest.param({"template": "{nam}"}, "{nam}", "did you mean {name}?", id="near"),
        pytest.param({"template": "{zzz}"}, "no such column", "`phone`, `name`", id="far"),
        pytest.param({"template": "{name"}, "no partner", "{{", id="stray-brace"),
        pytest.param({"default_region": "UK"}, "'UK'", "GB", id="region"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused_at_once(
    options: dict[str, Any], what: str, hint: str
) -> None:
    with pytest.raises(errors.BulksendError) as caught:
        make_message_plan(**options)

    assert what in caught.value.message
    assert hint in caught.value.hint


def test_a_column_that_is_there_twice_is_refused_only_when_it_is_wanted() -> None:
    header = Header(("phone", "Name", "name"))
    common: dict[str, Any] = {
        **{"to_column": 0, "text_column": None},
        "rules": compose.RowRules(default_region="gb"),
    }

    assert compose.make_message_plan(header, template_source="Hi", **common).default_region == "GB"
    with pytest.raises(errors.ContactsError, match="2 columns have that name"):
        compose.make_message_plan(header, template_source="Hi {name}", **common)
