"""Only what Telnyx has signed within five minutes is an event."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulksend import errors
from bulksend.receipts import signature

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
NOW_S = 1_800_000_000
BODY = b'{"data":{}}'


def sign(timestamp: str = str(NOW_S), body: bytes = BODY, key: Ed25519PrivateKey = KEY) -> str:
    return base64.b64encode(key.sign(timestamp.encode() + b"|" + body)).decode()


def test_what_telnyx_signed_is_taken():
    assert signature.checker(PUBLIC)(str(NOW_S), sign(), BODY, NOW_S)
    assert signature.checker(f" {PUBLIC}\n")(str(NOW_S), sign(), BODY, NOW_S + 299)


@pytest.mark.parametrize(
    ("timestamp", "signed", "body"),
    [
        pytest.param(str(NOW_S), sign(), BODY + b" ", id="other-bytes"),
        pytest.param(str(NOW_S + 1), sign(), BODY, id="other-moment"),
        pytest.param(str(NOW_S - 301), sign(str(NOW_S - 301)), BODY, id="replayed-later"),
        pytest.param(str(NOW_S + 301), sign(str(NOW_S + 301)), BODY, id="from-the-future"),
        pytest.param("", sign(""), BODY, id="no-moment"),
        pytest.param("1e9", sign("1e9"), BODY, id="no-digits"),
        pytest.param("٣" * 10, sign(), BODY, id="digits-of-another-script"),
        pytest.param("9" * 40, sign("9" * 40), BODY, id="a-moment-without-end"),
        pytest.param(str(NOW_S), "", BODY, id="unsigned"),
        pytest.param(str(NOW_S), "%%%", BODY, id="no-base64"),
        pytest.param(str(NOW_S), base64.b64encode(b"x" * 63).decode(), BODY, id="too-short"),
        pytest.param(str(NOW_S), base64.b64encode(b"x" * 64).decode(), BODY, id="forged"),
        pytest.param(
            str(NOW_S), sign(key=Ed25519PrivateKey.from_private_bytes(b"o" * 32)), BODY, id="other"
        ),
    ],
)
def test_everything_else_is_refused(timestamp, signed, body):
    assert not signature.checker(PUBLIC)(timestamp, signed, body, NOW_S)


@pytest.mark.parametrize(
    "key", ["", "hello", "%%%", base64.b64encode(b"k" * 31).decode(), PUBLIC[:-1], f"{PUBLIC}AA"]
)
def test_a_key_that_is_not_32_bytes_of_base64_is_refused_in_words(key):
    with pytest.raises(errors.UsageError, match="32 bytes of base64"):
        signature.checker(key)
