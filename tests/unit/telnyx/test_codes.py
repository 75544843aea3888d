"""The classification, as a table: what one exchange means for its row and its batch."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bulksend import errors
from bulksend.errors import Code, Stop
from bulksend.sms.message import Money, Signal, Status, Throttle
from bulksend.telnyx import client, codes, rate_headers
from bulksend.telnyx.codes import Exchange, Failure
from bulksend.telnyx.wire import network

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


def envelope(code: str, title: str = "Title", detail: str = "Detail") -> bytes:
    return json.dumps({"errors": [{"code": code, "title": title, "detail": detail}]}).encode()


def answer(status: int, body: bytes = b"", **headers: str) -> Exchange:
    return Exchange(True, None, status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def success(**fields: Any) -> bytes:
    return json.dumps({"data": {"id": ID, "parts": 2, "encoding": "GSM-7"} | fields}).encode()


@pytest.mark.parametrize("failure", list(Failure))
def test_nothing_written_is_unsent_whatever_failed(failure: Failure) -> None:
    assert codes.classify(Exchange(False, failure), NOW.timestamp()).status is Status.UNSENT


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Failure.DNS, Status.UNSENT),
        (Failure.UNREACHABLE, Status.UNSENT),
        (Failure.CONNECT_TIMEOUT, Status.UNSENT),
        (Failure.TLS, Status.UNSENT),
        (Failure.TLS_CERTIFICATE, Status.UNSENT),
        (Failure.PROXY, Status.UNSENT),
        (Failure.NO_REPLY, Status.UNKNOWN),
        (Failure.CONNECTION_LOST, Status.UNKNOWN),
        (Failure.REPLY_CUT, Status.UNKNOWN),
        (Failure.REPLY_UNREADABLE, Status.UNKNOWN),
    ],
)
def test_after_the_first_byte_only_proof_makes_a_row_unsent(
    failure: Failure, status: Status
) -> None:
    assert codes.classify(Exchange(True, failure), NOW.timestamp()).status is status


def test_a_certificate_that_cannot_be_trusted_stops_the_batch() -> None:
    assert (
        codes.classify(Exchange(False, Failure.TLS_CERTIFICATE), NOW.timestamp()).stop
        is Stop.CERTIFICATE
    )


@pytest.mark.parametrize(
    ("http", "body", "status", "code", "stop", "throttle"),
    [
        pytest.param(200, success(), Status.ACCEPTED, "", None, None, id="200"),
        pytest.param(201, success(), Status.ACCEPTED, "", None, None, id="201"),
        pytest.param(202, success(), Status.ACCEPTED, "", None, None, id="202"),
        pytest.param(200, b"", Status.UNKNOWN, Code.REPLY_UNREADABLE, None, None, id="200-empty"),
        pytest.param(200, b"<p>", Status.UNKNOWN, Code.REPLY_UNREADABLE, None, None, id="200-html"),
        pytest.param(200, b"[]", Status.UNKNOWN, Code.REPLY_UNREADABLE, None, None, id="200-list"),
        pytest.param(
            200, b'{"data":{}}', Status.UNKNOWN, Code.REPLY_WITHOUT_ID, None, None, id="200-no-id"
        ),
        pytest.param(
            200,
            b'{"data":{"id":"x"}}',
            Status.UNKNOWN,
            Code.REPLY_WITHOUT_ID,
            None,
            None,
            id="200-no-uuid",
        ),
        pytest.param(
            200, b"[" * 100_000, Status.UNKNOWN, Code.REPLY_UNREADABLE, None, None, id="200-deep"
        ),
        pytest.param(307, b"", Status.UNKNOWN, Code.REDIRECT, Stop.BASE_URL, None, id="redirect"),
        pytest.param(400, envelope("40310"), Status.REFUSED, "40310", None, None, id="40310"),
        pytest.param(409, envelope("40300"), Status.REFUSED, "40300", None, None, id="opted-out"),
        pytest.param(403, envelope("40300"), Status.REFUSED, "40300", None, None, id="stop-403"),
        pytest.param(409, envelope("10012"), Status.UNKNOWN, "10012", None, None, id="409-other"),
        pytest.param(425, envelope("99999"), Status.UNKNOWN, "99999", None, None, id="425-code"),
        pytest.param(408, envelope("10008"), Status.UNKNOWN, "10008", None, None, id="408-code"),
        pytest.param(
            400, envelope("40320"), Status.UNSENT, "40320", Stop.SENDER, None, id="sender-later"
        ),
        pytest.param(
            403, envelope("20015"), Status.UNSENT, "20015", Stop.ACCOUNT, None, id="account"
        ),
        # It says that it throttles, and nobody knows what it did before it failed.
        pytest.param(503, envelope("10011"), Status.UNKNOWN, "10011", None, None, id="503-rate"),
        pytest.param(500, envelope("10009"), Status.UNKNOWN, "10009", Stop.KEY, None, id="500-key"),
        pytest.param(409, envelope("10036"), Status.UNKNOWN, "10036", None, None, id="in-flight"),
        pytest.param(
            422, envelope("10027"), Status.REFUSED, "10027", Stop.REQUEST, None, id="key-reused"
        ),
        pytest.param(
            400, envelope("40305"), Status.UNSENT, "40305", Stop.SENDER, None, id="sender"
        ),
        pytest.param(401, envelope("10009"), Status.UNSENT, "10009", Stop.KEY, None, id="key"),
        pytest.param(401, b"", Status.UNSENT, Code.NOT_TELNYX, Stop.KEY, None, id="bare-401"),
        pytest.param(402, envelope("20100"), Status.UNSENT, "20100", Stop.FUNDS, None, id="funds"),
        pytest.param(404, envelope("10005"), Status.UNSENT, "10005", Stop.PROFILE, None, id="404"),
        pytest.param(404, b"", Status.UNSENT, Code.NOT_TELNYX, Stop.BASE_URL, None, id="bare-404"),
        pytest.param(403, b"<html>", Status.UNSENT, Code.NOT_TELNYX, None, None, id="firewall"),
        pytest.param(
            429, envelope("10011"), Status.UNSENT, "10011", None, Throttle.RATE, id="rate"
        ),
        pytest.param(429, b"", Status.UNSENT, Code.THROTTLED, None, Throttle.RATE, id="bare-429"),
        pytest.param(
            429, envelope("40318"), Status.UNSENT, "40318", None, Throttle.QUEUE_FULL, id="queue"
        ),
        # It arrives as a 429 and must not be tried again before midnight.
        pytest.param(
            429, envelope("40333"), Status.UNSENT, "40333", Stop.SPEND_LIMIT, None, id="spend"
        ),
        pytest.param(408, b"", Status.UNKNOWN, Code.SERVER_ERROR, None, None, id="408"),
        pytest.param(500, b"", Status.UNKNOWN, Code.SERVER_ERROR, None, None, id="500"),
        pytest.param(502, b"<html>", Status.UNKNOWN, Code.SERVER_ERROR, None, None, id="502"),
        pytest.param(503, envelope("10037"), Status.UNKNOWN, "10037", None, None, id="503"),
        pytest.param(500, envelope("40310"), Status.UNKNOWN, "40310", None, None, id="500-code"),
        pytest.param(500, envelope("10007"), Status.UNKNOWN, "10007", None, None, id="10007"),
        pytest.param(400, envelope("99999"), Status.REFUSED, "99999", None, None, id="new-code"),
    ],
)
def test_a_reply_is_decided_by_code_and_then_by_status(
    http: int, body: bytes, status: Status, code: str, stop: Stop | None, throttle: Throttle | None
) -> None:
    reply = codes.classify(answer(http, body), NOW.timestamp())

    assert (reply.status, reply.code, reply.stop) == (status, code, stop)
    assert (reply.signal.throttle if reply.signal else None) == throttle


def test_the_worst_of_several_errors_decides() -> None:
    body = json.dumps({"errors": [{"code": "40310"}, {"code": "20100"}]}).encode()

    assert codes.classify(answer(402, body), NOW.timestamp()).stop is Stop.FUNDS


@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ('"0.0051"', "0.0051"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("2", "2"),
    ],
)
def test_money_is_exact_as_text_and_as_number(amount: str, exact: str) -> None:
    body = f'{{"data":{{"id":"{ID}","cost":{{"amount":{amount},"currency":"USD"}}}}}}'.encode()

    assert codes.classify(answer(200, body), NOW.timestamp()).cost == Money(Decimal(exact), "USD")


@pytest.mark.parametrize(
    "cost", ["null", "{}", '{"amount":"NaN","currency":"USD"}', '{"amount":true,"currency":"USD"}']
)
def test_money_that_is_none_is_none(cost: str) -> None:
    body = f'{{"data":{{"id":"{ID}","cost":{cost}}}}}'.encode()

    assert codes.classify(answer(200, body), NOW.timestamp()).cost is None


def test_a_reply_too_deep_to_read_its_cost_again_is_accepted_without_one() -> None:
    body = success(cost={"amount": 0.042, "currency": "USD"}, x="DEEP")
    deep = body.replace(b'"DEEP"', b"[" * 1015 + b"]" * 1015)

    reply = codes.classify(answer(200, deep), NOW.timestamp())

    assert (reply.status, reply.cost) == (Status.ACCEPTED, None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", None),
        (str(int(NOW.timestamp()) + 30), 30.0),
        ("Mon, 23 Nov 2026 12:00:10 GMT", 10.0),
        ("soon", None),
        ("", None),
        ("nan", None),
    ],
)
def test_waiting_is_read_as_seconds_epoch_or_date(value: str, seconds: float | None) -> None:
    assert rate_headers.seconds_from(value, NOW.timestamp()) == seconds


def test_rate_headers_reach_the_pace_on_successes_too() -> None:
    reply = codes.classify(
        answer(200, success(), x_ratelimit_remaining="0", x_ratelimit_reset="3"), NOW.timestamp()
    )

    assert reply.signal == Signal(None, None, 0, 3.0)


def test_an_error_sentence_shows_no_number_no_key_and_no_acting_character() -> None:
    body = envelope("40310", "Bad \x1b[31m", "to +447700900123 with KEY0123456789abcdef\u202e")

    sentence = codes.classify(answer(400, body), NOW.timestamp()).error

    assert "+447700900123" not in sentence
    assert "+4477…123" in sentence
    assert "KEY0123456789abcdef" not in sentence
    assert all(it.isprintable() for it in sentence)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.telnyx.com/v2",
        "https://api.telnyx.com/v2/",
        "http://127.0.0.1:8080/v2",
        "http://127.9.9.9/v2",
        "http://localhost:1/v2",
        "http://[::1]:8080/v2",
    ],
)
def test_a_base_url_is_taken(url: str) -> None:
    assert network.parse_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telnyx.com/v2",
        "http://10.0.0.1/v2",
        "http://127.0.0.1.evil.example/v2",
        "http://localhost.evil.example/v2",
        "https://user:pass@api.telnyx.com/v2",
        "https://api.telnyx.com/v2?x=1",
        "https://api.telnyx.com/v2#x",
        "ftp://api.telnyx.com",
        "api.telnyx.com/v2",
        "https://",
        "https://a b/v2",
        "http://127.0.0.1:99999/v2",
        "http://127.0.0.1\\@evil.example/v2",
        "",
    ],
)
def test_a_base_url_that_could_show_the_key_is_refused(url: str) -> None:
    with pytest.raises(errors.UsageError):
        network.parse_base_url(url)


def test_the_key_has_no_repr() -> None:
    assert "canary" not in f"{client.Secret('canary')!r} {client.Secret('canary')}"


ACCEPTED_ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


def reply_naming(**data: object) -> codes.Reply:
    body = json.dumps({"data": {"id": ACCEPTED_ID} | data}).encode()
    return codes.classify(Exchange(True, None, 200, {}, body), 0.0, "+447400000001")


@pytest.mark.parametrize(
    ("to", "status"),
    [
        pytest.param([{"phone_number": "+447400000001"}], Status.ACCEPTED, id="the-same"),
        pytest.param([{"phone_number": "+44 7400 000001"}], Status.ACCEPTED, id="with-blanks"),
        pytest.param([{"phone_number": "447400000001"}], Status.ACCEPTED, id="without-a-plus"),
        pytest.param([{"phone_number": "00447400000001"}], Status.ACCEPTED, id="with-an-exit-code"),
        pytest.param([{"phone_number": "07400000001"}], Status.ACCEPTED, id="nationally"),
        pytest.param([{"phone_number": "+4474*****"}], Status.ACCEPTED, id="masked"),
        pytest.param([{"phone_number": ""}], Status.ACCEPTED, id="empty"),
        pytest.param([{"phone_number": None}], Status.ACCEPTED, id="null"),
        pytest.param([{"status": "queued"}], Status.ACCEPTED, id="absent"),
        pytest.param([], Status.ACCEPTED, id="nobody"),
        pytest.param(None, Status.ACCEPTED, id="no-list"),
        pytest.param("+447400000002", Status.ACCEPTED, id="a-string"),
        pytest.param([{"phone_number": "+447400000002"}], Status.UNKNOWN, id="another"),
        pytest.param([{"phone_number": "+33612345678"}], Status.UNKNOWN, id="another-country"),
        pytest.param([{"phone_number": "07400000002"}], Status.UNKNOWN, id="another-nationally"),
    ],
)
def test_a_yes_for_another_phone_is_nobodys_yes(to: object, status: Status) -> None:
    assert reply_naming(to=to).status is status


def test_a_message_that_was_lost_at_once_is_accepted_and_keeps_its_error() -> None:
    problem = {"code": "40010", "title": "Not registered", "detail": ""}

    reply = reply_naming(to=[{"status": "sending_failed"}], errors=[problem])

    assert (reply.status, reply.code, reply.error) == (Status.ACCEPTED, "40010", "Not registered")


def test_an_error_inside_a_yes_without_an_id_is_told() -> None:
    body = json.dumps({"data": {}, "errors": [{"code": "40310", "title": "Invalid 'to'"}]}).encode()

    reply = codes.classify(Exchange(True, None, 200, {}, body), 0.0)

    assert reply.status is Status.UNKNOWN
    assert "40310" in reply.error


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"errors": {"code": "40300"}}', id="no-list"),
        pytest.param(b'{"errors": ["40300"]}', id="no-objects"),
        pytest.param(b'{"errors": [{"title": "No"}]}', id="no-code"),
        pytest.param(b"[]", id="no-envelope"),
    ],
)
def test_an_error_that_is_not_telnyxs_decides_nothing_for_good(body: bytes) -> None:
    reply = codes.classify(answer(409, body), NOW.timestamp())

    assert reply.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("errors_of_data", "code"),
    [
        pytest.param(
            [{"title": "No code"}, {"code": "40008"}], "40008", id="the-first-with-a-code"
        ),
        pytest.param(["40008", {"title": "No code"}], "", id="none-with-a-code"),
        pytest.param({"code": "40008"}, "", id="no-list"),
    ],
)
def test_a_reply_of_a_message_that_has_failed_already_keeps_its_error(
    errors_of_data: Any, code: str
) -> None:
    body = success(to=[{"status": "sending_failed"}], errors=errors_of_data)

    reply = codes.classify(answer(200, body), NOW.timestamp())

    assert (reply.status, reply.code) == (Status.ACCEPTED, code)
