"""The row reference in its webhook URL: `?b=<batch>.<row>.<claim>.<mac>`, found again in records.

It says which claim of which row a message belongs to, to us and to nobody else: no phone and no
text, and a code that only the batch's own key can make.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from bulksend import errors
from bulksend.setting_names import Setting

#: Telnyx takes no longer URL (error 10003).
URL_MAX = 2000
#: 8 digits of the batch, a row, a claim, 16 digits of the code, and what joins them.
_LONGEST = len("&b=") + 8 + 1 + 10 + 1 + 4 + 1 + 16
_URL = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?")
_MARK = re.compile(r"\b([0-9a-f]{8})\.([0-9]{1,10})\.([0-9]{1,4})\.([0-9a-f]{16})\b")


class RowReference:
    """Makes and reads the marks of one batch."""

    def __init__(self, batch_id: str, hash_key: bytes) -> None:
        self._batch = batch_id[:8]
        self._blank = hashlib.blake2b(digest_size=8, key=hash_key, person=b"row mark")

    def mark(self, row: int, claim: int) -> str:
        """The same for the same claim, always; digits, letters and points."""
        named = f"{self._batch}.{row}.{claim}"
        code = self._blank.copy()
        code.update(named.encode())
        return f"{named}.{code.hexdigest()}"

    def find(self, text: str) -> tuple[int, int] | None:
        """The row and claim that a URL, or any text around it, is marked with."""
        for match in _MARK.finditer(text):
            row, claim = int(match[2]), int(match[3])
            if hmac.compare_digest(self.mark(row, claim), match[0]):
                return row, claim
        return None


def split(webhook_url: str) -> tuple[str, str]:
    """The parts before and after the mark in a URL; its own query and fragment stay right."""
    address, hash_sign, fragment = webhook_url.partition("#")
    joint = "?" if "?" not in address else "" if address[-1] in "?&" else "&"
    return f"{address}{joint}b=", f"{hash_sign}{fragment}"


def check_webhook_url(url: str | None, setting: Setting = Setting.WEBHOOK_URL) -> None:
    """Raises UsageError for a URL that Telnyx would not take, or not with a mark in it."""
    if url is None:
        return
    if not _URL.fullmatch(url) or not url.isprintable():
        raise _bad(
            url, "it must begin with https:// or http:// and a host, without a blank", setting
        )
    if len(url) + _LONGEST > URL_MAX:
        fault = f"it may have {URL_MAX - _LONGEST} characters at most"
        raise _bad(f"{url[:60]}…", fault, setting)


def _bad(url: str, fault: str, setting: Setting) -> errors.UsageError:
    return errors.UsageError(
        f"{setting} {url!r} cannot be used: {fault}",
        hint="give one like https://example.com/telnyx",
        code="webhook_url_invalid",
    )
