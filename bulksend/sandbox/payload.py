"""A message as Telnyx shows it: every field of OutboundMessagePayload."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bulksend.sandbox.lifecycle import moment
from bulksend.sandbox.state import Stored

ORGANIZATION = "00000000-0000-4000-8000-0000000000ff"
#: The error that says that a phone is a landline.
_LANDLINE = "40001"
_TITLES = {
    "40001": "Not routable",
    "40002": "Blocked as spam - temporary",
    "40003": "Blocked as spam - permanent",
    "40004": "Rejected by destination",
    "40005": "Message expired during transmission",
    "40006": "Recipient server unavailable",
    "40008": "Undeliverable",
    "40014": "Message expired in queue",
    "40300": "Blocked due to STOP message",
}


def payload(stored: Stored, now_s: float, *, first: bool = False) -> dict[str, Any]:
    """At a moment; `first`: in the reply to the request itself."""
    return _who_and_what(stored, now_s) | _money_and_time(stored, now_s, first=first)


def _who_and_what(stored: Stored, now_s: float) -> dict[str, Any]:
    order, course = stored.order, stored.course
    return {
        "record_type": "message",
        "direction": "outbound",
        "id": stored.message_id,
        "type": "SMS",
        "organization_id": ORGANIZATION,
        "messaging_profile_id": order.profile_id,
        "from": {"phone_number": order.sender, "carrier": "", "line_type": ""},
        "to": [
            {
                "phone_number": order.to,
                "status": course.status(now_s),
                "carrier": "SANDBOX",
                "line_type": line_type(stored),
            }
        ],
        "cc": [],
        "text": order.text,
        "subject": None,
        "media": [],
        "webhook_url": order.webhook_url,
        "webhook_failover_url": order.webhook_failover_url,
        "encoding": order.measure.encoding,
        "parts": order.measure.parts,
        "num_chars": len(order.text),
        "tags": [],
        "errors": _problems(stored, now_s),
        "smart_encoding_applied": False,
        "tcr_campaign_id": None,
        "tcr_campaign_billable": False,
        "tcr_campaign_registered": None,
    }


def line_type(stored: Stored) -> str:
    """Of the recipient's phone."""
    return "Wireline" if stored.course.fate.error_code == _LANDLINE else "Wireless"


def error_codes(stored: Stored, now_s: float) -> list[str]:
    """What went wrong so far."""
    code = stored.course.fate.error_code
    return [code] if code and stored.course.is_final(now_s) else []


def _problems(stored: Stored, now_s: float) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "title": _TITLES.get(code, "Not delivered"),
            "detail": "As the script says.",
            "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"},
        }
        for code in error_codes(stored, now_s)
    ]


def _money_and_time(stored: Stored, now_s: float, *, first: bool) -> dict[str, Any]:
    course, status = stored.course, stored.course.status(now_s)
    left_queue = status != "queued" and not (status == "expired" and not course.fate.billed)
    silent = course.fate.no_first_cost if first else course.fate.no_final_cost
    amount = None if silent else cost_at(stored, now_s)
    cost = None if amount is None else {"amount": str(amount), "currency": "USD"}
    fee = {"amount": "0.0000", "currency": "USD"}
    return {
        "cost": cost,
        "cost_breakdown": None if cost is None else {"carrier_fee": fee, "rate": cost},
        "received_at": moment(stored.received_s),
        "sent_at": moment(course.left_s) if left_queue and status != "sending" else None,
        "completed_at": moment(course.final_s) if course.is_final(now_s) else None,
        "valid_until": moment(stored.received_s + 3600) if status == "queued" else None,
        "wait_seconds": round(stored.wait_s, 3),
    }


def cost_at(stored: Stored, now_s: float) -> Decimal:
    """What it costs, as far as it has come."""
    return stored.final_cost if stored.course.is_final(now_s) else stored.cost
