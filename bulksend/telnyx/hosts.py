"""Whose server a base URL names: Telnyx's, this computer's, or somebody else's."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_TELNYX = "telnyx.com"


def is_loopback(host: str) -> bool:
    """Whether nothing leaves this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_foreign(base_url: str) -> bool:
    """Whether the API key would go to somebody who is neither Telnyx nor this computer."""
    try:
        host = (urlsplit(base_url).hostname or "").rstrip(".")
    except ValueError:
        return True
    return not (host == _TELNYX or host.endswith(f".{_TELNYX}") or is_loopback(host))
