"""The look-alike: refuses what Telnyx refuses, replays what it has accepted, counts for itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bulksend.sandbox import server
from bulksend.sandbox.scripts import faults
from tests.makers import PROFILE

GOOD = {
    "from": "MyCompany",
    "to": "+447700900123",
    "text": "Hi Ada",
    "messaging_profile_id": PROFILE,
}


async def post(
    sandbox: server.Sandbox, body: Any, *, key: str = "", token: str = "sandbox"
) -> tuple[int, dict[str, Any], Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    url = f"{sandbox.base_url}/messages/alphanumeric_sender_id"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers, allow_redirects=False) as response,
    ):
        read = await response.read()
        return response.status, json.loads(read) if read[:1] == b"{" else {}, response.headers


async def get(sandbox: server.Sandbox, path: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": "Bearer sandbox"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.base_url}{path}", headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_a_reply_has_every_field_and_counts_parts_itself(sandbox: server.Sandbox) -> None:
    status, reply, _ = await post(sandbox, GOOD | {"text": "я" * 71})

    data = reply["data"]
    assert status == 200
    assert (data["parts"], data["encoding"]) == (2, "UTF-16")
    assert data["cost"] == {"amount": "0.0840", "currency": "USD"}
    assert {"id", "to", "wait_seconds", "valid_until", "errors", "cost_breakdown"} <= set(data)
    assert sandbox.ledger[0].accepted


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"text": "x" * 1531}, 400, "40302", id="eleven-parts"),
        pytest.param({"to": "07700900123"}, 400, "10016", id="not-e164"),
        pytest.param({"to": "+15"}, 400, "10016", id="too-short"),
        pytest.param({"to": "+12025550123"}, 400, "40301", id="no-alpha-in-the-us"),
        pytest.param({"from": "TwelveLetter"}, 400, "40325", id="sender-too-long"),
        pytest.param({"from": "12345"}, 400, "40325", id="sender-without-letter"),
        pytest.param({"messaging_profile_id": PROFILE[:-1] + "9"}, 400, "10005", id="profile"),
        pytest.param({"tags": []}, 400, "10015", id="unknown-field"),
        pytest.param({"text": 5}, 422, "10026", id="wrong-type"),
        pytest.param({"webhook_url": "ftp://x"}, 400, "10003", id="webhook"),
        pytest.param({"text": ""}, 400, "40316", id="no-content"),
    ],
)
async def test_what_telnyx_refuses_is_refused(
    sandbox: server.Sandbox, change: dict[str, Any], status: int, code: str
) -> None:
    found, reply, _ = await post(sandbox, GOOD | change)

    assert (found, reply["errors"][0]["code"]) == (status, code)
    assert not sandbox.ledger[0].accepted


async def test_a_wrong_key_a_missing_field_and_no_json_are_refused(
    sandbox: server.Sandbox,
) -> None:
    assert (await post(sandbox, GOOD, token="wrong"))[0] == 401
    assert (await post(sandbox, {"to": "+447700900123"}))[0] == 422
    assert (await post(sandbox, b"{"))[0] == 400


async def test_a_key_is_replayed_and_not_charged_twice(sandbox: server.Sandbox) -> None:
    _, first, _ = await post(sandbox, GOOD, key="k-1")
    _, second, headers = await post(sandbox, GOOD, key="k-1")
    status, other, _ = await post(sandbox, GOOD | {"text": "other"}, key="k-1")

    assert first["data"]["id"] == second["data"]["id"]
    assert headers["Idempotent-Replayed"] == "true"
    assert (status, other["errors"][0]["code"]) == (422, "10027")
    assert sum(it.accepted for it in sandbox.ledger) == 1


async def test_keys_can_be_ignored() -> None:
    async with server.Sandbox(server.SandboxConfig(honours_keys=False)) as sandbox:
        _, first, _ = await post(sandbox, GOOD, key="k-1")
        _, second, _ = await post(sandbox, GOOD, key="k-1")

    assert first["data"]["id"] != second["data"]["id"]


async def test_a_queue_grows_with_haste_and_is_full_after_four_hours() -> None:
    async with server.Sandbox(server.SandboxConfig(rate_per_s=0.0001)) as sandbox:
        replies = [await post(sandbox, GOOD) for _ in range(4)]

    assert [it[0] for it in replies] == [200, 200, 429, 429]
    assert replies[1][1]["data"]["wait_seconds"] == pytest.approx(10_000, abs=1)
    assert replies[2][1]["errors"][0]["code"] == "40318"


@pytest.mark.parametrize(
    ("config", "status", "code"),
    [
        ({"opted_out": frozenset({"+447700900123"})}, 409, "40300"),
        ({"whitelist": frozenset({"FR"})}, 400, "40309"),
        ({"balance": Decimal("0.01")}, 402, "20100"),
        ({"daily_spend_limit": Decimal("0.01")}, 429, "40333"),
        ({"senders": frozenset({"Other"})}, 400, "40305"),
        ({"requests_per_s": 0.0}, 429, "10011"),
    ],
)
async def test_an_account_has_its_limits(config: dict[str, Any], status: int, code: str) -> None:
    async with server.Sandbox(server.SandboxConfig(**config)) as sandbox:
        found, reply, _ = await post(sandbox, GOOD)

    assert (found, reply["errors"][0]["code"]) == (status, code)


async def test_a_message_goes_from_queued_to_delivered_in_time() -> None:
    config = server.SandboxConfig(delivery_s=(0.0, 0.0, 0.0))
    async with server.Sandbox(config) as sandbox:
        _, reply, _ = await post(sandbox, GOOD)
        _, found = await get(sandbox, f"/messages/{reply['data']['id']}")

    assert found["data"]["to"][0]["status"] == "delivered"
    assert found["data"]["completed_at"] is not None


async def test_the_account_can_be_asked() -> None:
    config = server.SandboxConfig(senders=frozenset({"MyCompany"}), opted_out=frozenset({"+33"}))
    async with server.Sandbox(config) as sandbox:
        await post(sandbox, GOOD)
        balance = (await get(sandbox, "/balance"))[1]["data"]
        profile = (await get(sandbox, f"/messaging_profiles/{PROFILE}"))[1]["data"]
        senders = await get(sandbox, f"/messaging_profiles/{PROFILE}/alphanumeric_sender_ids")
        optouts = (await get(sandbox, "/messaging_optouts"))[1]["data"]
        query = "filter[record_type]=messaging&filter[cld]=%2B447700900123&page[size]=50"
        records = (await get(sandbox, f"/detail_records?{query}"))[1]
        wrong = await get(sandbox, "/detail_records?filter[record_type]=messaging&filter[x]=1")

    assert balance["balance"] == "999999.9580"
    assert profile["enabled"] is True
    assert senders[1]["data"][0]["alphanumeric_sender_id"] == "MyCompany"
    assert optouts[0]["to"] == "+33"
    assert records["data"][0]["cld"] == "+447700900123"
    assert wrong[0] == 400


async def test_what_is_queued_is_not_in_the_detail_records() -> None:
    async with server.Sandbox(server.SandboxConfig(rate_per_s=0.01)) as sandbox:
        await post(sandbox, GOOD)
        await post(sandbox, GOOD)
        _, records = await get(sandbox, "/detail_records?filter[record_type]=messaging")

    assert records["meta"]["total_results"] == 1


async def test_a_fault_before_accepting_leaves_no_message_and_one_after_leaves_one() -> None:
    script = '[{"fault": "close", "nth": 1}, {"fault": "close", "after": true, "nth": 2}]'
    config = server.SandboxConfig(faults=faults.parse_script(script))
    async with server.Sandbox(config) as sandbox:
        for _ in range(2):
            with pytest.raises(aiohttp.ClientError):
                await post(sandbox, GOOD)

    assert [it.accepted for it in sandbox.ledger] == [False, True]
    assert {it.fault for it in sandbox.ledger} == {"close"}


async def test_throttling_is_scripted_with_and_without_retry_after() -> None:
    script = '[{"fault":"throttle","nth":1,"retry_after":"3"},{"fault":"throttle","nth":2}]'
    config = server.SandboxConfig(faults=faults.parse_script(script))
    async with server.Sandbox(config) as sandbox:
        first, second = [await post(sandbox, GOOD) for _ in range(2)]

    assert (first[0], first[2]["Retry-After"]) == (429, "3")
    assert (second[0], "Retry-After" in second[2]) == (429, False)
