"""Whatever a person does next: nobody twice, nobody forgotten, nothing above the cap."""

from __future__ import annotations

import sys

import pytest

from tests.simulation import histories

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the simulated disk reads /proc"),
]


@pytest.mark.parametrize("first", range(1, 201, 20))
def test_twenty_histories_of_a_person_with_a_spreadsheet(first: int) -> None:
    broken = [str(failure) for failure in histories.violations(range(first, first + 20))]

    assert not broken, broken[0]


@pytest.mark.parametrize("seed", [30942, 41635, 50254, 108323, 109211, 301260])
def test_a_history_that_once_broke_a_promise_keeps_it(seed: int) -> None:
    assert [str(failure) for failure in histories.violations(range(seed, seed + 1))] == []


def test_a_seed_makes_the_same_history_again() -> None:
    with histories.a_quick_folder() as folder:
        first = histories.live(7, folder / "first").computer
        again = histories.live(7, folder / "again").computer

    assert first.typed == again.typed
    assert first.gateway.texts == again.gateway.texts
