"""What becomes of a message, by script and by the clock."""

from __future__ import annotations

from collections import Counter

import pytest

from bulksend import errors
from bulksend.sandbox import lifecycle
from bulksend.sandbox.lifecycle import Fate

PHONE = "+447700900123"
DELIVERY_S = (1.0, 2.0, 5.0)


@pytest.mark.parametrize(
    ("fate", "statuses"),
    [
        (Fate(), ["queued", "sending", "sent", "delivered"]),
        (Fate(fate="delivery_failed"), ["queued", "sending", "sent", "delivery_failed"]),
        (Fate(fate="delivery_unconfirmed"), ["queued", "sending", "sent", "delivery_unconfirmed"]),
        (Fate(fate="sending_failed"), ["queued", "sending", "sent", "sending_failed"]),
        (Fate(fate="expired", code="40005"), ["queued", "sending", "sent", "expired"]),
        (Fate(fate="expired"), ["queued", "queued", "queued", "expired"]),
        (Fate(fate="never"), ["queued", "sending", "sent", "sent"]),
        (Fate(fate="queued"), ["queued", "queued", "queued", "queued"]),
        (Fate(fate="delivered", seconds=1.5), ["queued", "sending", "delivered", "delivered"]),
    ],
    ids=lambda it: f"{it.fate}-{it.code}" if isinstance(it, Fate) else "",
)
def test_a_message_goes_through_telnyxs_statuses(fate: Fate, statuses: list[str]) -> None:
    course = lifecycle.course(fate, 100.0, DELIVERY_S)

    assert [course.status(100.0 + age_s) for age_s in (0.5, 1.2, 3.0, 6.0)] == statuses


def test_shares_are_of_all_messages_and_the_rest_is_delivered() -> None:
    fates = (
        Fate(fate="delivery_failed", share=0.2),
        Fate(fate="never", share=0.1),
        Fate(fate="expired", share=0.3),
    )

    counts = Counter(lifecycle.choose(fates, PHONE, f"id-{n}", 1).fate for n in range(4000))

    assert counts["delivery_failed"] == pytest.approx(800, rel=0.15)
    assert counts["never"] == pytest.approx(400, rel=0.2)
    assert counts["expired"] == pytest.approx(1200, rel=0.15)
    assert counts["delivered"] == pytest.approx(1600, rel=0.15)


def test_a_rule_for_some_numbers_leaves_the_others_alone() -> None:
    fates = (Fate(fate="never", to_ends_with="7"),)

    assert lifecycle.choose(fates, "+447700900127", "id", 1).fate == "never"
    assert lifecycle.choose(fates, PHONE, "id", 1).fate == "delivered"


@pytest.mark.parametrize(
    ("fate", "billed"),
    [
        (Fate(), True),
        (Fate(fate="delivery_failed"), True),
        (Fate(fate="expired"), False),
        (Fate(fate="expired", code="40005"), True),
    ],
)
def test_what_expires_in_telnyxs_queue_costs_nothing(fate: Fate, billed: bool) -> None:
    assert fate.billed is billed


@pytest.mark.parametrize(
    "script",
    ['[{"fate": "lost"}]', '[{"fote": "delivered"}]', "[1]", "[", "nowhere.json"],
)
def test_a_script_that_is_none_is_a_usage_error(script: str) -> None:
    with pytest.raises(errors.UsageError):
        lifecycle.parse_fates(script)
