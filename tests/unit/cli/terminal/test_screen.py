"""What is asked at the terminal, and what counts as an answer."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bulksend.cli.terminal import screen


@pytest.mark.parametrize(
    ("typed", "agreed", "asked_again"),
    [
        pytest.param("y\n", True, 0, id="y"),
        pytest.param("YES\n", True, 0, id="yes"),
        pytest.param("n\n", False, 0, id="n"),
        pytest.param("\n", False, 0, id="enter-is-no"),
        pytest.param("hello\ny\n", True, 1, id="no-answer-is-asked-again"),
        pytest.param("yep\nsend\n\n", False, 2, id="nothing-near-yes-is-taken-for-it"),
    ],
)
def test_only_an_answer_is_an_answer(typed: str, agreed: bool, asked_again: int) -> None:
    with CliRunner().isolation(input=typed) as (_, stderr, _):
        answer = screen.ask_yes_or_no("Send?")

    shown = stderr.getvalue().decode()
    assert answer is agreed
    assert shown.count("Send? [y/N]: ") == 1 + asked_again
    assert shown.count("that is no answer: type y for yes, or n for no") == asked_again
    assert "Error" not in shown
