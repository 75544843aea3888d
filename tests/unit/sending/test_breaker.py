"""The breaker, as tables."""

from __future__ import annotations

import pytest

from bulksend.errors import NO_CONNECTION, Code, Stop
from bulksend.sending import breaker
from bulksend.sms.message import Reply, Status
from tests.makers import accepted, refused, throttled, unknown, unsent


def stopped_by(replies: list[Reply], **limits: int) -> Stop | None:
    guard = breaker.Breaker(breaker.Limits(**limits))
    stops = [guard.on_reply(it, 0.0) for it in replies]
    return next((it for it in stops if it is not None), None)


@pytest.mark.parametrize(
    ("replies", "stop"),
    [
        pytest.param([accepted()] * 1000, None, id="all-good"),
        pytest.param([accepted(), unsent("10009", stop=Stop.KEY)], Stop.KEY, id="key"),
        pytest.param(
            [refused("40302")] * 19 + [accepted()] + [refused("40302")] * 19, None, id="19-refused"
        ),
        pytest.param([refused("40302")] * 20, Stop.REFUSALS, id="20-equal-refusals"),
        pytest.param([accepted()] + [refused("40310")] * 899, None, id="900-bad-phones-in-a-row"),
        pytest.param([refused("40300")] * 999, None, id="999-opted-out"),
        pytest.param([refused("40309")] * 1000, Stop.REFUSALS, id="nothing-but-bad-phones"),
        pytest.param(
            ([refused("40310")] * 9 + [accepted()]) * 200, None, id="nine-of-ten-are-bad-phones"
        ),
        pytest.param(
            [refused(["40310", "40322"][it % 2]) for it in range(40)],
            Stop.REFUSALS,
            id="bad-phones-hide-no-others",
        ),
        pytest.param([refused(str(it % 3)) for it in range(150)], None, id="different-codes"),
        pytest.param(
            [refused(str(it % 3)) for it in range(200)], Stop.REFUSALS, id="most-of-200-refused"
        ),
        pytest.param([unknown()] * 7 + [accepted()] * 3, None, id="7-unknown"),
        pytest.param([unknown()] * 8, Stop.UNKNOWNS, id="8-of-10-unknown"),
        pytest.param(
            ([unknown()] + [accepted()] * 9) * 65, Stop.UNKNOWNS, id="more-than-4-times-in-flight"
        ),
        pytest.param([unsent(Code.DNS)], Stop.OFFLINE, id="no-connection-at-the-start"),
        pytest.param([accepted()] + [unsent(Code.DNS)] * 99, None, id="an-outage-of-no-time"),
        pytest.param([throttled()] * 500, None, id="throttling-is-the-pace's"),
        pytest.param([unsent(Code.NOT_WRITTEN)] * 101, Stop.RETRIES, id="too-many-tries-again"),
    ],
)
def test_the_breaker_stops_a_batch(replies: list[Reply], stop: Stop | None) -> None:
    assert stopped_by(replies, max_in_flight=16) == stop


def test_who_has_seen_the_bad_phones_and_goes_on_is_not_stopped_by_them_again() -> None:
    guard = breaker.Breaker(breaker.Limits(watch_phones=False))

    assert {guard.on_reply(refused("40310"), 0.0) for _ in range(5000)} == {None}


@pytest.mark.parametrize("code", sorted(NO_CONNECTION))
def test_an_outage_ends_a_batch_by_time_and_not_by_count(code: Code) -> None:
    guard = breaker.Breaker(breaker.Limits(patience_s=120.0))
    guard.on_reply(accepted(), 0.0)

    assert {guard.on_reply(unsent(code), 10.0 + it / 100) for it in range(1000)} == {None}
    assert guard.on_tick(129.0, requests_out=False) is None
    assert guard.on_tick(130.0, requests_out=False) is Stop.UNREACHABLE
    assert guard.on_reply(unsent(code), 131.0) is Stop.UNREACHABLE


def test_an_outage_that_passes_is_forgotten_whatever_the_reply_says() -> None:
    guard = breaker.Breaker(breaker.Limits(patience_s=120.0))
    guard.on_reply(accepted(), 0.0)
    for at_s in range(10, 1000, 100):
        assert guard.on_reply(unsent(Code.DNS), at_s) is None
        assert guard.on_reply(refused("40310"), at_s + 50) is None


def test_silence_stops_a_batch_only_while_requests_are_out() -> None:
    guard = breaker.Breaker(breaker.Limits(silence_s=60))

    assert guard.on_tick(0.0, requests_out=True) is None
    assert guard.on_tick(59.0, requests_out=True) is None
    assert guard.on_tick(60.0, requests_out=False) is None
    assert guard.on_tick(119.0, requests_out=True) is None
    assert guard.on_tick(121.0, requests_out=True) is Stop.SILENCE


def test_pages_that_are_not_telnyxs_stop_a_batch_after_a_few() -> None:
    guard = breaker.Breaker(breaker.Limits())
    page = Reply(Status.UNSENT, code=Code.NOT_TELNYX)

    reasons = [guard.on_reply(page, 0.0) for _ in range(5)]

    assert reasons == [None] * 4 + [Stop.BASE_URL]


def test_a_page_now_and_then_stops_nothing() -> None:
    guard = breaker.Breaker(breaker.Limits())
    page, good = Reply(Status.UNSENT, code=Code.NOT_TELNYX), Reply(Status.ACCEPTED)

    reasons = [guard.on_reply(reply, 0.0) for _ in range(20) for reply in (page, page, good)]

    assert set(reasons) == {None}
