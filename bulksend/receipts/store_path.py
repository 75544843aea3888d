"""Where the receipts of a batch are kept."""

from __future__ import annotations

from pathlib import Path


def beside(journal_path: Path) -> Path:
    """`contacts.receipts` beside `contacts.journal`; any other name gets `.receipts` behind it."""
    if journal_path.suffix == ".journal":
        return journal_path.with_suffix(".receipts")
    return journal_path.with_name(f"{journal_path.name}.receipts")
