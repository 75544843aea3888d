"""Receipts of one message, joined: whatever the order, the same end."""

from __future__ import annotations

import itertools
import uuid
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given, strategies

from bulksend.receipts import apply
from bulksend.sms.message import Money
from bulksend.telnyx.receipts import DeliveryStatus, Receipt

MESSAGE = str(uuid.UUID(int=7))
S = DeliveryStatus


def receipt(status: DeliveryStatus, **fields: object) -> Receipt:
    return Receipt(message_id=MESSAGE, status=status, **fields)


def ended(*receipts: Receipt) -> apply.State:
    return apply.states_of(receipts)[MESSAGE]


MONEY = strategies.one_of(
    strategies.none(),
    strategies.builds(
        Money,
        strategies.decimals("0", "2", places=4, allow_nan=False),
        strategies.sampled_from(["USD", "EUR"]),
    ),
)
RECEIPTS = strategies.builds(
    Receipt,
    message_id=strategies.just(MESSAGE),
    status=strategies.sampled_from(list(S)),
    at_ms=strategies.integers(0, 3),
    delivered_ms=strategies.one_of(strategies.none(), strategies.integers(0, 3)),
    cost=MONEY,
    rate=strategies.one_of(strategies.none(), strategies.just(Decimal("0.01"))),
    carrier=strategies.sampled_from(["", "EE", "O2"]),
    line_type=strategies.sampled_from(["", "Wireless"]),
    code=strategies.sampled_from(["", "40008", "40014"]),
    error=strategies.sampled_from(["", "no"]),
)


@given(strategies.lists(RECEIPTS, min_size=1, max_size=5), strategies.randoms())
def test_every_order_and_every_repeat_of_a_history_ends_equal(history, chance):
    shuffled = [*history, *chance.choices(history, k=3)]
    chance.shuffle(shuffled)

    assert ended(*shuffled) == ended(*history)
    assert reduce(apply.apply, shuffled, None) == ended(*history)


@given(RECEIPTS, RECEIPTS, RECEIPTS)
def test_states_that_were_joined_apart_join_to_the_same(one, two, three):
    a, b, c = map(apply.state_of, (one, two, three))

    assert apply.join(apply.join(a, b), c) == apply.join(a, apply.join(b, c))
    assert apply.join(a, a) == a


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param(earlier, later, id=f"{earlier}-then-{later}")
        for earlier, later in itertools.combinations(S, 2)
    ],
)
def test_a_status_never_goes_backwards(earlier, later):
    assert ended(receipt(later, at_ms=1), receipt(earlier, at_ms=2)).status is later


def test_the_cost_that_was_said_on_the_way_is_not_the_final_one():
    on_the_way = receipt(S.SENT, cost=Money(Decimal("0.0420"), "USD"))

    assert ended(on_the_way, receipt(S.DELIVERED)).final_cost is None
    assert not ended(on_the_way, receipt(S.DELIVERED)).is_settled


def test_a_final_cost_survives_a_final_receipt_without_one():
    charged = receipt(S.DELIVERED, cost=Money(Decimal("0.0444"), "USD"), at_ms=1)

    assert ended(charged, receipt(S.DELIVERED, at_ms=9)).final_cost == charged.cost


def test_what_expired_in_the_queue_cost_nothing_whatever_was_said_before():
    first = receipt(S.QUEUED, cost=Money(Decimal("0.0420"), "USD"))

    state = ended(first, receipt(S.EXPIRED, code="40014"))

    assert state.final_cost == Money(Decimal(0), "USD")
    assert state.is_settled


def test_given_up_is_settled_until_somebody_knows_better():
    given_up = receipt(S.GIVEN_UP)

    assert ended(receipt(S.SENT), given_up).is_settled
    assert ended(given_up, receipt(S.DELIVERED)).status is S.DELIVERED
