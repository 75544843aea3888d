"""Texts from all of Unicode, and at every boundary where a part ends."""

from __future__ import annotations

import random
from collections.abc import Iterator

#: Telnyx's alphabet once more, written by hand from its page and not taken from the code.
ONE_SLOT = set(
    "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    "£¥èéùìòØøÅåÆæßÉ¡ÄÖÑÜ¿äöñüà§"
)
TWO_SLOTS = set("~^|\\{}[]€")
#: One and two units of each encoding.
_ALPHABETS = (("a", "["), ("é", "€"), ("я", "😀"), ("’", "𝒜"), ("李", "\U0010fffd"))


def by_hand(text: str) -> tuple[str, int, int]:
    """Encoding, parts by division and parts as a network fills them: one unit after the other."""
    wide = any(it not in ONE_SLOT and it not in TWO_SLOTS for it in text)
    sizes = [1 + (ord(it) > 0xFFFF if wide else it in TWO_SLOTS) for it in text]
    single, size = (70, 67) if wide else (160, 153)
    units = sum(sizes)
    if units <= single:
        return ("UTF-16" if wide else "GSM-7", min(units, 1), min(units, 1))
    parts, left = 1, size
    for each in sizes:
        if each > left:
            parts, left = parts + 1, size
        left -= each
    return ("UTF-16" if wide else "GSM-7", (units + size - 1) // size, parts)


def of_all_planes(step: int = 1, *, whole_below: int = 0) -> Iterator[str]:
    """All characters of Unicode below a code, and every `step`-th one; some in a sentence."""
    for code in (*range(whole_below), *range(whole_below, 0x110000, step)):
        if not 0xD800 <= code < 0xE000:
            yield f"Hi {chr(code)}!" if code % 17 == 0 else chr(code)


def at_boundaries(most: int = 11) -> Iterator[str]:
    """Texts of every length around the end of every part, with a pair at every place around it."""
    for plain, double in _ALPHABETS:
        wide = by_hand(plain)[0] == "UTF-16" or by_hand(double)[0] == "UTF-16"
        single, size = (70, 67) if wide else (160, 153)
        for end in [single, *(size * it for it in range(1, most + 1))]:
            for length in range(end - 2, end + 3):
                yield plain * length
                for back in range(4):
                    before = max(length - 2 - back, 0)
                    yield plain * before + double + plain * (length - before - 2)


def mixed(chance: random.Random, count: int) -> Iterator[str]:
    """Texts as people write them, of any length up to eleven parts."""
    alphabets = ("a", "aé ", "a[€", "aя", "a😀", "’a", "aÇ", "a\u0301", "李", "{}|", "a\n")
    for _ in range(count):
        alphabet = chance.choice(alphabets)
        yield "".join(chance.choices(alphabet, k=chance.choice([1, 30, 70, 71, 160, 161, 900])))
