"""The idempotency key: what a probe proves, and which row may be asked for again with it."""

from __future__ import annotations

from typing import Any

import pytest

from bulksend.errors import Stop
from bulksend.reconcile import idempotency
from bulksend.reconcile.evidence import Reason
from bulksend.reconcile.idempotency import Proof, Repeat, Verdict
from bulksend.sms.message import Reply
from tests.makers import accepted, refused, unknown, unsent

ID, OTHER = "40385f64-5717-4562-b3fc-2c963f66afa6", "40385f64-5717-4562-b3fc-2c963f66afa7"
HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        pytest.param(
            accepted(message_id=ID),
            accepted(message_id=ID, replayed=True),
            Verdict.PROVEN,
            id="replayed",
        ),
        pytest.param(
            accepted(message_id=ID), accepted(message_id=ID), Verdict.PROVEN, id="without-a-mark"
        ),
        pytest.param(
            accepted(message_id=ID), accepted(message_id=OTHER), Verdict.NOT_HONOURED, id="two"
        ),
        # It calls itself a replay and is another message: what counts is that there are two.
        pytest.param(
            accepted(message_id=ID),
            accepted(message_id=OTHER, replayed=True),
            Verdict.NOT_HONOURED,
            id="two-with-a-mark",
        ),
        pytest.param(refused(), accepted(), Verdict.UNDECIDED, id="first-refused"),
        pytest.param(accepted(), refused(), Verdict.UNDECIDED, id="second-refused"),
        pytest.param(accepted(), unknown(), Verdict.UNDECIDED, id="second-unknown"),
        pytest.param(accepted(), unsent(), Verdict.UNDECIDED, id="second-unsent"),
        pytest.param(unknown(), unknown(), Verdict.UNDECIDED, id="no-answer"),
    ],
)
def test_a_probe_proves_the_key_by_one_message_for_two_requests(
    first: Reply, second: Reply, verdict: Verdict
) -> None:
    assert idempotency.judge_probe(first, second) is verdict


@pytest.mark.parametrize(
    ("verdict", "days", "stands"),
    [
        (Verdict.PROVEN, 0.0, True),
        (Verdict.PROVEN, 29.9, True),
        (Verdict.PROVEN, 30.0, False),
        (Verdict.PROVEN, -1.0, False),
        (Verdict.NOT_HONOURED, 0.0, False),
        (Verdict.UNDECIDED, 0.0, False),
    ],
)
def test_a_proof_stands_for_thirty_days(verdict: Verdict, days: float, stands: bool) -> None:
    assert Proof(verdict, 1e9).stands(1e9 + days * 24 * HOUR_S) is stands


@pytest.mark.parametrize(
    ("verdict", "days", "reason"),
    [
        (Verdict.PROVEN, 0.0, None),
        (Verdict.PROVEN, 30.0, Reason.KEY_UNPROVEN),
        # Another probe would cost two texts more and show the same.
        (Verdict.NOT_HONOURED, 0.0, Reason.KEY_NOT_HONOURED),
        (Verdict.NOT_HONOURED, 30.0, Reason.KEY_UNPROVEN),
        (Verdict.UNDECIDED, 0.0, Reason.KEY_UNPROVEN),
    ],
)
def test_a_probe_is_asked_for_only_where_it_may_show_something(
    verdict: Verdict, days: float, reason: Reason | None
) -> None:
    proof = Proof(verdict, 1e9)

    assert idempotency.untrusted(proof, 1e9 + days * 24 * HOUR_S) is reason
    assert idempotency.untrusted(None, 1e9) is Reason.KEY_UNPROVEN


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({}, None, id="all-is-well"),
        pytest.param({"age_s": 22.99 * HOUR_S}, None, id="just-within-23-hours"),
        pytest.param({"http_status": 200}, None, id="a-cut-success-is-remembered"),
        pytest.param({"http_status": 409}, None, id="it-was-being-worked-on"),
        pytest.param({"untrusted": Reason.KEY_UNPROVEN}, Reason.KEY_UNPROVEN, id="unproven"),
        pytest.param({"same_bytes": False}, Reason.BYTES_DIFFER, id="other-bytes"),
        pytest.param({"age_s": None}, Reason.NO_SERVER_TIME, id="no-time"),
        pytest.param({"age_s": 23 * HOUR_S}, Reason.KEY_TOO_OLD, id="23-hours"),
        pytest.param({"age_s": 24.5 * HOUR_S}, Reason.KEY_TOO_OLD, id="forgotten"),
        pytest.param({"age_s": -2 * HOUR_S}, Reason.KEY_TOO_OLD, id="from-the-future"),
        *(
            pytest.param({"http_status": it}, Reason.KEY_NOT_REMEMBERED, id=f"after-{it}")
            for it in (307, 408, 500, 502, 503, 504, 522)
        ),
    ],
)
def test_a_row_is_asked_for_again_only_where_nothing_can_be_doubled(
    change: dict[str, Any], reason: Reason | None
) -> None:
    sound: dict[str, Any] = {
        "untrusted": None,
        "same_bytes": True,
        "age_s": HOUR_S,
        "http_status": None,
    }

    assert idempotency.why_not(Repeat(**(sound | change))) is reason


@pytest.mark.parametrize(
    ("reply", "settles"),
    [
        pytest.param(accepted(replayed=True), True, id="replayed"),
        pytest.param(accepted(), True, id="taken-now"),
        pytest.param(refused("40310"), True, id="its-own-fault"),
        # What may have changed since says nothing of the first request.
        pytest.param(refused("40300"), False, id="opted-out-since"),
        pytest.param(refused("40309"), False, id="country-closed-since"),
        pytest.param(refused("10027", stop=Stop.REQUEST), False, id="other-bytes"),
        pytest.param(refused("99999"), False, id="new-code"),
        # That the repeat never left does not mean that the first did not.
        pytest.param(unsent(), False, id="unsent"),
        pytest.param(unknown(), False, id="unknown"),
    ],
)
def test_only_an_answer_about_the_first_request_settles_its_row(
    reply: Reply, settles: bool
) -> None:
    assert idempotency.settles(reply) is settles


def test_409_10036_is_waited_out_and_a_server_error_ends_the_keys_protection() -> None:
    assert idempotency.is_in_flight(unknown("10036", http_status=409))
    assert not idempotency.taints(unknown("10036", http_status=409))
    assert not idempotency.is_in_flight(unknown("server_error", http_status=503))
    assert idempotency.taints(unknown("server_error", http_status=503))
    assert not idempotency.taints(unknown("connection_lost"))
