"""Telnyx's words for what became of a message, read."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

import pytest

from bulksend.sms.message import Money
from bulksend.telnyx import receipts
from bulksend.telnyx.receipts import DeliveryStatus, Vocabulary

MESSAGE = str(uuid.UUID(int=7))
S = DeliveryStatus
RECORD_WORDS = (
    *("gw_timeout", "delivered", "dlr_unconfirmed", "dlr_timeout", "gw_reject", "failed"),
)
API_WORDS = (
    *("queued", "sending", "sent", "expired", "sending_failed", "delivery_unconfirmed"),
    *("delivered", "delivery_failed"),
)


def payload(**fields: object) -> dict[str, object]:
    return {
        "id": MESSAGE,
        "direction": "outbound",
        "to": [{"phone_number": "+447700900123", "status": "delivered", "carrier": "EE"}],
        "cost": {"amount": "0.0420", "currency": "USD"},
        "errors": [],
        "sent_at": "2026-11-27T05:00:00+00:00",
        "completed_at": "2026-11-27T05:00:01.500+00:00",
    } | fields


def record(**fields: object) -> dict[str, object]:
    return {
        "uuid": MESSAGE,
        "status": "delivered",
        "sent_at": "2026-11-27T05:00:00Z",
        "cost": "0.0420",
        "currency": "USD",
        "errors": [],
    } | fields


@pytest.mark.parametrize("word", API_WORDS)
def test_the_words_of_the_messages_api_are_our_own(word):
    assert receipts.status_of(word) == word


@pytest.mark.parametrize("word", [*RECORD_WORDS, *(word.upper() for word in RECORD_WORDS)])
def test_every_word_of_the_records_and_the_reports_has_a_status(word):
    status = receipts.status_of(word)

    assert status is not None
    assert status.is_final


def test_a_word_stands_once_in_the_table_with_a_source_and_a_vocabulary():
    words = [word for word, *_ in receipts.WORDS]

    assert len(set(words)) == len(words)
    assert all(source and places <= set(Vocabulary) for _, _, places, source in receipts.WORDS)


@pytest.mark.parametrize("word", ["", "webhook_delivered", "weird_new", None, 7, ["sent"]])
def test_a_word_that_nobody_knows_says_nothing(word):
    assert receipts.status_of(word) is None


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        pytest.param({"amount": "0.0420", "currency": "USD"}, "0.0420", id="text"),
        pytest.param({"amount": Decimal("0.0051"), "currency": "USD"}, "0.0051", id="number"),
        pytest.param({"cost": "1.23", "currency": "USD"}, "1.23", id="older-records"),
        pytest.param({"amount": 0, "currency": "USD"}, "0", id="nothing"),
        pytest.param(None, None, id="null"),
        pytest.param({"amount": None, "currency": "USD"}, None, id="no-amount"),
        pytest.param({"amount": "-1", "currency": "USD"}, None, id="negative"),
        pytest.param({"amount": "NaN", "currency": "USD"}, None, id="no-number"),
        pytest.param({"amount": "1", "currency": "dollar"}, None, id="no-currency"),
        pytest.param({"amount": True, "currency": "USD"}, None, id="a-boolean"),
    ],
)
def test_a_cost_is_exact_or_not_there(cost, amount):
    receipt = receipts.from_message(payload(cost=cost))

    assert receipt is not None
    assert receipt.cost == (None if amount is None else Money(Decimal(amount), "USD"))


def test_amounts_are_read_as_they_are_written():
    body = json.dumps({"data": payload()}).replace('"0.0420"', "0.0420").encode()

    receipt = receipts.from_message(receipts.parse(body)["data"])

    assert receipt is not None and receipt.cost == Money(Decimal("0.0420"), "USD")


@pytest.mark.parametrize(
    ("fields", "status", "cost"),
    [
        pytest.param({"status": "expired", "errors": ["40014"]}, S.EXPIRED, "0", id="by-code"),
        pytest.param({"status": "gw_timeout", "errors": ["40014"]}, S.EXPIRED, "0", id="timeout"),
        pytest.param({"status": "gw_timeout"}, S.DELIVERY_UNCONFIRMED, "0.0420", id="no-answer"),
        pytest.param({"status": "expired", "sent_at": None}, S.EXPIRED, "0", id="never-left"),
        pytest.param({"status": "expired", "errors": ["40005"]}, S.EXPIRED, "0.0420", id="later"),
        pytest.param({"status": "failed", "errors": ["40001"]}, S.DELIVERY_FAILED, "0.0420"),
        pytest.param({"status": None}, S.SENT, "0.0420", id="on-its-way"),
    ],
)
def test_records_that_ended_without_delivery(fields, status, cost):
    receipt = receipts.from_record(record(**fields))

    assert receipt is not None
    assert (receipt.status, receipt.cost) == (status, Money(Decimal(cost), "USD"))


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a-list"),
        pytest.param(payload(id="7"), id="no-uuid"),
        pytest.param(payload(id=None), id="no-id"),
        pytest.param(payload(direction="inbound"), id="somebody-wrote-to-us"),
        pytest.param(payload(to=[]), id="no-recipient"),
        pytest.param(payload(to="+447700900123"), id="to-is-text"),
        pytest.param(payload(to=[{"status": 4}]), id="status-is-a-number"),
    ],
)
def test_what_is_no_message_of_ours_says_nothing(strange):
    assert receipts.from_message(strange) is None


@pytest.mark.parametrize("moment", ["", "yesterday", 7, None, "9999-99-99", "0001-01-01T00:00:00"])
def test_a_moment_that_is_none_is_left_out(moment):
    receipt = receipts.from_message(payload(completed_at=moment))

    assert receipt is not None and receipt.delivered_ms is None


def test_no_number_of_a_person_gets_into_a_receipt():
    problem = {"code": "40310", "title": "Bad", "detail": "+447700900123 is unreachable"}

    receipt = receipts.from_message(
        payload(
            to=[{"phone_number": "+447700900123", "status": "sending_failed"}], errors=[problem]
        )
    )

    assert "447700900123" not in repr(receipt)
    assert receipt is not None and receipt.code == "40310"
