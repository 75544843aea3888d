"""Bodies that came packed."""

from __future__ import annotations

import gzip
import zlib

import pytest

from bulksend.telnyx.wire import unpacking

BODY = b'{"data": {"id": "x"}}'
RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("coding", "body", "plain"),
    [
        pytest.param("", BODY, BODY, id="plain"),
        pytest.param("identity", BODY, BODY, id="identity"),
        pytest.param("gzip", gzip.compress(BODY), BODY, id="gzip"),
        pytest.param(" GZIP ", gzip.compress(BODY), BODY, id="in-capitals"),
        pytest.param("x-gzip", gzip.compress(BODY), BODY, id="x-gzip"),
        pytest.param("deflate", zlib.compress(BODY), BODY, id="deflate"),
        pytest.param("deflate", RAW.compress(BODY) + RAW.flush(), BODY, id="raw-deflate"),
        pytest.param("gzip", b"nonsense", None, id="no-gzip"),
        pytest.param("gzip", gzip.compress(BODY)[:-9], None, id="cut"),
        pytest.param("gzip", b"", None, id="empty"),
        pytest.param("gzip", gzip.compress(b" " * (1 << 22)), None, id="larger-than-any-reply"),
        pytest.param("br", BODY, None, id="another-coding"),
        pytest.param("gzip, gzip", gzip.compress(BODY), None, id="twice"),
    ],
)
def test_what_cannot_be_unpacked_is_no_reply(coding: str, body: bytes, plain: bytes | None) -> None:
    assert unpacking.unpack(coding, body) == plain
