"""The rate as a person writes it: `50/s`, `600/min`, `0.1/s`."""

from __future__ import annotations

import re

from bulksend import errors
from bulksend.setting_names import Setting

_RATE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*/\s*(s|sec|second|m|min|minute|h|hour)\s*")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def parse_rate(text: str) -> float:
    """`50/s`, `600/min`, `0.1/s` -> requests per second. Raises UsageError."""
    match = _RATE.fullmatch(text.lower())
    per_s = float(match[1]) / _UNIT_S[match[2][0]] if match else 0.0
    if not match or not 0.001 <= per_s <= 100_000:
        raise errors.UsageError(
            f"{Setting.RATE} {text!r} is not a rate from 0.001/s to 100000/s",
            hint="write it like 50/s, 600/min or 0.1/s",
            code="rate_invalid",
        )
    return per_s
