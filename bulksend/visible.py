"""Words from outside as they may be shown: no character acts, every one is seen; and counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal

#: C0, C1, DEL, and what reorders or hides text: bidi controls, zero-width characters, separators.
_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
_SHOWN_MAX = 200


def visible(external: str, *, longest: int = _SHOWN_MAX) -> str:
    """A string from outside with every control character written out, cut at `longest`."""
    shown = "".join(_escape(character) for character in external[: longest + 1])
    return shown if len(external) <= longest else f"{shown[:longest]}…"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 row`, `2,000 rows`, `2 countries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Every currency on its own, to the last decimal; "" where there is none."""
    return " + ".join(visible(f"{name} {amount:f}") for name, amount in sorted(sums.items()))


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
