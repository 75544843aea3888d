"""Rows that cost alike stand in one group, however the file is cut into slices."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.contacts import compose, loader
from bulksend.estimate import cost_groups

_ROWS = (
    *(("+447400100001", "Ada"), ("+447400100002", "Grace"), ("+33612345678", "Anne")),
    *(("+447400100003", "Łukasz"), ("+447400100004", "O’Neill"), ("+447400100005", "Łukasz")),
    *(("+447400100006", "x" * 150), ("+447400100007", "y" * 150), ("+447400100008", "Ada")),
    *(("+442079460000", "Ken"), ("+447400100009", "e\u0301"), ("+447400100010", "Łucja")),
)
_TEXT = "Hi {name}, see you at ten."


def _sendable(rows: tuple[tuple[str, str], ...]) -> tuple[pl.DataFrame, compose.MessagePlan]:
    contacts = loader.from_frame(pl.DataFrame(rows, schema=["phone", "name"], orient="row"))
    plan = compose.make_message_plan(
        contacts.header, to_column=0, text_column=None, template_source=_TEXT
    )
    (chunk,) = contacts.chunks()
    return compose.compose(chunk, plan), plan


def _numbered(
    sendable: pl.DataFrame, plan: compose.MessagePlan, rows: int
) -> tuple[list[int], cost_groups.CostGroups]:
    groups = cost_groups.CostGroups(plan)
    numbers = [groups.number(piece) for piece in sendable.iter_slices(rows)]
    return pl.concat(numbers).to_list(), groups


def test_rows_differ_by_country_encoding_parts_and_what_makes_them_dear() -> None:
    (ada, grace, anne, lukasz, oneill, again, long, long_too, last, landline, accent, lucja), _ = (
        _numbered(*_sendable(_ROWS), len(_ROWS))
    )

    assert ada == grace == last
    assert lukasz == again != lucja  # a unit shorter
    assert long == long_too
    assert len({ada, anne, lukasz, oneill, long, landline, accent, lucja}) == 8


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 7])
def test_slices_have_the_same_groups_as_the_whole(rows: int) -> None:
    whole, of_whole = _numbered(*_sendable(_ROWS), len(_ROWS))
    cut, of_slices = _numbered(*_sendable(_ROWS), rows)

    assert len(set(zip(whole, cut, strict=True))) == len(set(whole)) == len(set(cut))
    assert of_slices.count == of_whole.count
    without_number = (each.table().drop("group") for each in (of_whole, of_slices))
    assert len({tuple(sorted(map(repr, table.iter_rows()))) for table in without_number}) == 1
    pointed = (set(each.first_rows()["row"]) for each in (of_whole, of_slices))
    assert len({frozenset(rows_of) for rows_of in pointed}) == 1


def test_rows_that_are_all_alike_are_one_group() -> None:
    numbers, groups = _numbered(*_sendable(_ROWS[:2] * 30), 7)

    assert set(numbers) == {0}
    assert groups.count == 1
    assert groups.first_rows().is_empty()


def test_of_each_group_that_is_pointed_at_the_first_rows_are_kept() -> None:
    _numbers, groups = _numbered(*_sendable(_ROWS[3:4] * 30), 4)

    assert groups.first_rows()["row"].sort().to_list() == [*range(2, 10)]
