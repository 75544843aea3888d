"""What one dials to go abroad, where it stands in place of the plus or behind it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from phonenumbers.phonemetadata import PhoneMetadata

#: The most common one, and the plus of handsets without a plus.
DOUBLE_ZERO = "00"
#: Others that lists carry: Australia's; North America's; several in East Asia; Japan's.
_OTHERS = ("0011", "001", "011", "010")
#: A shorter rest is hardly a number with its country.
_REST_MIN = 8


@functools.cache
def exit_code(region: str | None) -> str:
    """How a region dials abroad, as a regular expression; `00` where none is named."""
    plan = PhoneMetadata.metadata_for_region(region) if region else None
    return (plan.international_prefix if plan is not None else None) or DOUBLE_ZERO


def dials_double_zero(region: str | None) -> bool:
    """Whether a number that begins with 00 goes abroad from there, and nothing else."""
    return exit_code(region) == DOUBLE_ZERO


def rests(number: str, region: str | None) -> Iterator[tuple[str, str]]:
    """(exit code, digits with their calling code) for each reading, the likeliest first."""
    own = re.match(exit_code(region), number)
    if own and own[0] != DOUBLE_ZERO and len(number) - own.end() >= _REST_MIN:
        yield own[0], number[own.end() :]
    if number.startswith(DOUBLE_ZERO):
        yield DOUBLE_ZERO, number[len(DOUBLE_ZERO) :]
    for code in _OTHERS:
        if number.startswith(code) and len(number) - len(code) >= _REST_MIN:
            yield code, number[len(code) :]
