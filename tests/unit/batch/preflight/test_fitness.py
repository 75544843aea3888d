"""A batch against its account: what is certain to fail, and what may still work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from bulksend.batch.preflight import fitness
from bulksend.batch.preflight.checklist import Level
from bulksend.batch.preflight.reads import Facts
from bulksend.estimate import duration
from bulksend.telnyx import account
from bulksend.telnyx.codes import Exchange, Failure
from tests.makers import PROFILE


def make_batch(**changed: Any) -> fitness.Batch:
    values: dict[str, Any] = {
        "sender": "MyCompany",
        "profile_id": PROFILE,
        "sendable": 10,
        "rows": 10,
        "rows_by_country": {"GB": 6, "FR": 4},
        "price": {"USD": Decimal("5.00")},
    }
    counted = dict.fromkeys(("texts", "parts"), changed.get("sendable", 10))
    return fitness.Batch(**(values | counted | changed))


def answer(status: int, **data: Any) -> Exchange:
    return Exchange(True, None, status, {}, orjson.dumps({"data": data}))


def make_facts(
    *, available: str = "100.00", profile_status: int = 200, key_status: int = 200, **profile: Any
) -> Facts:
    first = answer(key_status, available_credit=available, currency="USD")
    shown = {"enabled": True, "whitelisted_destinations": ["*"], "alpha_sender": "MyCompany"}
    second = answer(profile_status, **(shown | profile))
    return Facts(
        first=first,
        balance=account.balance(first),
        second=second,
        profile=account.profile(second),
        senders=("MyCompany",),
        clock_ahead_s=0.0,
    )


def level_of(name: str, batch: fitness.Batch, facts: Facts) -> tuple[Level, str]:
    (finding,) = [each for each in fitness.findings(batch, facts) if each.name == name]
    return finding.level, f"{finding.text} {finding.todo}"


def test_a_batch_that_fits_has_nothing_to_warn_of() -> None:
    assert {each.level for each in fitness.findings(make_batch(), make_facts())} == {Level.OK}


@pytest.mark.parametrize(
    ("name", "facts", "word"),
    [
        pytest.param("key", make_facts(key_status=401), "not accepted", id="key"),
        pytest.param("key", make_facts(key_status=404), "answers 404", id="not-telnyx"),
        pytest.param(
            "key", Facts(first=Exchange(False, Failure.DNS, cause="no x")), "no x", id="no-way"
        ),
        pytest.param("balance", make_facts(available="0.00"), "top up", id="no-credit"),
        pytest.param("balance", make_facts(available="-3.00"), "top up", id="in-debt"),
        pytest.param("profile", make_facts(profile_status=404), "no such", id="no-profile"),
        pytest.param("profile", make_facts(enabled=False), "disabled", id="disabled"),
        pytest.param(
            "destinations", make_facts(whitelisted_destinations=[]), "closed to FR, GB", id="closed"
        ),
        pytest.param(
            "destinations", make_facts(whitelisted_destinations=["US"]), "FR, GB", id="elsewhere"
        ),
        pytest.param(
            "spend limit",
            make_facts(daily_spend_limit="0", daily_spend_limit_enabled=True),
            "USD 0",
            id="limit-of-nothing",
        ),
    ],
)
def test_what_is_certain_to_fail_fails(name: str, facts: Facts, word: str) -> None:
    level, text = level_of(name, make_batch(), facts)

    assert level is Level.FAIL
    assert word in text


@pytest.mark.parametrize(
    ("name", "batch", "facts", "word"),
    [
        pytest.param(
            "balance", make_batch(), make_facts(available="4.99"), "USD 5.00", id="little-credit"
        ),
        pytest.param("key", make_batch(), make_facts(key_status=403), "permissions", id="no-read"),
        pytest.param(
            "profile",
            make_batch(),
            make_facts(profile_status=403),
            "cannot be read",
            id="forbidden",
        ),
        pytest.param(
            "destinations",
            make_batch(),
            make_facts(whitelisted_destinations=["GB"]),
            "4 rows cannot go: the profile is closed to FR",
            id="one-country",
        ),
        pytest.param(
            "spend limit",
            make_batch(),
            make_facts(daily_spend_limit="4.00", daily_spend_limit_enabled=True),
            "midnight UTC",
            id="day-limit",
        ),
        pytest.param(
            "sender", make_batch(sender="MYCOMPANY"), make_facts(), "'MyCompany'", id="spelled"
        ),
        pytest.param("sender", make_batch(sender="Other"), make_facts(), "MyCompany", id="another"),
        pytest.param(
            "smart encoding", make_batch(), make_facts(smart_encoding=True), "otherwise", id="smart"
        ),
        pytest.param("queue", make_batch(sendable=10_000), make_facts(), "28 hours", id="queue"),
        pytest.param(
            "queue",
            make_batch(sendable=10_000, past=duration.Past(parts_per_s=0.1)),
            make_facts(),
            "this sender's queue took 0.1 parts a second before: 10,000 texts take 27.8 h",
            id="queue-as-it-was-before",
        ),
    ],
)
def test_what_may_still_work_is_a_warning(
    name: str, batch: fitness.Batch, facts: Facts, word: str
) -> None:
    level, text = level_of(name, batch, facts)

    assert level is Level.WARN
    assert word in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(
            {"sendable": 10_000, "past": duration.Past(parts_per_s=10.0)},
            "took 10 parts a second before: 10,000 texts take 17 min",
            id="fast",
        ),
        pytest.param(
            {"sendable": 1, "past": duration.Past(parts_per_s=0.016)},
            "took 0.016 parts a second before: 1 text takes 0 s",
            id="one",
        ),
        pytest.param({"sendable": 1_440}, "fits into the queue of any", id="nothing-known"),
        pytest.param({"sendable": 90_000, "texts": 5}, "fits into the queue of any", id="a-few"),
    ],
)
def test_a_queue_that_is_short_enough_is_no_warning(changed: dict[str, Any], words: str) -> None:
    level, text = level_of("queue", make_batch(**changed), make_facts())

    assert level is Level.OK
    assert words in text


def test_an_estimate_in_another_currency_is_not_compared() -> None:
    batch = make_batch(price={"EUR": Decimal(10_000)})

    assert level_of("balance", batch, make_facts())[0] is Level.OK


@pytest.mark.parametrize(
    ("free_bytes", "level"), [(10**9, Level.OK), (600_000_000, Level.OK), (10**6, Level.FAIL)]
)
def test_a_disk_without_room_for_the_journal_fails(free_bytes: int, level: Level) -> None:
    assert fitness.disk(free_bytes, 1_000_000).level is level
