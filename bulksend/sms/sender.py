"""The sender ID: what the phone shows as sender."""

from __future__ import annotations

import re

from bulksend import errors
from bulksend.setting_names import Setting

_RULE = "1 to 11 letters, digits and spaces, with at least one letter"
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9 ]{0,9}[A-Za-z0-9])?")


def parse_sender(text: str) -> str:
    """A sender ID as Telnyx takes it (alphanumeric-sender-id guide). Raises UsageError."""
    if _SENDER.fullmatch(text):
        return text
    raise errors.UsageError(
        f"{text!r} cannot be a sender ID: it has {_fault(text)}",
        hint=f"a sender ID is {_RULE}, for example {Setting.SENDER.to('MyCompany')}",
        code="sender_invalid",
    )


def _fault(text: str) -> str:
    if not text.strip():
        return "no characters"
    if len(text) > 11:
        return f"{len(text)} characters, and 11 is the most"
    if text != text.strip():
        return "a space at its start or end"
    strange = sorted(set(re.sub(r"[A-Za-z0-9 ]", "", text)))
    if strange:
        return f"characters that phones do not show: {' '.join(strange)}"
    return "no letter"
