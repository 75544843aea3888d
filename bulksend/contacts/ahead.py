"""What an iterator makes, made in a thread, one ahead of whoever takes it.

polars, hashes and reads let go of Python's lock, so that one stage of a pass works while the next
is at the piece before.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")


def ahead(items: Iterator[_Item], name: str) -> Iterator[_Item]:
    """The same in the same order, from a thread of that name; what it raises is raised here.

    Whoever stops early waits for the one that is being made.
    """
    with ThreadPoolExecutor(1, name) as thread:
        upcoming = thread.submit(_following, items)
        while (following := upcoming.result()) is not None:
            upcoming = thread.submit(_following, items)
            yield following[0]


def _following(items: Iterator[_Item]) -> tuple[_Item] | None:
    """The next item; None at the end."""
    for item in items:
        return (item,)
    return None
