"""A batch counted and priced in one walk, chunk by chunk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from bulksend.contacts import compose, loader
from bulksend.contacts.skipped import duplicates
from bulksend.errors import Code
from bulksend.estimate import estimator as estimate
from bulksend.sms import rates
from bulksend.sms.message import Money, OnDuplicate

CARD = rates.RateCard({"GB": Money(Decimal("0.0420"), "USD"), "FR": Money(Decimal("0.07"), "EUR")})


class Chunked(loader.Contacts):
    """Contacts whose chunks have as many rows as a test wants."""

    def __init__(self, rows: list[tuple[str, str]], size: int) -> None:
        frame = pl.DataFrame(rows, schema=["phone", "name"], orient="row")
        self._whole = loader.from_frame(frame)
        self.header = self._whole.header
        self._size = size

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The rows in portions."""
        for chunk in self._whole.chunks():
            yield from chunk.iter_slices(self._size)


def recipe_for(contacts: loader.Contacts, template: str = "Hi {name}") -> compose.MessagePlan:
    return compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=None,
        template_source=template,
    )


def estimated(rows: list[tuple[str, str]], size: int = 2, **options: Any) -> estimate.Estimate:
    contacts = Chunked(rows, size)
    values: dict[str, Any] = {"on_duplicate": OnDuplicate.SKIP, "rate_card": CARD}
    return estimate.estimate(contacts, recipe_for(contacts), **(values | options))


GB, FR, DE = "+447700900123", "+33612345678", "+4915112345678"
ROWS = [(GB, "Ada"), (FR, "Bob"), (FR, "Łukasz"), (DE, "Eve"), ("", "x"), (GB, ""), (GB, "a" * 200)]


def test_rows_parts_and_price_are_summed_by_country() -> None:
    found = estimated(ROWS)

    assert (found.rows, found.sendable, found.invalid, found.skipped) == (7, 5, 2, 0)
    assert (found.parts, found.parts_max) == (6, 6)
    assert found.encodings == {"GSM-7": 4, "UTF-16": 1}
    assert found.price == {"USD": Decimal("0.1260"), "EUR": Decimal("0.14")}
    assert found.unpriced_rows == 1
    assert [(it.country, it.rows, it.parts) for it in found.countries] == [
        ("GB", 2, 3),
        ("FR", 2, 2),
        ("DE", 1, 1),
    ]
    assert found.countries[0].price == Money(Decimal("0.1260"), "USD")
    assert found.countries[2].price is None


def test_problems_are_counted_with_the_first_rows() -> None:
    found = estimated(ROWS)

    assert {(it.code, it.rows, it.first_rows) for it in found.problems} == {
        (Code.PHONE_MISSING, 1, (6,)),
        (Code.FIELD_MISSING, 1, (7,)),
    }


def test_only_the_first_rows_of_a_problem_are_named() -> None:
    found = estimated([("", "x")] * 12)

    (problem,) = found.problems
    assert (problem.rows, problem.first_rows) == (12, (2, 3, 4, 5, 6))


def test_rows_that_are_sent_but_odd_are_remarked_upon_across_chunks() -> None:
    rows = [(GB, "Ada"), ("+442079460958", "Bob"), ("447700900124", "Eve"), ("442079460959", "Al")]

    found = estimated(rows)

    assert found.sendable == 4
    assert [(it.code, it.rows, it.first_rows) for it in found.costs] == [("landline", 2, (3, 5))]
    assert [(it.code, it.rows, it.first_rows) for it in found.remarks] == [
        ("lost_plus", 2, (4, 5)),
        ("registration_recommended", 4, ()),
    ]


def test_first_messages_are_shown_as_they_will_read() -> None:
    found = estimated([("", "x"), *[(f"+4477009001{it}", "Ada") for it in range(10, 15)]])

    assert [(it.row, it.text) for it in found.samples] == [
        (3, "Hi Ada"),
        (4, "Hi Ada"),
        (5, "Hi Ada"),
    ]


#: The same message in rows 2, 4, 5 and 7; row 3 is another text, row 6 another phone.
REPEATS = [
    *[(GB, "Ada"), (GB, "Bob"), ("+44 7700 900123", "Ada"), ("0044 7700 900123", "Ada")],
    *[(FR, "Ada"), (GB, "Ada")],
]


