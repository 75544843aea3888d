"""The same text to the same phone, known by hashes alone."""

from __future__ import annotations

import random

import polars as pl
import pytest

from bulksend.contacts.skipped import duplicates

#: Frames of this size, so that repeats lie within one and across several.
_SLICE_ROWS = 7


def fingerprints(phones: list[int]) -> list[duplicates.Fingerprints]:
    rows = pl.DataFrame(
        {
            "row": pl.Series(range(2, len(phones) + 2), dtype=pl.UInt32),
            "to_e164": [f"+4479{phone:08d}" for phone in phones],
            "text": ["Hi"] * len(phones),
        }
    )
    return [duplicates.fingerprints(piece) for piece in rows.iter_slices(_SLICE_ROWS)]


def repeats(phones: list[int]) -> list[tuple[int, int]]:
    """(row, first row), one by one."""
    first: dict[int, int] = {}
    rows = enumerate(phones, start=2)
    return [(row, first[phone]) for row, phone in rows if first.setdefault(phone, row) != row]


@pytest.mark.parametrize("portion_rows", [5, 60, 2_000_000])
@pytest.mark.parametrize("different", [3, 40, 100_000])
def test_every_repeat_is_known_with_the_first_row_of_its_kind(
    portion_rows: int, different: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_PORTION_ROWS", portion_rows)
    choose = random.Random(different)
    phones = [choose.randrange(different) for _ in range(200)]

    assert duplicates.find(fingerprints(phones)).rows() == repeats(phones)


@pytest.mark.parametrize("phones", [[], [1], [1, 2, 3]])
def test_where_all_are_different_nobody_repeats(phones: list[int]) -> None:
    repeated = duplicates.find(fingerprints(phones))

    assert repeated.rows() == []
    assert repeated.schema == {"row": pl.UInt32, "first_row": pl.UInt32}


@pytest.mark.parametrize(
    ("rows", "offsets"),
    [
        pytest.param([2, 3, 4], None, id="nothing-is-kept-of-rows-that-follow-each-other"),
        pytest.param([7], None, id="one-row"),
        pytest.param([2, 3, 9], pl.UInt16, id="two-bytes-where-rows-are-missing"),
        pytest.param([2, 100_000], pl.UInt32, id="four-where-many-are"),
    ],
)
def test_row_numbers_come_back_as_they_were(
    rows: list[int], offsets: type[pl.DataType] | None
) -> None:
    frame = pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32)}).with_columns(
        to_e164=pl.lit("+447900000001"), text=pl.lit("Hi")
    )

    prints = duplicates.fingerprints(frame)

    assert (prints.offsets.dtype if prints.offsets is not None else None) == offsets
    assert prints.frame()["row"].to_list() == rows
    assert prints.frame()["row"].dtype == pl.UInt32


def test_another_text_or_another_phone_is_another_message() -> None:
    phones = ["+447900000001", "+447900000002", "+447900000001", "+447900000002"]
    frame = pl.DataFrame(
        {"row": pl.Series(range(4), dtype=pl.UInt32), "to_e164": phones, "text": [*"AABA"]}
    )

    assert duplicates.find([duplicates.fingerprints(frame)]).rows() == [(3, 1)]
