"""What `doctor` says of each thing it looks at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bulksend.batch.preflight import checklist
from bulksend.batch.preflight.checklist import Level
from bulksend.reconcile.idempotency import Proof, Verdict
from bulksend.telnyx import account
from bulksend.telnyx.account import Balance, Profile
from bulksend.telnyx.codes import Exchange, Failure


def answer(status: int, body: bytes = b"", **headers: str) -> Exchange:
    return Exchange(True, None, status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def make_profile(**fields: Any) -> Profile:
    values: dict[str, Any] = {
        "name": "Main",
        "enabled": True,
        "destinations": ("*",),
        "alpha_sender": None,
        "daily_limit": None,
        "smart_encoding": False,
        "redacted": False,
    }
    return Profile(**(values | fields))


def levels(*found: checklist.Finding) -> dict[str, Level]:
    return {it.name: it.level for it in found}


@pytest.mark.parametrize(
    ("found", "level"),
    [
        pytest.param(answer(200), Level.OK, id="accepted"),
        pytest.param(answer(401), Level.FAIL, id="wrong-key"),
        pytest.param(answer(403), Level.WARN, id="restricted-key"),
        pytest.param(answer(404), Level.FAIL, id="not-telnyx"),
        pytest.param(answer(302), Level.FAIL, id="redirect"),
        pytest.param(Exchange(False, Failure.DNS), Level.FAIL, id="no-name"),
        pytest.param(Exchange(True, Failure.TLS_CERTIFICATE), Level.FAIL, id="certificate"),
    ],
)
def test_a_key_is_right_when_it_opens_something(found: Exchange, level: Level) -> None:
    finding = checklist.key(found)

    assert finding.level is level
    assert bool(finding.todo) is (level is not Level.OK)


@pytest.mark.parametrize(
    ("available", "level"),
    [("5.20", Level.OK), ("0.00", Level.FAIL), ("-3", Level.FAIL), (None, Level.WARN)],
)
def test_what_counts_is_what_may_be_spent(available: str | None, level: Level) -> None:
    found = Balance(available=Decimal(available), currency="USD") if available else None

    assert checklist.balance(found).level is level


def test_a_balance_is_read_exactly_or_not_at_all() -> None:
    body = b'{"data": {"balance": "-1", "available_credit": "0.30", "currency": "USD"}}'

    assert account.balance(answer(200, body)) == Balance(available=Decimal("0.30"), currency="USD")
    for broken in (b"", b"[]", b'{"data": []}', b'{"data": {"available_credit": "x"}}'):
        assert account.balance(answer(200, broken)) is None
    assert account.balance(answer(500, body)) is None


@pytest.mark.parametrize(
    ("found", "profile_id", "smart", "expected"),
    [
        pytest.param(None, None, False, {"profile": Level.WARN}, id="not-asked"),
        pytest.param(None, "p", False, {"profile": Level.FAIL}, id="no-such-profile"),
        pytest.param(
            make_profile(enabled=False), "p", False, {"profile": Level.FAIL}, id="disabled"
        ),
        pytest.param(
            make_profile(),
            "p",
            False,
            dict.fromkeys(["profile", "destinations", "spend limit", "smart encoding"], Level.OK),
            id="sound",
        ),
        pytest.param(
            make_profile(destinations=()), "p", False, {"destinations": Level.FAIL}, id="nowhere"
        ),
        pytest.param(
            make_profile(destinations=("GB", "FR")),
            "p",
            False,
            {"destinations": Level.OK},
            id="some-countries",
        ),
        pytest.param(
            make_profile(daily_limit=Decimal(5)),
            "p",
            False,
            {"spend limit": Level.WARN},
            id="limit",
        ),
        pytest.param(
            make_profile(daily_limit=Decimal(0)), "p", False, {"spend limit": Level.FAIL}, id="zero"
        ),
        pytest.param(
            make_profile(smart_encoding=True), "p", False, {"smart encoding": Level.WARN}, id="on"
        ),
        pytest.param(
            make_profile(smart_encoding=True), "p", True, {"smart encoding": Level.OK}, id="both-on"
        ),
        pytest.param(make_profile(), "p", True, {"smart encoding": Level.WARN}, id="counted-on"),
    ],
)
def test_a_profile_is_compared_with_the_options(
    found: Profile | None, profile_id: str | None, smart: bool, expected: dict[str, Level]
) -> None:
    assert expected.items() <= levels(*checklist.profile(found, profile_id, smart)).items()


@pytest.mark.parametrize(
    ("name", "listed", "alpha", "level"),
    [
        (None, (), None, Level.WARN),
        ("Acme", ("Other", "Acme"), None, Level.OK),
        ("Acme", (), "Acme", Level.OK),
        ("Acme", None, "Acme", Level.OK),
        ("Acme", ("acme",), None, Level.WARN),
        ("Acme", (), "Other", Level.WARN),
        ("Acme", (), None, Level.WARN),
        ("Acme", None, None, Level.WARN),
    ],
)
def test_a_sender_is_looked_for_on_the_profile(
    name: str | None, listed: tuple[str, ...] | None, alpha: str | None, level: Level
) -> None:
    assert checklist.sender(name, listed, make_profile(alpha_sender=alpha)).level is level


@pytest.mark.parametrize(
    ("ahead_s", "level", "side"),
    [
        (0.4, Level.OK, "within"),
        (-29.0, Level.OK, "within"),
        (90.0, Level.WARN, "90 s behind"),
        (-7200.0, Level.WARN, "7,200 s ahead of"),
        (None, Level.WARN, "no time"),
    ],
)
def test_a_clock_is_compared_with_the_servers(
    ahead_s: float | None, level: Level, side: str
) -> None:
    finding = checklist.clock(ahead_s)

    assert (finding.level, side in finding.text) == (level, True)


@pytest.mark.parametrize(
    ("proof", "level", "words"),
    [
        (None, Level.WARN, "not known"),
        (Proof(Verdict.PROVEN, 1e9), Level.OK, "proven 2001-09-09 01:46 UTC"),
        (Proof(Verdict.NOT_HONOURED, 1e9), Level.WARN, "not honoured"),
        (Proof(Verdict.UNDECIDED, 1e9), Level.WARN, "decided nothing (why)"),
    ],
)
def test_what_a_probe_showed_is_said(proof: Proof | None, level: Level, words: str) -> None:
    finding = checklist.idempotency_key(proof, "why")

    assert (finding.level, words in finding.text) == (level, True)


def test_masked_numbers_and_unreadable_opt_outs_are_warned_of() -> None:
    assert checklist.redaction(make_profile()) is None
    assert checklist.redaction(make_profile(redacted=True)) is not None
    assert checklist.opt_outs(answer(200)).level is Level.OK
    assert checklist.opt_outs(answer(403)).level is Level.WARN


def test_limits_say_what_the_headers_say() -> None:
    assert checklist.limits(answer(200, x_ratelimit_limit="300")).text.startswith("300 requests")
    assert "four hours" in checklist.limits(answer(200)).text
    assert "\x1b" not in checklist.limits(answer(200, x_ratelimit_limit="\x1b[1m")).text
