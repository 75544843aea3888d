"""What Telnyx checks of a request to send, in its order, and how it says no."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import orjson
import phonenumbers

from bulksend.frozen import frozen
from bulksend.sms import countries, encoding
from bulksend.sms.phone import plans

_FIELDS = {
    "from": str,
    "to": str,
    "text": str,
    "messaging_profile_id": str,
    "webhook_url": (str, type(None)),
    "webhook_failover_url": (str, type(None)),
    "use_profile_webhooks": bool,
}
_MORE_FIELDS = {
    "encoding": str,
    "auto_detect": bool,
    "type": str,
    "subject": (str, type(None)),
    "media_urls": list,
    "send_at": (str, type(None)),
}
_REQUIRED = ("from", "to", "text", "messaging_profile_id")
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_URL_MAX = 2000


class Refusal(Exception):
    """An error envelope on its way out."""

    def __init__(self, status: int, code: str, title: str, detail: str, pointer: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.pointer = pointer

    def body(self, *, bare: bool = False) -> bytes:
        """The envelope (error-codes pages); `bare`: the error itself beside the list of errors."""
        problem: dict[str, Any] = {
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{self.code}"},
        }
        if self.pointer:
            problem["source"] = {"pointer": self.pointer}
        return orjson.dumps({"errors": [problem]} | (problem if bare else {}))


@frozen(kw_only=False)
class Order:
    """A request that passed."""

    sender: str
    to: str
    text: str
    profile_id: str
    country: str
    measure: encoding.Measure
    webhook_url: str | None
    webhook_failover_url: str | None


def authorized(header: str, api_key: str | None) -> None:
    """Raises Refusal 401/10009; None: any key will do."""
    if not header.startswith("Bearer ") or (api_key is not None and header != f"Bearer {api_key}"):
        raise Refusal(401, "10009", "Authentication failed", "The API key could not be verified.")


def check_order(
    body: bytes, profile_id: str | None, senders: Collection[str], *, any_sender: bool = False
) -> Order:
    """Raises Refusal for everything that Telnyx would not take. No senders, None: any will do.

    `any_sender`: by the path for all kinds of senders, which takes a few fields more.
    """
    values = _fields(body, _FIELDS | _MORE_FIELDS if any_sender else _FIELDS)
    _check_options(values)
    if profile_id is not None and values["messaging_profile_id"] != profile_id:
        raise Refusal(
            400, "10005", "Resource not found", "No such profile.", "/messaging_profile_id"
        )
    sender = values["from"]
    if not _SENDER.fullmatch(sender):
        raise Refusal(
            400, "40325", "Invalid alphanumeric sender ID", "1 to 11 characters.", "/from"
        )
    if senders and sender not in senders:
        raise Refusal(400, "40305", "Invalid 'from' address", "Not on this profile.", "/from")
    country = _country(values["to"])
    measured = encoding.measure(values["text"])
    if not values["text"]:
        raise Refusal(400, "40316", "No content", "The text is empty.", "/text")
    if measured.parts > encoding.MAX_PARTS:
        raise Refusal(400, "40302", "Message too large", f"{measured.parts} parts.", "/text")
    return Order(
        sender,
        values["to"],
        values["text"],
        values["messaging_profile_id"],
        country,
        measured,
        values.get("webhook_url") or None,
        values.get("webhook_failover_url") or None,
    )


def _fields(body: bytes, types: Mapping[str, Any]) -> Mapping[str, Any]:
    """These fields, typed, and no other."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "10015", "Bad Request", "The body is not JSON.") from None
    if not isinstance(values, dict):
        raise Refusal(400, "10015", "Bad Request", "The body is not an object.")
    for name in _REQUIRED:
        if name not in values:
            raise Refusal(
                422, "10004", "Missing required parameter", f"`{name}` is missing.", f"/{name}"
            )
    for name, value in values.items():
        _field(name, value, types)
    return values


def _check_options(values: Mapping[str, Any]) -> None:
    """What only POST /v2/messages takes, as far as the sandbox can do it."""
    if values.get("type", "SMS") != "SMS" or values.get("media_urls"):
        raise Refusal(400, "40301", "Unsupported message type", "SMS only.", "/type")
    if values.get("encoding", "auto") not in ("auto", "gsm7", "ucs2"):
        raise Refusal(422, "10032", "Invalid enum value", "auto, gsm7 or ucs2.", "/encoding")
    if values.get("encoding") == "gsm7" and encoding.measure(values["text"]).encoding != "GSM-7":
        raise Refusal(400, "40316", "Cannot be encoded", "Not GSM-7.", "/text")
    if values.get("send_at") is not None:
        raise Refusal(400, "10015", "Bad Request", "Scheduling is not simulated.", "/send_at")


def _field(name: str, value: object, types: Mapping[str, Any]) -> None:
    if name not in types:
        raise Refusal(400, "10015", "Bad Request", f"`{name}` is not a parameter.", _pointer(name))
    if not isinstance(value, types[name]):
        raise Refusal(422, "10026", "Invalid type", f"`{name}` has a wrong type.", f"/{name}")
    if name == "messaging_profile_id" and not is_uuid(str(value)):
        raise Refusal(400, "10006", "Invalid ID", "Not a UUID.", f"/{name}")
    if "url" in name and isinstance(value, str) and value and not _is_url(value):
        raise Refusal(400, "10003", "Invalid URL", f"`{name}` is not a URL.", f"/{name}")


def _pointer(name: str) -> str:
    """As RFC 6901 writes it."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def is_uuid(text: str) -> bool:
    """Whether it is an id as Telnyx writes them."""
    return _UUID.fullmatch(text) is not None


def _is_url(value: str) -> bool:
    return len(value) <= _URL_MAX and value.startswith(("http://", "https://"))


def _country(to: str) -> str:
    if not _E164.fullmatch(to):
        raise Refusal(400, "10016", "Phone number must be in +E.164 format", "`to`.", "/to")
    try:
        parsed = phonenumbers.parse(to)
    except phonenumbers.NumberParseException:
        raise Refusal(400, "40310", "Invalid 'to' address", "`to` is no number.", "/to") from None
    if not phonenumbers.is_possible_number(parsed):
        raise Refusal(400, "40310", "Invalid 'to' address", "`to` is no number.", "/to")
    country = plans.country_of(parsed)
    if country in countries.refused():
        raise Refusal(
            400, "40301", "Unsupported destination", "No alphanumeric senders there.", "/to"
        )
    return country
