"""Detail records: what can be searched of messages that have left the queue, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bulksend.sandbox import paging
from bulksend.sandbox.checks import Refusal
from bulksend.sandbox.lifecycle import ENDS, moment, parse_moment
from bulksend.sandbox.payload import ORGANIZATION, cost_at, error_codes
from bulksend.sandbox.state import State, Stored

_KINDS = frozenset(
    {
        *("ai-voice-assistant", "amd", "call-control", "conference", "conference-participant"),
        *("embedding", "fax", "inference", "inference-speech-to-text", "media_storage"),
        *("media-streaming", "messaging", "noise-suppression", "recording", "sip-trunking"),
        *("siprec-client", "stt", "tts", "verify", "webrtc", "wireless"),
    }
)
#: What a record may be searched by, besides its kind.
_FIELDS = frozenset(
    {
        *("uuid", "cld", "cli", "direction", "message_type", "status", "parts", "cost", "rate"),
        *("carrier_fee", "currency", "country_code", "mcc", "mnc", "carrier", "profile_id"),
        *("profile_name", "created_at", "sent_at", "completed_at", "updated_at"),
        *("delivery_status_webhook_url", "delivery_status_failover_url", "user_id", "on_net"),
    }
)
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "": lambda value, wanted: value == wanted,
    "eq": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "ends_with": lambda value, wanted: value.endswith(wanted),
}
_SORTS = {"created_at": False, "-created_at": True}
_Test = Callable[[Stored], bool]


def search(state: State, query: Mapping[str, str], now_s: float) -> dict[str, Any]:
    """Newest first unless asked otherwise. What is queued, or too young, is not there."""
    tests, newest_first, ours = _read_query(state, query, now_s)
    stored = reversed(state.messages.values()) if newest_first else iter(state.messages.values())
    matching = [
        message
        for message in (stored if ours else ())
        if message.recorded_s <= now_s and all(test(message) for test in tests)
    ]
    start, end, meta = paging.cut(len(matching), query, paging.RECORDS)
    shown = [record(message, state, now_s) for message in matching[start:end]]
    return {"data": shown, "meta": meta}


def _read_query(
    state: State, query: Mapping[str, str], now_s: float
) -> tuple[list[_Test], bool, bool]:
    """Tests of a message, whether newest first, whether messages are asked for at all."""
    kind = query.get("filter[record_type]")
    if kind not in _KINDS:
        raise _bad("filter[record_type] must be one of the record types.")
    sort = query.get("sort", query.get("sort[]", "-created_at"))
    if sort not in _SORTS:
        raise _bad(f"cannot sort by {sort!r}.")
    tests = []
    for name, wanted in query.items():
        if name in ("filter[record_type]", "sort", "sort[]", "page[size]", "page[number]"):
            continue
        tests.append(_test(state, name, wanted, now_s))
    return tests, _SORTS[sort], kind == "messaging"


def _test(state: State, name: str, wanted: str, now_s: float) -> _Test:
    """One filter. Raises Refusal for one that is not documented."""
    field, _, operator = name.removeprefix("filter[").removesuffix("]").partition("][")
    if not name.startswith("filter[") or not name.endswith("]"):
        raise _bad(f"`{name}` is not a parameter.")
    if field == "date_range" and not operator:
        since_s, until_s = _range(wanted, now_s)
        return lambda stored: since_s <= stored.received_s < until_s
    if field == "created_at" and operator in ("gte", "lt", "lte", "gt"):
        bound_s = _moment(wanted)
        if operator in ("gte", "gt"):
            return lambda stored: stored.received_s >= bound_s
        return lambda stored: stored.received_s < bound_s
    if field not in _FIELDS or operator not in _OPERATORS:
        raise _bad(f"`{name}` is not a filter.")
    return _field_test(state, field, _OPERATORS[operator], wanted, now_s)


def _field_test(
    state: State, field: str, fits: Callable[[str, str], bool], wanted: str, now_s: float
) -> _Test:
    config = state.config
    if field == "cld":
        hidden = config.redacted and not config.redacted_found
        return lambda stored: not hidden and fits(stored.order.to, wanted)
    if field == "cli":
        return lambda stored: fits(stored.order.sender, wanted)
    if field == "direction":
        return lambda _: fits("outbound", wanted)
    return lambda stored: fits(str(record(stored, state, now_s).get(field, "")), wanted)


def _range(name: str, now_s: float) -> tuple[float, float]:
    """`today`, `last_7_days` and their like, in UTC."""
    day = timedelta(days=1)
    today = datetime.fromtimestamp(now_s, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    week, month = today - today.weekday() * day, today.replace(day=1)
    next_month = (month + 32 * day).replace(day=1)
    ranges = {
        "yesterday": (today - day, today),
        "today": (today, today + day),
        "tomorrow": (today + day, today + 2 * day),
        "last_week": (week - 7 * day, week),
        "this_week": (week, week + 7 * day),
        "next_week": (week + 7 * day, week + 14 * day),
        "last_month": ((month - day).replace(day=1), month),
        "this_month": (month, next_month),
        "next_month": (next_month, (next_month + 32 * day).replace(day=1)),
    }
    number = name.removeprefix("last_").removesuffix("_days")
    if name == f"last_{number}_days" and number.isdecimal() and 0 < int(number[:6]) <= 3650:
        return (today - int(number) * day).timestamp(), (today + day).timestamp()
    if name not in ranges:
        raise _bad(f"{name!r} is no date range.")
    since, until = ranges[name]
    return since.timestamp(), until.timestamp()


def _moment(text: str) -> float:
    at_s = parse_moment(text)
    if at_s is None:
        raise _bad(f"{text!r} is no moment.")
    return at_s


def _bad(detail: str) -> Refusal:
    return paging.RECORDS.refusal(detail)


def record(stored: Stored, state: State, now_s: float) -> dict[str, Any]:
    """One message as the records show it: what is not known yet is left out, as nothing is null."""
    order, course, cost = stored.order, stored.course, cost_at(stored, now_s)
    shown: dict[str, Any] = {
        "record_type": "message_detail_record",
        "uuid": stored.message_id,
        "direction": "outbound",
        "message_type": "SMS",
        "cld": f"{order.to[:5]}*****" if state.config.redacted else order.to,
        "cli": order.sender,
        "created_at": moment(stored.received_s),
        "sent_at": moment(course.left_s),
        "updated_at": moment(min(now_s, max(course.left_s, stored.received_s))),
        "parts": order.measure.parts,
        "cost": str(cost),
        "rate": str(cost / order.measure.parts),
        "carrier_fee": "0.0000",
        "currency": "USD",
        "country_code": order.country,
        "carrier": "SANDBOX",
        "mcc": "001",
        "mnc": "01",
        "on_net": False,
        "fteu": False,
        "tags": "",
        "user_id": ORGANIZATION,
        "profile_id": order.profile_id,
        "profile_name": "Sandbox",
        "errors": error_codes(stored, now_s),
        "delivery_status_webhook_url": order.webhook_url or "",
        "delivery_status_failover_url": order.webhook_failover_url or "",
    }
    if course.is_final(now_s):  # the records' own words have none for "on its way"
        shown["status"] = ENDS[course.fate.fate][1]
        shown["completed_at"] = shown["updated_at"] = moment(course.final_s)
    return shown
