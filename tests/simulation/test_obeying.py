"""The short form: a scene of each state; `python -m tests.simulation.obeying` plays 200."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.simulation import obeying

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scene", list(obeying.scenes(len(obeying.STATES), seed=3)), ids=str)
def test_whatever_is_printed_as_the_next_step_is_safe_to_obey(
    tmp_path: Path, scene: obeying.Scene
) -> None:
    obeying.play(scene, tmp_path)


@pytest.mark.parametrize(
    ("said", "commands"),
    [
        ("next: bulksend resume 'a b.csv'", [["resume", "a b.csv"]]),
        (
            "hint: go on with: bulksend resume july.csv --journal j",
            [["resume", "july.csv", "--journal", "j"]],
        ),
        ("look with `bulksend status july.csv`, then rest", [["status", "july.csv"]]),
        ("hint: resume with --max-cost HIGHER", []),
        ("results: july.results.csv", []),
    ],
)
def test_a_printed_command_is_read_as_a_person_reads_it(
    said: str, commands: list[list[str]]
) -> None:
    ended = subprocess.CompletedProcess([], 0, said, "")

    assert obeying.advice(ended) == commands


@pytest.mark.parametrize("word", ["--yes", "--new-batch", "--resend-unknown", "--again-after 0"])
def test_a_word_that_texts_twice_is_noticed(word: str) -> None:
    ended = subprocess.CompletedProcess([], 0, f"next: bulksend resume july.csv {word}", "")

    with pytest.raises(AssertionError, match="printed as the next step"):
        obeying.advice(ended)
