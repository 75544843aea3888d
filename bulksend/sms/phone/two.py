"""Two numbers in one cell: each half is a number by itself, and both together are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bulksend.sms.phone import signs

#: Signs and words that stand between numbers and never inside one.
_BETWEEN = re.compile(
    r"[;|&]|:{2,}|(?<=\d)\s*,\s|(?<!\w)(?:or|and|oder|und|ou|et|o|y|e|och|og|i|lub|veya|и|или)(?!\w)",
    re.IGNORECASE,
)
#: Where a cell may fall in two.
_PLACE = re.compile(rf"(?:{signs.NOISE.pattern}|,)+(?=\+?\d)|(?<=\d)(?=\+)")
#: The shortest numbers that anybody has.
_DIGITS_MIN = 4
_CERTAIN_DIGITS_MIN = 5
#: A cell with more places than that is a text.
_PLACES_MAX = 20


def between_words(text: str) -> bool:
    """Whether a sign or word that parts numbers stands between digits enough for two."""
    return any(
        min(_digits(text[: place.start()]), _digits(text[place.end() :])) >= _CERTAIN_DIGITS_MIN
        for place in _BETWEEN.finditer(text)
    )


def halves(text: str) -> Iterator[tuple[str, str]]:
    """Each way in which a cell falls in two."""
    for count, place in enumerate(_PLACE.finditer(text)):
        left, right = text[: place.start()], text[place.end() :]
        if count < _PLACES_MAX and min(_digits(left), _digits(right)) >= _DIGITS_MIN:
            yield signs.NOISE.sub("", left), signs.NOISE.sub("", right)


def are_two(text: str, is_number: Callable[[str], bool]) -> bool:
    """Whether the cell falls into two that are numbers each."""
    return any(is_number(left) and is_number(right) for left, right in halves(text))


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)
