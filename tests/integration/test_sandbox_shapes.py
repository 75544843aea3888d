"""The sandbox speaks as Telnyx's reference does: each operation's properties, words and statuses.

The table is written by hand from the reference. Where the reference's own file lies beside the
repository, every reply is held to its schema too.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest

from bulksend.sandbox import server
from tests.makers import PROFILE

REFERENCE = Path(__file__).parents[3] / "shared" / "telnyx-openapi.json"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
MONEY = re.compile(r"-?\d+\.\d+")
OPTED_OUT = "+447700900999"
ORDER = {
    "from": "MyCompany",
    "to": "+447700900123",
    "text": "Hi Ada",
    "messaging_profile_id": PROFILE,
    "webhook_url": "http://127.0.0.1:9/hook",
}
ALPHANUMERIC = "/messages/alphanumeric_sender_id"
PROFILE_PATH = f"/messaging_profiles/{PROFILE}"
RECORDS = "/detail_records?filter[record_type]=messaging"
NUL = type(None)

#: Of each property: its type, the words it may have, or what it looks like.
MESSAGE: Mapping[str, Any] = {
    "record_type": {"message"},
    "direction": {"outbound"},
    "type": {"SMS", "MMS"},
    "id": UUID,
    "organization_id": UUID,
    "messaging_profile_id": UUID,
    "from": dict,
    "to": list,
    "cc": list,
    "text": str,
    "subject": (str, NUL),
    "media": list,
    "webhook_url": (str, NUL),
    "webhook_failover_url": (str, NUL),
    "encoding": {"GSM-7", "UTF-16"},
    "parts": int,
    "num_chars": int,
    "tags": list,
    "errors": list,
    "cost": (dict, NUL),
    "cost_breakdown": (dict, NUL),
    "received_at": MOMENT,
    "sent_at": (str, NUL),
    "completed_at": (str, NUL),
    "valid_until": (str, NUL),
    "wait_seconds": (float, int, NUL),
    "smart_encoding_applied": bool,
    "tcr_campaign_id": (str, NUL),
    "tcr_campaign_billable": bool,
    "tcr_campaign_registered": (str, NUL),
}
RECORD: Mapping[str, Any] = {
    "record_type": {"message_detail_record"},
    "uuid": UUID,
    "cld": str,
    "cli": str,
    "status": {
        *("gw_timeout", "delivered", "dlr_unconfirmed", "dlr_timeout"),
        *("received", "gw_reject", "failed"),
    },
    "direction": {"inbound", "outbound"},
    "message_type": {"SMS", "MMS", "RCS"},
    "parts": int,
    "cost": MONEY,
    "rate": MONEY,
    "carrier_fee": MONEY,
    "currency": {"USD"},
    "errors": list,
    "created_at": MOMENT,
    "sent_at": MOMENT,
    "completed_at": MOMENT,
    "updated_at": MOMENT,
    **dict.fromkeys(("carrier", "country_code", "mcc", "mnc", "profile_id", "profile_name"), str),
    **dict.fromkeys(("delivery_status_webhook_url", "delivery_status_failover_url"), str),
    **dict.fromkeys(("tags", "user_id"), str),
    **dict.fromkeys(("on_net", "fteu"), bool),
}
BALANCE: Mapping[str, Any] = {
    "record_type": {"balance"},
    **dict.fromkeys(("balance", "available_credit", "credit_limit", "pending"), MONEY),
    "currency": {"USD"},
}
MESSAGING_PROFILE: Mapping[str, Any] = {
    "record_type": {"messaging_profile"},
    "id": UUID,
    "organization_id": UUID,
    "name": str,
    "whitelisted_destinations": list,
    "alpha_sender": (str, NUL),
    "daily_spend_limit": MONEY,
    "webhook_api_version": {"1", "2", "2010-04-01"},
    "redaction_level": int,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    **dict.fromkeys(("enabled", "daily_spend_limit_enabled", "mobile_only"), bool),
    **dict.fromkeys(("smart_encoding", "redaction_enabled"), bool),
    **dict.fromkeys(("mms_fall_back_to_sms", "mms_transcoding"), bool),
    **dict.fromkeys(("number_pool_settings", "url_shortener_settings"), (dict, NUL)),
    **dict.fromkeys(("webhook_url", "webhook_failover_url", "health_webhook_url"), (str, NUL)),
}
SENDER: Mapping[str, Any] = {
    "record_type": {"alphanumeric_sender_id"},
    **dict.fromkeys(("id", "messaging_profile_id"), UUID),
    **dict.fromkeys(("alphanumeric_sender_id", "organization_id", "us_long_code_fallback"), str),
}
OPT_OUT: Mapping[str, Any] = {
    **dict.fromkeys(("to", "from", "keyword", "messaging_profile_id"), str),
    "created_at": MOMENT,
}
DELIVERY: Mapping[str, Any] = {
    "record_type": {"webhook_delivery"},
    **dict.fromkeys(("id", "user_id"), UUID),
    "status": {"delivered", "failed"},
    **dict.fromkeys(("started_at", "finished_at"), MOMENT),
    "webhook": dict,
    "attempts": list,
}
META: Mapping[str, Any] = dict.fromkeys(
    ("page_number", "page_size", "total_pages", "total_results"), int
)
ERROR: Mapping[str, Any] = {"code": re.compile(r"\d{5}"), "title": str, "detail": str, "meta": dict}

#: What is asked, and what each entry of the reply has. {id}: of a message that has come to its end.
READS = [
    pytest.param("/messages/{id}", MESSAGE, id="a message"),
    pytest.param("/balance", BALANCE, id="the balance"),
    pytest.param(PROFILE_PATH, MESSAGING_PROFILE, id="the profile"),
    pytest.param(f"{PROFILE_PATH}/alphanumeric_sender_ids", SENDER, id="senders of the profile"),
    pytest.param("/alphanumeric_sender_ids", SENDER, id="senders"),
    pytest.param("/messaging_optouts", OPT_OUT, id="opt-outs"),
    pytest.param(RECORDS, RECORD, id="detail records"),
    pytest.param("/webhook_deliveries", DELIVERY, id="webhook deliveries"),
]
#: Method, path, body; the status that the reference documents for it.
REFUSALS = [
    pytest.param("POST", ALPHANUMERIC, ORDER | {"to": "07700900123"}, 400, id="no E.164"),
    pytest.param(
        *("POST", ALPHANUMERIC, ORDER | {"messaging_profile_id": PROFILE[:-1] + "9"}, 400),
        id="a foreign profile",
    ),
    pytest.param("POST", ALPHANUMERIC, ORDER | {"text": 5}, 422, id="a text that is none"),
    pytest.param("POST", ALPHANUMERIC, ORDER | {"a/b~c": 1}, 400, id="an odd field"),
    pytest.param("POST", "/messages", ORDER | {"encoding": "x"}, 422, id="an odd encoding"),
    pytest.param("GET", RECORDS + "&page[size]=51", None, 400, id="51 records"),
    pytest.param("GET", RECORDS + "&page[number]=0", None, 400, id="records from page 0"),
    pytest.param("GET", RECORDS + "&filter[shoe]=44", None, 400, id="an odd filter of records"),
    pytest.param("GET", "/detail_records", None, 400, id="records of no kind"),
    pytest.param("GET", "/messaging_optouts?page[size]=x", None, 400, id="opt-outs, page x"),
    pytest.param(
        "GET", "/messaging_optouts?created_at[gte]=once", None, 400, id="opt-outs since once"
    ),
    pytest.param("GET", "/alphanumeric_sender_ids?page[size]=x", None, 422, id="senders, page x"),
    pytest.param(
        *("GET", "/alphanumeric_sender_ids?filter[messaging_profile_id]=1", None, 422),
        id="senders of no profile",
    ),
    pytest.param("GET", "/webhook_deliveries?page[number]=0", None, 422, id="deliveries, page 0"),
    pytest.param("GET", "/webhook_deliveries?filter[shoe]=44", None, 422, id="an odd filter"),
    pytest.param("GET", "/messages/1", None, 404, id="no such message"),
    pytest.param("GET", ALPHANUMERIC, None, 405, id="another method"),
    pytest.param("TRACE", "/balance", None, 405, id="an odd method"),
    pytest.param("GET", "/nowhere", None, 404, id="no such path"),
]


@pytest.fixture
async def telnyx() -> AsyncIterator[server.Sandbox]:
    config = server.SandboxConfig(
        senders=frozenset({"MyCompany"}),
        opted_out=frozenset({OPTED_OUT}),
        whitelist=frozenset({"GB"}),
    )
    async with server.Sandbox(config) as sandbox:
        yield sandbox


async def ask(
    sandbox: server.Sandbox, method: str, path: str, body: Any = None, token: str = "sandbox"
) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            sandbox.base_url + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as response,
    ):
        return response.status, await response.json()


def wrong(shown: Mapping[str, Any], properties: Mapping[str, Any]) -> list[str]:
    """Properties that are missing or not as the reference has them."""
    return [
        f"{name}: {shown.get(name, 'missing')!r}"
        for name, wanted in properties.items()
        if not (name in shown and fits(shown[name], wanted))
    ]


def fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, set):
        return value in wanted
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.fullmatch(value) is not None
    return isinstance(value, wanted)


def test_a_property_that_is_missing_or_another_word_is_seen() -> None:
    assert wrong({"id": "1", "status": "sent"}, {"id": UUID, "status": {"failed"}, "to": str}) == [
        "id: '1'",
        "status: 'sent'",
        "to: 'missing'",
    ]


@pytest.mark.parametrize("path", [ALPHANUMERIC, "/messages"])
async def test_the_reply_to_a_send_has_every_property(telnyx: server.Sandbox, path: str) -> None:
    status, reply = await ask(telnyx, "POST", path, ORDER)

    assert (status, set(reply)) == (200, {"data"})
    assert wrong(reply["data"], MESSAGE) == []
    hold_to_reference("post", path, status, reply)


@pytest.mark.parametrize(("path", "properties"), READS)
async def test_every_read_has_every_property(
    telnyx: server.Sandbox, path: str, properties: Mapping[str, Any]
) -> None:
    _, sent = await ask(telnyx, "POST", "/messages", ORDER)
    telnyx.state.ahead_s = 60.0
    path = path.replace("{id}", sent["data"]["id"])

    status, reply = await ask(telnyx, "GET", path)

    is_list = isinstance(reply["data"], list)
    assert (status, set(reply)) == (200, {"data", "meta"} if is_list else {"data"})
    assert not is_list or wrong(reply["meta"], META) == []
    for entry in reply["data"] if is_list else [reply["data"]]:
        assert wrong(entry, properties) == []
    assert reply["data"], "there is something to look at"
    hold_to_reference("get", path, status, reply)


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSALS)
async def test_a_no_has_the_documented_status_and_the_envelope(
    telnyx: server.Sandbox, method: str, path: str, body: Any, status: int
) -> None:
    answered, reply = await ask(telnyx, method, path, body)

    assert answered == status
    assert wrong(reply["errors"][0], ERROR) == []
    hold_to_reference(method.lower(), path, status, reply)


async def test_a_foreign_key_is_refused_everywhere_in_the_envelope(telnyx: server.Sandbox) -> None:
    for path in [str(it.values[0]).replace("{id}", PROFILE) for it in READS]:
        status, reply = await ask(telnyx, "GET", path, token="foreign")
        assert (status, reply["errors"][0]["code"]) == (401, "10009")
        hold_to_reference("get", path, status, reply)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("", 1, id="all"),
        pytest.param("?filter[from]=MyCompany", 1, id="of the sender"),
        pytest.param("?filter[from]=Other", 0, id="of another sender"),
        pytest.param("?created_at[gte]=1969-01-01T00:00:00Z", 1, id="since"),
        pytest.param("?created_at[lte]=1969-01-01T00:00:00Z", 0, id="until"),
        pytest.param("?page[number]=99999999999999999999", 0, id="far behind the last page"),
    ],
)
async def test_opt_outs_are_searched_as_documented(
    telnyx: server.Sandbox, query: str, count: int
) -> None:
    _, reply = await ask(telnyx, "GET", "/messaging_optouts" + query)

    assert len(reply["data"]) == count


async def test_opt_outs_are_masked_on_request(telnyx: server.Sandbox) -> None:
    _, reply = await ask(telnyx, "GET", "/messaging_optouts?redaction_enabled=true")

    assert reply["data"][0]["to"] == "+4477009****"


def hold_to_reference(method: str, path: str, status: int, reply: Any) -> None:
    """Where the reference's own file is at hand."""
    if not REFERENCE.exists():
        return
    reference = load_reference()
    operation = operations(reference, path.partition("?")[0]).get(method)
    if operation is None:
        return
    answers = operation["responses"]
    documented = answers.get(str(status)) or answers.get(f"{status // 100}XX")
    documented = documented or answers.get("default")
    if status == 401 and documented is None:  # of every operation, say its general pages
        return
    assert documented is not None, f"{status} is not documented"
    schema = documented.get("content", {}).get("application/json", {}).get("schema")
    if path.startswith("/detail_records") and status == 200:
        # Its oneOf can be met by nothing: a record of a message fits all its seven kinds.
        schema, reply = {"$ref": "#/components/schemas/MessageDetailRecord"}, reply["data"][0]
    if schema is not None:
        whole = {**schema, "components": reference["components"]}
        jsonschema.validate(reply, whole, format_checker=jsonschema.FormatChecker())


@functools.cache
def load_reference() -> Any:
    return json.loads(REFERENCE.read_bytes())


def operations(reference: Any, path: str) -> dict[str, Any]:
    """What the reference has at a path, whose ids are filled in."""
    paths: dict[str, Any] = reference["paths"]
    named = {re.sub(r"\{[^}]+\}", "[^/]+", name): name for name in paths}
    fitting = [name for pattern, name in named.items() if re.fullmatch(pattern, path)]
    return dict(paths[min(fitting, key=lambda name: name.count("{"))]) if fitting else {}
