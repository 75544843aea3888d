"""Certificates that are read where TLS is spoken, and not as libraries are imported.

aiohttp makes two TLS contexts as it is imported and reads the certificates of the system for each:
a twelfth of a short run. Our connections bring a context of their own (`telnyx.wire.network`), so
those two can do without; whoever used one would trust nobody. In the process of a command alone:
whoever imports `bulksend` gets aiohttp as ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: Where OpenSSL looks for certificates.
_CERT_FILE = "SSL_CERT_FILE"


@contextmanager
def none_yet() -> Iterator[None]:
    """What is imported meanwhile finds no certificates."""
    named = os.environ.get(_CERT_FILE)
    os.environ[_CERT_FILE] = os.devnull
    try:
        yield
    finally:
        if named is None:
            del os.environ[_CERT_FILE]
        else:
            os.environ[_CERT_FILE] = named
