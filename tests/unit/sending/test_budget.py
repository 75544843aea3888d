"""The cap, as tables: what a row is counted at, and what may still go."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from bulksend.sending import budget
from bulksend.sms.message import Charge, Message, Money, Reply
from tests.makers import accepted, make_message, refused, unknown, unsent

CARD = {"GB": Money(Decimal("0.05"), "USD"), "FR": Money(Decimal("0.06"), "EUR")}


def card(country: str, parts: int) -> Money | None:
    each = CARD.get(country)
    return None if each is None else Money(each.amount * parts, each.currency)


def charged(amount: str, currency: str = "USD") -> Reply:
    return accepted(cost=Money(Decimal(amount), currency))


def cap_of(amount: str, *earlier: Charge) -> budget.Budget:
    cap = budget.Budget(Decimal(amount), card)
    cap.add_earlier(earlier, {})
    return cap


def earlier(cost: str | None, *, rows: int = 1, country: str = "GB", parts: int = 1) -> Charge:
    return Charge(country, parts, rows, None if cost is None else Money(Decimal(cost), "USD"))


def sent(cap: budget.Budget, reply: Reply, *, most: int = 100, country: str = "GB") -> int:
    """How many rows go, one after the other, each with this reply."""
    for count in range(most):
        message = make_message(count + 2, country=country)
        if not cap.reserve(message):
            return count
        cap.settle(message, reply)
    return most


@pytest.mark.parametrize(
    ("cap", "reply", "rows"),
    [
        pytest.param("0.20", charged("0.05"), 4, id="as the card says"),
        pytest.param("0.20", charged("0.01"), 16, id="cheaper than the card: the worst must fit"),
        pytest.param("0.20", charged("0.10"), 2, id="dearer than the card"),
        pytest.param("0.20", charged("0.50"), 1, id="the first one passes it, and no other"),
        pytest.param("0.20", accepted(cost=None), 4, id="no cost counts as the card's"),
        pytest.param("0.20", charged("-0.05"), 4, id="a negative cost counts as none"),
        pytest.param("0.20", unknown(), 4, id="an unknown row counts"),
        pytest.param("0.20", charged("0.05", "EUR"), 4, id="another currency has the cap, too"),
        pytest.param("0.20", refused(), 100, id="a refused row costs nothing"),
        pytest.param("0.20", unsent(), 100, id="an unsent row costs nothing"),
        pytest.param("0.04", charged("0.01"), 0, id="not even one"),
        pytest.param("0", charged("0"), 0, id="nothing may be spent"),
    ],
)
def test_a_row_is_counted_at_its_worst(cap: str, reply: Reply, rows: int) -> None:
    assert sent(cap_of(cap), reply) == rows


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        pytest.param(charged("0.08"), 2, id="its cost is the price from then on"),
        pytest.param(accepted(cost=None), 1, id="held until somebody knows what it cost"),
        pytest.param(unknown(), 1, id="an unknown row tells no price"),
        pytest.param(refused(), 100, id="a refusal opens nothing and costs nothing"),
    ],
)
def test_a_country_that_nobody_has_a_price_for(reply: Reply, rows: int) -> None:
    assert sent(cap_of("0.20"), reply, country="DE") == rows


@pytest.mark.parametrize("country", ["GB", "DE"])
@pytest.mark.parametrize("ended", [charged("0.02"), refused(), unsent(), unknown()])
def test_the_first_row_to_a_country_goes_alone_and_others_are_not_held_up(
    country: str, ended: Reply
) -> None:
    cap = cap_of("5.00")
    first, second = make_message(2, country=country), make_message(3, country=country)

    assert cap.reserve(first)
    assert not cap.reserve(second)
    assert cap.reserve(make_message(4, country="FR"))
    cap.settle(first, ended)
    held = country == "DE" and ended.status == "unknown"
    assert cap.reserve(second) is not held
    opened = ended.status == "accepted" or (ended.status == "unknown" and country == "GB")
    assert cap.reserve(make_message(5, country=country)) is opened


@pytest.mark.parametrize(
    ("parts", "reply_parts", "rows"),
    [(1, 3, 2), (2, 2, 2), (3, 1, 2)],
)
def test_a_cost_is_divided_by_the_parts_that_we_counted(
    parts: int, reply_parts: int, rows: int
) -> None:
    cap, message = cap_of("0.70"), make_message(2, parts=parts)
    assert cap.reserve(message)
    cap.settle(message, accepted(parts=reply_parts, cost=Money(Decimal("0.30"), "USD")))

    gone = 1
    while cap.reserve(make_message(gone + 2, parts=parts)):
        gone += 1
    assert gone == rows


@pytest.mark.parametrize(
    ("charges", "rows"),
    [
        pytest.param([], 4, id="a new batch"),
        pytest.param([earlier("0.05", rows=3)], 1, id="three were charged"),
        pytest.param([earlier(None, rows=3)], 1, id="three without a cost count as the card's"),
        pytest.param([earlier("0.05"), earlier(None)], 2, id="one of each"),
        pytest.param([earlier("0.09"), earlier(None)], 0, id="the dearest charge counts for all"),
        pytest.param([earlier("0.10", parts=2)], 2, id="a text of two parts"),
        pytest.param([earlier(None, parts=3)], 1, id="and one of three without a cost"),
        pytest.param([earlier("-1")], 3, id="a negative cost is none"),
        pytest.param([earlier("0.30")], 0, id="the cap is passed already"),
    ],
)
def test_what_earlier_runs_have_spent_counts(charges: list[Charge], rows: int) -> None:
    assert sent(cap_of("0.20", *charges), charged("0.05")) == rows


def test_a_country_whose_first_row_of_an_earlier_run_has_no_cost_stays_held() -> None:
    cap = cap_of("5.00", earlier(None, country="DE"))

    assert not cap.reserve(make_message(country="DE"))
    assert cap.reserve(make_message())


def test_costs_of_rows_that_are_gone_from_the_file_count() -> None:
    cap = budget.Budget(Decimal("0.20"), card)
    cap.add_earlier([earlier("0.05")], {"USD": Decimal("0.15")})

    assert sent(cap, charged("0.05")) == 1


@pytest.mark.parametrize(
    ("texts", "charges", "rows"),
    [
        pytest.param(1, [], 3, id="one, counted as the card says"),
        pytest.param(3, [earlier("0.05")], 0, id="beside what was charged"),
        pytest.param(1, [earlier("0.05", parts=1)], 2, id="as an earlier row"),
        pytest.param(1, [earlier("0.10", parts=2)], 0, id="as the dearest earlier row"),
        pytest.param(9, [], 0, id="the cap is passed already"),
    ],
)
def test_texts_of_which_no_country_is_known_count_as_the_dearest(
    texts: int, charges: list[Charge], rows: int
) -> None:
    cap = cap_of("0.20", *charges)
    cap.add_uncounted(texts)

    assert sent(cap, charged("0.05")) == rows


def test_currencies_are_never_added_up() -> None:
    cap = cap_of("0.12")

    assert sent(cap, charged("0.05"), country="GB") == 2
    assert sent(cap, charged("0.06", "EUR"), country="FR") == 2


def test_what_is_in_flight_is_set_aside() -> None:
    cap = cap_of("0.15", earlier("0.05"))

    assert cap.reserve(make_message(2))
    assert cap.reserve(make_message(3))
    assert not cap.idle
    assert not cap.reserve(make_message(4))
    cap.settle(make_message(2), refused())
    assert cap.reserve(make_message(4))


@pytest.mark.parametrize("seed", range(50))
def test_the_cap_is_passed_by_no_more_than_the_first_texts_that_nobody_could_price(
    seed: int,
) -> None:
    """Prices that hold, a card that may be wrong, up to 64 in flight, replies in any order."""
    chance = random.Random(seed)
    prices = {country: Decimal(chance.randint(1, 30)) / 100 for country in ("GB", "FR", "DE")}
    cap, spent = cap_of("3.00"), dict.fromkeys(("USD",), Decimal(0))
    in_flight: list[Message] = []
    first: dict[str, Decimal] = {}
    for row in range(2, 400):
        country = chance.choice(list(prices))
        message = make_message(row, country=country, parts=chance.randint(1, 4))
        if len(in_flight) < 64 and cap.reserve(message):
            in_flight.append(message)
            first.setdefault(country, prices[country] * message.parts)
        while in_flight and chance.random() < 0.5:
            gone = in_flight.pop(chance.randrange(len(in_flight)))
            cost = prices[gone.country] * gone.parts
            spent["USD"] += cost
            cap.settle(gone, charged(str(cost)))

    assert spent["USD"] <= Decimal("3.00") + sum(first.values(), Decimal(0))


def test_without_a_cap_everything_goes() -> None:
    free = budget.Unlimited()

    assert free.reserve(make_message())
    free.settle(make_message(), accepted())
    assert free.idle