@pytest.mark.parametrize("size", [1, 2, 6])
@pytest.mark.parametrize(
    ("policy", "sendable", "invalid", "skipped", "parts"),
    [
        pytest.param(OnDuplicate.SKIP, 3, 0, 3, 3, id="skip"),
        pytest.param(OnDuplicate.ERROR, 3, 3, 0, 3, id="error"),
        pytest.param(OnDuplicate.SEND, 6, 0, 0, 6, id="send"),
    ],
)
def test_the_same_text_to_the_same_phone_is_a_duplicate_across_chunks(
    size: int, policy: OnDuplicate, sendable: int, invalid: int, skipped: int, parts: int
) -> None:
    found = estimated(REPEATS, size, on_duplicate=policy)

    assert (found.sendable, found.invalid, found.skipped) == (sendable, invalid, skipped)
    assert found.parts == parts
    assert sum(it.rows for it in found.countries) == sum(found.encodings.values()) == sendable


def test_an_invalid_row_is_no_duplicate_and_has_none() -> None:
    found = estimated([("", "Ada"), ("", "Ada"), (GB, ""), (GB, "")])

    assert (found.invalid, found.skipped) == (4, 0)


def marked(policy: OnDuplicate, size: int) -> pl.DataFrame:
    contacts = Chunked(REPEATS, size)
    message_plan = recipe_for(contacts)
    found = estimate.estimate(contacts, message_plan, on_duplicate=policy, rate_card=CARD)
    return pl.concat(
        duplicates.mark(compose.compose(it, message_plan), found.duplicates, policy)
        for it in contacts.chunks()
    )


@pytest.mark.parametrize("size", [1, 4, 6])
@pytest.mark.parametrize(
    ("policy", "status"),
    [
        pytest.param(OnDuplicate.SKIP, "skipped", id="skip"),
        pytest.param(OnDuplicate.ERROR, "invalid", id="error"),
    ],
)
def test_repeated_rows_are_marked_with_the_first_one(
    policy: OnDuplicate, status: str, size: int
) -> None:
    rows = marked(policy, size)

    assert rows["row"].to_list() == [2, 3, 4, 5, 6, 7]
    assert rows["status"].to_list() == [
        *["unsent", "unsent", status, status],
        *["unsent", status],
    ]
    assert rows["problem"].drop_nulls().to_list() == [Code.DUPLICATE] * 3
    assert set(rows["problem_text"].drop_nulls()) == {"the same text to the same phone as row 2"}


def test_nothing_is_marked_when_repeats_are_to_be_sent() -> None:
    assert marked(OnDuplicate.SEND, 4)["status"].to_list() == ["unsent"] * 6


@pytest.mark.slow
def test_the_walk_equals_a_count_by_hand_whatever_the_chunks() -> None:
    chance = random.Random(5)
    phones = [f"+4477009{it:05d}" for it in range(40)] + [FR, DE, "", "12", "+33 6 12 34 56 78"]
    names = ["Ada", "Łu", "€" * 90, "", "x" * 160, "я" * 66 + "😀" + "я" * 66]
    rows = [(chance.choice(phones), chance.choice(names)) for _ in range(300)]

    whole = Chunked(rows, 300)
    by_hand = pl.concat(compose.compose(it, recipe_for(whole)) for it in whole.chunks())
    sendable = by_hand.filter(pl.col("status") == "unsent")
    once = sendable.unique(["to_e164", "text"], keep="first")

    for size in (4, 70, 300):
        found = estimated(rows, size)
        assert (found.rows, found.sendable) == (300, once.height)
        assert found.skipped == sendable.height - once.height
        assert found.invalid == 300 - sendable.height
        assert (found.parts, found.parts_max) == (once["parts"].sum(), once["parts_max"].sum())
        assert sum(it.rows for it in found.problems) == found.invalid + found.skipped


def test_no_row_is_an_estimate_of_nothing() -> None:
    contacts = loader.from_frame(pl.DataFrame(schema={"phone": pl.String, "name": pl.String}))

    found = estimate.estimate(
        contacts, recipe_for(contacts), on_duplicate=OnDuplicate.SKIP, rate_card=CARD
    )

    assert (found.rows, found.sendable, found.parts, found.price) == (0, 0, 0, {})
