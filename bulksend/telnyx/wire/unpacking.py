"""Bodies that a box in between has packed although nobody asked for it."""

from __future__ import annotations

import zlib

from bulksend.telnyx.wire.transport import REPLY_MAX_BYTES

#: What zlib is told of each Content-Encoding: the gzip header, or either of deflate's two forms.
_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


def unpack(coding: str, body: bytes) -> bytes | None:
    """The plain body; None for what cannot be unpacked, or is larger than any reply."""
    name = coding.strip().lower()
    if name in ("", "identity"):
        return body
    for window in _WINDOWS.get(name, ()):
        plain = _inflate(body, window)
        if plain is not None:
            return plain
    return None


def _inflate(body: bytes, window: int) -> bytes | None:
    unpacker = zlib.decompressobj(window)
    try:
        plain = unpacker.decompress(body, REPLY_MAX_BYTES)
    except zlib.error:
        return None
    return plain if unpacker.eof else None
