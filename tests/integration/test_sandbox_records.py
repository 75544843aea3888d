"""The look-alike's memory: keys, records and deliveries as bad as they can be in life."""

from __future__ import annotations

from typing import Any

import pytest

from bulksend.sandbox import lifecycle, portal, server
from bulksend.sandbox.scripts import faults
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

    assert every["meta"]["total_results"] == 4
    delivery, earlier = found["data"]
    assert [it["webhook"]["event_type"] for it in (delivery, earlier)] == [
        "message.finalized",
        "message.sent",
    ]
    assert delivery["webhook"]["payload"]["webhook_url"] == "https://example.com/?b=two"
    assert delivery["webhook"]["payload"]["id"] == sandbox.ledger[2].message_id
    assert wrong == 422


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("filter[cld]=%2B447700900123", 1, id="number"),
        pytest.param("filter[cld][contains]=00900", 2, id="part-of-a-number"),
        pytest.param("filter[cld][starts_with]=%2B44", 2, id="beginning"),
        pytest.param("filter[cld][ends_with]=124", 1, id="end"),
        pytest.param("filter[cli]=MyCompany", 2, id="sender"),
        pytest.param("filter[cli]=Other", 0, id="another-sender"),
        pytest.param("filter[status]=delivered", 2, id="status"),
        pytest.param("filter[status]=failed", 0, id="another-status"),
        pytest.param("filter[country_code]=GB", 2, id="country"),
        pytest.param("filter[direction]=inbound", 0, id="inbound"),
        pytest.param("filter[created_at][gte]=2000-01-01", 2, id="since"),
        pytest.param("filter[created_at][lt]=2000-01-01", 0, id="until"),
        pytest.param("filter[date_range]=today", 2, id="today"),
        pytest.param("filter[date_range]=tomorrow", 0, id="tomorrow"),
        pytest.param("filter[date_range]=last_3_days", 2, id="days"),
        pytest.param("sort=created_at", 2, id="oldest-first"),
        pytest.param("filter[text]=Hi", 400, id="no-such-field"),
        pytest.param("filter[cld][like]=4", 400, id="no-such-operator"),
        pytest.param("filter[date_range]=someday", 400, id="no-such-range"),
        pytest.param("filter[created_at][gte]=soon", 400, id="no-moment"),
        pytest.param("sort=cost", 400, id="no-such-order"),
        pytest.param("page[size]=51", 400, id="page-too-large"),
        pytest.param("page[size]=0", 400, id="page-too-small"),
        pytest.param("page[number]=x", 400, id="no-page"),
        pytest.param("text=x", 400, id="no-parameter"),
    ],
)
async def test_records_are_searched_as_documented_or_refused(query: str, count: int) -> None:
    async with made(delivery_s=(0.0, 0.0, 0.0)) as sandbox:
        await post(sandbox, GOOD)
        await post(sandbox, GOOD | {"to": "+447700900124"})
        status, answer = await get(sandbox, f"{RECORDS}&{query}")

    assert (len(answer["data"]) if status == 200 else status) == count


async def test_a_record_uses_the_words_of_the_records_and_names_the_final_cost() -> None:
    fates = lifecycle.parse_fates(
        '[{"fate": "delivery_failed", "code": "40001", "to_ends_with": "1"},'
        ' {"fate": "expired", "to_ends_with": "2"}, {"fate": "never", "to_ends_with": "3"},'
        ' {"fate": "delivered", "final_price": "0.0377", "no_first_cost": true}]'
    )
    async with made(fates=fates, delivery_s=(0.0, 0.0, 0.0)) as sandbox:
        replies = [
            (await post(sandbox, GOOD | {"to": f"+44770090012{n}"}))[1]["data"] for n in range(1, 5)
        ]
        records = (await get(sandbox, f"{RECORDS}&sort=created_at"))[1]["data"]
        last = (await get(sandbox, f"/messages/{replies[3]['id']}"))[1]["data"]
        books = portal.messages(sandbox.state)

    assert [it.get("status") for it in records] == ["failed", "gw_timeout", None, "delivered"]
    assert [it["errors"] for it in records] == [["40001"], ["40014"], [], []]
    assert [it["final_cost"] for it in books] == ["0.0420", "0", "0.0420", "0.0377"]
    assert [it["cost"] for it in records] == ["0.0420", "0", "0.0420", "0.0377"]
    assert replies[3]["cost"] is None
    assert last["cost"] == {"amount": "0.0377", "currency": "USD"}
    assert last["to"][0]["status"] == "delivered"
