"""What the sandbox's account, messaging profile, sender IDs and opt-outs say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bulksend.sandbox import paging
from bulksend.sandbox.checks import Refusal, is_uuid
from bulksend.sandbox.lifecycle import is_date_time, moment, parse_moment
from bulksend.sandbox.payload import ORGANIZATION
from bulksend.sandbox.state import State


def balance(state: State) -> dict[str, Any]:
    """GET /balance."""
    credit = str(state.config.balance - state.spent)
    return {
        "data": {
            "record_type": "balance",
            "balance": credit,
            "available_credit": credit,
            "credit_limit": "0.00",
            "pending": "0.00",
            "currency": "USD",
        }
    }


def profile(state: State, profile_id: str) -> dict[str, Any]:
    """GET /messaging_profiles/{id}. Raises Refusal for another profile."""
    check_profile(state, profile_id)
    config, limit = state.config, state.config.daily_spend_limit
    return {
        "data": {
            "record_type": "messaging_profile",
            "id": profile_id,
            "organization_id": ORGANIZATION,
            "name": "Sandbox",
            "enabled": config.enabled,
            "whitelisted_destinations": _destinations(state),
            "alpha_sender": next(iter(sorted(config.senders)), None),
            "daily_spend_limit": str(limit) if limit is not None else "0.00",
            "daily_spend_limit_enabled": limit is not None,
            "smart_encoding": config.smart_encoding,
            "mobile_only": False,
            "mms_fall_back_to_sms": False,
            "mms_transcoding": False,
            "number_pool_settings": None,
            "url_shortener_settings": None,
            "redaction_enabled": config.redacted,
            "redaction_level": 2,
            "resource_group_id": None,
            "ai_assistant_id": None,
            "health_webhook_url": None,
            "v1_secret": "sandbox-secret-that-nobody-should-see",
            "webhook_url": None,
            "webhook_failover_url": None,
            "webhook_api_version": "2",
            "created_at": moment(0),
            "updated_at": moment(0),
        }
    }


def _destinations(state: State) -> list[str]:
    if state.config.closed:
        return []
    return sorted(state.config.whitelist) or ["*"]


def check_profile(state: State, profile_id: str) -> None:
    """Raises Refusal 404/10005 for a profile that is not the sandbox's."""
    if profile_id != state.config.profile_id and not state.config.any_account:
        raise Refusal(404, "10005", "Resource not found", "No such profile.")


def senders(state: State, query: Mapping[str, str]) -> dict[str, Any]:
    """The sender IDs on the profile, a page at a time."""
    listed = [
        {
            "record_type": "alphanumeric_sender_id",
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "alphanumeric_sender_id": sender,
            "messaging_profile_id": state.config.profile_id,
            "organization_id": ORGANIZATION,
            "us_long_code_fallback": "",
        }
        for number, sender in enumerate(sorted(state.config.senders), start=1)
    ]
    wanted = query.get("filter[messaging_profile_id]", state.config.profile_id)
    if not is_uuid(wanted):
        raise paging.SENDERS.refusal("`filter[messaging_profile_id]` is no UUID.")
    theirs = listed if wanted == state.config.profile_id else []
    return paging.page(theirs, query, paging.SENDERS)


def opt_outs(state: State, query: Mapping[str, str]) -> dict[str, Any]:
    """Who said STOP, a page at a time."""
    profile_id, since_s = state.config.profile_id, 0.0
    wanted = query.get("filter[messaging_profile_id]", profile_id)
    sender = next(iter(sorted(state.config.senders)), "")
    asked_for = wanted == profile_id and query.get("filter[from]", sender) == sender
    asked_for &= _is_between(since_s, query)
    hidden = query.get("redaction_enabled") == "true"
    listed = [
        {
            "to": f"{phone[:8]}****" if hidden else phone,
            "from": sender,
            "messaging_profile_id": profile_id,
            "keyword": "STOP",
            "created_at": moment(since_s),
        }
        for phone in sorted(state.config.opted_out)
    ]
    return paging.page(listed if asked_for else [], query, paging.OPT_OUTS)


def _is_between(at_s: float, query: Mapping[str, str]) -> bool:
    """By `created_at[gte]` and `created_at[lte]`. Raises Refusal."""
    bounds = {"gte": float("-inf"), "lte": float("inf")}
    for end in bounds:
        text = query.get(f"created_at[{end}]")
        if text is None:
            continue
        bound_s = parse_moment(text) if is_date_time(text) else None
        if bound_s is None:
            raise paging.OPT_OUTS.refusal(f"`created_at[{end}]` is no moment.")
        bounds[end] = bound_s
    return bounds["gte"] <= at_s <= bounds["lte"]


def messages(state: State) -> list[dict[str, Any]]:
    """Every accepted message as it stands, with what it truly costs: the sandbox's own record."""
    now_s = state.now()
    return [
        {
            "message_id": stored.message_id,
            "to": stored.order.to,
            "status": stored.course.status(now_s),
            "final": stored.course.is_final(now_s),
            "code": stored.course.fate.error_code,
            "cost": str(stored.cost),
            "final_cost": str(stored.final_cost),
        }
        for stored in state.messages.values()
    ]
