"""The characters around and between the digits of a number, and what they are worth: nothing.

`PLAIN` and `HIDDEN` are read by the rule for one cell and by the rules for columns alike.
"""

from __future__ import annotations

import functools
import re
import unicodedata

#: Unicode has no digits from here on.
_BEYOND_DIGITS = 0x20000
#: Nobody sees them: blanks that are not the space bar's, soft hyphens, characters of no width.
HIDDEN = "\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\u00ad\ufeff"
_HIDDEN = re.compile(f"[{HIDDEN}]")
#: Hyphens, brackets and points of East Asian keyboards, beside the full-width forms of ASCII.
_EAST_ASIAN = {
    **dict.fromkeys("\u30fc\uff70\u301c\u3030\u2e3a\uff5e", "-"),
    **dict.fromkeys("\u3010\u300c\u3014\u3008\uff62", "("),
    **dict.fromkeys("\u3011\u300d\u3015\u3009\uff63", ")"),
    **dict.fromkeys("\u30fb\uff65\u3002\uff61", "."),
    **dict.fromkeys("\u3001\uff64", ","),
}
#: What people and programs put between and around digits; all of it means nothing.
NOISE = re.compile(
    "[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff()\\[\\]./·•_~\\-‐‑‒–—−]+"
)
QUOTES = "'’‘`\"“”"


@functools.cache
def plain() -> dict[str, str]:
    """Digits of all scripts and signs of East Asian keyboards, as ASCII has them."""
    every = map(chr, range(0x80, _BEYOND_DIGITS))
    digits = {
        character: str(unicodedata.decimal(character))
        for character in every
        if character.isdecimal()
    }
    signs = {chr(0xFF00 + code): chr(0x20 + code) for code in range(1, 0x5F)}
    ascii_signs = {wide: sign for wide, sign in signs.items() if not sign.isalnum()}
    return digits | ascii_signs | _EAST_ASIAN


@functools.cache
def _table() -> dict[int, str]:
    return str.maketrans(plain())


def to_ascii(cell: str) -> str:
    """The cell with digits and signs as ASCII has them."""
    return cell if cell.isascii() else cell.translate(_table())


def has_hidden(cell: str) -> bool:
    """Whether something nobody sees is in it."""
    return bool(_HIDDEN.search(cell))


def trim(text: str) -> str:
    """Without blanks and quotes around it; brackets and the like are left to the number."""
    around = rf"\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad{QUOTES}"
    return re.sub(rf"^[{around}]+|[{around}]+$", "", text)
