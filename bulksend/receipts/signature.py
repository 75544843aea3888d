"""Telnyx's signature on a webhook: Ed25519 over `timestamp|body`, checked before any parsing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from bulksend import errors

SIGNATURE_HEADER = "telnyx-signature-ed25519"
TIMESTAMP_HEADER = "telnyx-timestamp"
#: How old, or how far ahead, an event may be: what is replayed later is refused.
WINDOW_S = 300.0
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
#: Digits of a moment; a longer number is none.
_MOMENT_MAX = 12

Check = Callable[[str, str, bytes, float], bool]


def checker(public_key: str) -> Check:
    """`check(timestamp, signature, body, now_s)` for Telnyx's public key, in base64.

    Raises UsageError for a key that is none, or where the extra is missing.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise errors.UsageError(
            "webhooks cannot be checked here",
            hint="install the extra `listen`",
            code="listen_missing",
        ) from None
    try:
        key = Ed25519PublicKey.from_public_bytes(_key_bytes(public_key))
    except ValueError:
        raise _bad_key() from None

    def check(timestamp: str, signature: str, body: bytes, now_s: float) -> bool:
        """Whether Telnyx has signed these bytes within the last minutes."""
        if not _is_recent(timestamp, now_s):
            return False
        try:
            signed = base64.b64decode(signature, validate=True)
            if len(signed) != _SIGNATURE_BYTES:
                return False
            key.verify(signed, timestamp.encode() + b"|" + body)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    return check


def _is_recent(timestamp: str, now_s: float) -> bool:
    digits = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _MOMENT_MAX
    return digits and abs(now_s - int(timestamp)) <= WINDOW_S


def _key_bytes(public_key: str) -> bytes:
    try:
        key = base64.b64decode(public_key.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _bad_key() from None
    if len(key) != _KEY_BYTES:
        raise _bad_key()
    return key


def _bad_key() -> errors.UsageError:
    return errors.UsageError(
        "the public key is not 32 bytes of base64",
        hint="copy it from the Telnyx portal, Keys & Credentials, Public Key, into "
        "TELNYX_PUBLIC_KEY",
        code="public_key_invalid",
    )
