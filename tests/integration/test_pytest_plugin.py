"""The fixture for other people's tests, as they use it."""

from __future__ import annotations

import urllib.request

import orjson
import pytest

from bulksend.sandbox.server import SandboxConfig
from bulksend.sandbox.threaded import ThreadedSandbox


@pytest.fixture
def bulksend_sandbox_config() -> SandboxConfig:
    return SandboxConfig(api_key="mine")


def test_the_fixture_is_a_telnyx_on_this_computer(bulksend_sandbox: ThreadedSandbox) -> None:
    body = {
        "from": "MyCompany",
        "to": "+447700900123",
        "text": "Hi Ada",
        "messaging_profile_id": bulksend_sandbox.profile_id,
    }
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{bulksend_sandbox.base_url}/messages/alphanumeric_sender_id",
        data=orjson.dumps(body),
        headers={"Authorization": "Bearer mine", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
        assert response.status == 200

    assert bulksend_sandbox.texts == {"+447700900123": ["Hi Ada"]}
    bulksend_sandbox.move_clock(60)
    assert [each["status"] for each in bulksend_sandbox.messages()] == ["delivered"]
