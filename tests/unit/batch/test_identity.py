"""What a batch is known by: kept in the journal, and gone on with."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from bulksend import journal
from bulksend.batch import identity, plan
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import DEFAULT_IDENTITY, Basis, Identity
from bulksend.contacts import loader

#: Nobody has a mobile yet, so that the fixed lines are recognised; then everybody has one.
BEFORE = {"Kunde": ["Ada", "Bob"], "Telefon": ["+447400000001", "+447400000002"], "Mobil": ["", ""]}
AFTER = BEFORE | {"Mobil": ["+447400000003", "+447400000004"]}


def planned_of(columns: dict[str, list[str]], batch: journal.Batch | None = None) -> plan.Plan:
    contacts = loader.from_frame(pl.DataFrame(columns), name="kunden.csv")
    if batch is not None:
        return identity.plan_again(batch, contacts, Basis(), Silent())
    own = Identity(sender="MyShop", profile_id="x", text="Hi {Kunde}").or_else(DEFAULT_IDENTITY)
    return plan.make_plan(contacts, own, Basis(), Silent())


def begun() -> journal.Batch:
    return identity.new_batch(planned_of(BEFORE), "http://127.0.0.1:9/v2", sandbox=False)


def test_a_batch_keeps_the_column_that_was_recognised() -> None:
    assert planned_of(AFTER).phone_column == "Mobil"
    assert planned_of(AFTER, begun()).phone_column == "Telefon"


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        pytest.param(
            {"Kunde": ["Ada"], "Handy": ["+447400000003"]}, "Handy", id="the-column-was-renamed"
        ),
        pytest.param(AFTER | {"telefon": ["", ""]}, "Mobil", id="two-are-called-so-now"),
    ],
)
def test_where_that_column_is_gone_it_is_recognised_again(
    columns: dict[str, list[str]], taken: str
) -> None:
    assert planned_of(columns, begun()).phone_column == taken


def test_a_journal_of_an_older_version_has_no_column_and_is_read() -> None:
    batch = begun()
    older = replace(batch, options={"base_url": batch.options["base_url"]} | {"text": TEXT})

    assert identity.phone_column_of(older) is None
    assert planned_of(AFTER, older).phone_column == "Mobil"


#: `Hi {Kunde}`, as a journal keeps it.
TEXT = "eJzzyFSo9i7NS0mtBQATHgPB"


@pytest.mark.parametrize(
    ("named", "differences"),
    [
        pytest.param(None, [], id="nothing-is-named"),
        pytest.param("Telefon", [], id="the-recognised-one-is-named"),
        pytest.param("Mobil", ["to_column"], id="another-one-is-named"),
    ],
)
def test_naming_the_column_that_was_recognised_is_no_change(
    named: str | None, differences: list[str]
) -> None:
    assert identity.changes(begun(), Identity(to_column=named)) == differences
