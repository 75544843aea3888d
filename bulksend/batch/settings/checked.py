"""Values of settings, checked where they are made: each wrong one is named with the right form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from bulksend import errors

#: The name of a field and its value -> the value, or UsageError.
Check = Callable[[str, Any], Any]
Word = TypeVar("Word", bound=StrEnum)


def wrong(name: str, value: object, rule: str) -> errors.UsageError:
    """The error for a setting that cannot be."""
    return errors.UsageError(
        f"{name} must be {rule}, and {value!r:.80} is not", code="setting_invalid"
    )


def text(name: str, value: Any, rule: str = "a text") -> str | None:
    """A str or None. Raises UsageError."""
    if value is None or isinstance(value, str):
        return value
    raise wrong(name, value, rule)


def switch(name: str, value: Any) -> bool | None:
    """True, False or None. Raises UsageError."""
    if value is None or isinstance(value, bool):
        return value
    raise wrong(name, value, "True or False")


def word(name: str, value: Any, kind: type[Word]) -> Word | None:
    """A member of `kind`, by its word; None where nothing is said. Raises UsageError."""
    try:
        return None if value is None else kind(value)
    except ValueError:
        raise wrong(name, value, " or ".join(repr(each.value) for each in kind)) from None


def path(name: str, value: Any) -> Path | None:
    """A path, also written as a str. Raises UsageError."""
    if value is None or isinstance(value, Path):
        return value
    if isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    raise wrong(name, value, "a path")


def paths(name: str, value: Any) -> tuple[Path, ...]:
    """Several paths, or one. Raises UsageError."""
    each = [value] if isinstance(value, str | Path) or not isinstance(value, Iterable) else value
    listed = [path(name, item) for item in each]
    return tuple(item for item in listed if item is not None)


def amount(name: str, value: Any) -> Decimal | None:
    """Money, exact: a Decimal, a whole number or a str. Raises UsageError."""
    if value is None:
        return None
    try:
        money = Decimal(str(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise wrong(name, value, "an amount like Decimal('25.00')") from None
    if isinstance(value, bool) or not money.is_finite() or money < 0:
        raise wrong(name, value, "an amount like Decimal('25.00')")
    return money


def count(name: str, value: Any, *, most: int = 2**31) -> int | None:
    """A whole number from 1. Raises UsageError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise wrong(name, value, f"a whole number from 1 to {most:,}")
    return value


def seconds(name: str, value: Any) -> float | None:
    """A time in seconds, not negative. Raises UsageError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e10:
        raise wrong(name, value, "a number of seconds")
    return float(value)


def words(name: str, value: Any) -> tuple[str, ...] | None:
    """Several words, or one. Raises UsageError."""
    if value is None:
        return None
    listed = (value,) if isinstance(value, str) else tuple(value) if _is_many(value) else (value,)
    if not listed or not all(isinstance(each, str) and each for each in listed):
        raise wrong(name, value, "a list of texts")
    return listed


def _is_many(value: Any) -> bool:
    return isinstance(value, Iterable)
