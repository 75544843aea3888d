"""Whom a reconciliation tells what it does, and asks what only a person can say."""

from __future__ import annotations

from typing import Protocol


class Person(Protocol):
    """Whoever shows sentences and asks questions."""

    def note(self, sentence: str) -> None:
        """A remark."""

    def confirm(self, question: str, *, ask: str = "Send?") -> bool:
        """Yes or no. Raises UsageError where nobody can be asked."""
