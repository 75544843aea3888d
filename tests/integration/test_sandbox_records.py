"""The look-alike's memory: keys, records and deliveries as bad as they can be in life."""

from __future__ import annotations

from typing import Any

import pytest

from bulksend.sandbox import faults, server
from tests.integration.test_sandbox import GOOD, get, post

RECORDS = "/detail_records?filter[record_type]=messaging"
BY_NUMBER = f"{RECORDS}&filter[cld]=%2B447700900123"
HOUR_S = 3600.0


def made(script: str = "[]", **config: Any) -> server.Sandbox:
    return server.Sandbox(server.SandboxConfig(faults=faults.parse_script(script), **config))


@pytest.mark.parametrize(
    ("fault", "remembered"),
    [
        ('{"fault":"http","status":503,"after":true,"nth":1}', False),
        ('{"fault":"error","status":500,"code":"10007","after":true,"nth":1}', False),
        ('{"fault":"empty","after":true,"nth":1}', True),
    ],
)
async def test_only_a_success_is_remembered(fault: str, remembered: bool) -> None:
    async with made(f"[{fault}]") as sandbox:
        await post(sandbox, GOOD, key="k-1")
        _, _, headers = await post(sandbox, GOOD, key="k-1")

        assert ("Idempotent-Replayed" in headers) is remembered
        assert sum(it.accepted for it in sandbox.ledger) == (1 if remembered else 2)


async def test_a_key_is_forgotten_after_a_day_by_the_sandboxs_clock() -> None:
    async with made() as sandbox:
        await post(sandbox, GOOD, key="k-1")
        sandbox.state.ahead_s = 23.9 * HOUR_S
        await post(sandbox, GOOD, key="k-1")
        sandbox.state.ahead_s = 24.1 * HOUR_S
        _, _, headers = await post(sandbox, GOOD, key="k-1")

        assert [it.accepted for it in sandbox.ledger] == [True, False, True]
        assert headers["Date"] != ""


async def test_a_record_appears_after_its_lag() -> None:
    async with made(record_lag_s=HOUR_S, record_lag_max_s=2 * HOUR_S) as sandbox:
        await post(sandbox, GOOD)
        seen = []
        for hours in (0.0, 0.9, 2.1):
            sandbox.state.ahead_s = hours * HOUR_S
            seen.append(len((await get(sandbox, BY_NUMBER))[1]["data"]))

    assert seen == [0, 0, 1]


async def test_a_share_of_the_records_never_appears_and_it_is_always_the_same() -> None:
    async with made(records_missing=0.5) as sandbox:
        for _ in range(40):
            await post(sandbox, GOOD)
        first = (await get(sandbox, f"{RECORDS}&page[size]=50"))[1]["data"]
        again = (await get(sandbox, f"{RECORDS}&page[size]=50"))[1]["data"]

    assert 8 < len(first) < 32
    assert [it["uuid"] for it in first] == [it["uuid"] for it in again]


@pytest.mark.parametrize(("found", "count"), [(True, 1), (False, 0)])
async def test_numbers_are_masked_where_the_profile_redacts(found: bool, count: int) -> None:
    async with made(redacted=True, redacted_found=found) as sandbox:
        await post(sandbox, GOOD)
        by_number = (await get(sandbox, BY_NUMBER))[1]["data"]
        (one,) = (await get(sandbox, RECORDS))[1]["data"]

    assert len(by_number) == count
    assert one["cld"] == "+4477*****"


async def test_a_delivery_stands_for_each_message_with_a_webhook_url_and_is_found_by_text() -> None:
    async with made(delivery_s=(0.0, 0.0, 0.0)) as sandbox:
        await post(sandbox, GOOD)
        for mark in ("one", "two"):
            await post(sandbox, GOOD | {"webhook_url": f"https://example.com/?b={mark}"})
        _, every = await get(sandbox, "/webhook_deliveries")
        _, found = await get(sandbox, "/webhook_deliveries?filter[attempts][contains]=b=two")
        wrong, _ = await get(sandbox, "/webhook_deliveries?filter[text]=x")

    assert every["meta"]["total_results"] == 2
    (delivery,) = found["data"]
    assert delivery["webhook"]["payload"]["webhook_url"] == "https://example.com/?b=two"
    assert delivery["webhook"]["payload"]["id"] == sandbox.ledger[2].message_id
    assert wrong == 400
