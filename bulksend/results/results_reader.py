"""A results file back as a frame."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bulksend import errors

_DELIMITERS = ",;\t|"


def read(path: Path) -> pl.DataFrame:
    """Every column as text, in the order of the file; empty cells are null.

    Raises UsageError where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.readline(1_000_000).decode("utf-8-sig", "replace")
        delimiter = next(
            (
                character
                for character in _DELIMITERS
                if f"row{character}status{character}to_e164" in head
            ),
            ",",
        )
        return pl.read_csv(path, infer_schema=False, separator=delimiter)
    except (OSError, pl.exceptions.PolarsError) as failure:
        raise errors.UsageError(
            f"{path}: cannot be read: {failure}", code="results_unreadable"
        ) from None
