"""Why somebody has not got a text, in plain words, and whether another try can help."""

from __future__ import annotations

from collections.abc import Mapping

from bulksend.telnyx.receipts import FAILED, DeliveryStatus

#: Telnyx's own category for these two alone is "may be sent again": a new text, and a new charge.
WORTH_ANOTHER_TRY = frozenset({"40006", "40008"})
OPTED_OUT = "40300"
LANDLINE = "40001"

REASONS: Mapping[str, str] = {
    "40001": "a landline, or a number that no text can reach",
    "40002": "held back as spam for now",
    "40003": "held back as spam",
    "40004": "rejected by the network, which does not say why",
    "40005": "the phone was not reached in time",
    "40006": "the recipient's network had a fault",
    "40007": "sent in a circle by the networks",
    "40008": "the network could not deliver it: switched off, out of reach, or no longer in use",
    "40009": "the network did not take the text as it is written",
    "40010": "the sender is not registered for this country",
    "40011": "the network was overloaded",
    "40012": "the network says there is no such number",
    "40013": "the network did not take the sender",
    "40014": "it waited too long in Telnyx's queue and was thrown away; it was not billed",
    "40015": "held back by Telnyx's filter",
    "40020": "held back for a day as artificial traffic",
    "40300": "this person has opted out (STOP)",
    "40301": "this number takes no texts from a sender ID",
    "40302": "the text is too long",
    "40309": "the messaging profile may not send to this country",
    "40310": "not a number that can be texted",
    "40319": "this number takes no texts from a sender ID",
    "40322": "the text was blocked for what it says",
}
_STATUS_REASONS: Mapping[str, str] = {
    DeliveryStatus.DELIVERY_FAILED: "the network did not deliver it",
    DeliveryStatus.SENDING_FAILED: "Telnyx could not pass it on",
    DeliveryStatus.EXPIRED: "it was not delivered in time",
    DeliveryStatus.DELIVERY_UNCONFIRMED: "the network never said whether it arrived",
    DeliveryStatus.GIVEN_UP: "nobody knew what became of it three days after it was sent",
}
_ROW_REASONS: Mapping[str, str] = {
    "accepted": "nobody knows yet whether it arrived",
    "unknown": "it may have been sent: see the command reconcile",
    "unsent": "not sent yet",
}


def reason(status: str, code: str, error: str, delivery_status: str) -> str:
    """One sentence for a row; "" for one that was delivered."""
    if delivery_status == DeliveryStatus.DELIVERED:
        return ""
    if code in REASONS:
        return REASONS[code]
    if delivery_status in _STATUS_REASONS:
        return _STATUS_REASONS[delivery_status]
    return error or _ROW_REASONS.get(status, "")


def another_try(status: str, code: str, delivery_status: str) -> str:
    """`no`, or what a text more could do: always a new one, with a charge of its own."""
    if status == "unsent":
        return "resume sends it"
    if delivery_status not in FAILED:
        return "no" if status in ("refused", "invalid", "skipped") or code else ""
    return "may help, as a new text with a new charge" if code in WORTH_ANOTHER_TRY else "no"
