"""What a webhook says, read."""

from __future__ import annotations

import json
import uuid

import pytest

from bulksend.receipts import intake

MESSAGE = str(uuid.UUID(int=7))


def event(event_type: str = "message.finalized", **payload: object) -> bytes:
    values = {
        "id": MESSAGE,
        "direction": "outbound",
        "from": {"phone_number": "MyCompany"},
        "to": [{"status": "delivered"}],
        "webhook_url": "https://x.example/hook?b=1",
    } | payload
    data = {"event_type": event_type, "occurred_at": "2026-11-27T05:00:00Z", "payload": values}
    return json.dumps({"data": data, "meta": {"attempt": 1}}).encode()


def test_an_event_names_message_sender_and_url():
    read = intake.parse(event())

    assert read is not None
    assert (read.receipt.message_id, read.sender) == (MESSAGE, "MyCompany")
    assert read.url == "https://x.example/hook?b=1"
    assert read.receipt.at_ms == 1_795_755_600_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(event("messaging-profile.spend-limit-reached"), id="another-kind"),
        pytest.param(event(direction="inbound"), id="a-message-to-us"),
        pytest.param(event(id="7"), id="no-id"),
        pytest.param(event(to=[]), id="no-status"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"data": null}', id="nothing"),
        pytest.param(b'{"data": {"payload": 7}}', id="a-number"),
    ],
)
def test_what_says_nothing_of_a_message_of_ours_is_none(body):
    assert intake.parse(body) is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_said(body):
    with pytest.raises(ValueError):
        intake.parse(body)
