"""Whatever a person does next: nobody twice, nobody forgotten, nothing above the cap."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation import histories

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(1, 101, 10))
def test_ten_histories_of_a_person_with_a_spreadsheet(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 10):
        histories.live(seed, tmp_path / str(seed))
