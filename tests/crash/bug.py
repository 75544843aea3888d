"""One bug that is planted on purpose, and what ought to notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """`old` becomes `new` in one file of the package; one of `tests` must fail.

    A test is a file, or a file and `-k` and what its names must hold.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
