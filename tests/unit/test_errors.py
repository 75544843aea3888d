"""The tree of errors: what the system refuses is told as one of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.errors import Code


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        pytest.param(
            PermissionError(13, "Permission denied", "a.csv"), "Permission denied", id="words"
        ),
        pytest.param(OSError("no such thing"), "no such thing", id="without-a-number"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_reason(failure: OSError, reason: str) -> None:
    refused = errors.instead_of_os_error(
        errors.JournalError, "a.csv: cannot be read", hint="look", code="unread"
    )

    with pytest.raises(errors.JournalError) as shown, refused:
        raise failure

    assert shown.value.message == f"a.csv: cannot be read: {reason}"
    assert (shown.value.hint, shown.value.code) == ("look", "unread")
    assert shown.value.__cause__ is None


@pytest.mark.parametrize("failure", [ValueError("x"), errors.UsageError("x"), KeyboardInterrupt()])
def test_any_other_failure_is_left_as_it_is(failure: BaseException) -> None:
    with (
        pytest.raises(type(failure)),
        errors.instead_of_os_error(errors.JournalError, "a.csv: cannot be read"),
    ):
        raise failure


def test_a_missing_file_is_refused_as_it_is_opened(tmp_path: Path) -> None:
    with (
        pytest.raises(errors.UsageError, match="cannot be read: No such file"),
        errors.instead_of_os_error(errors.UsageError, "cannot be read"),
        (tmp_path / "none").open(),
    ):
        pass


def test_every_code_and_every_stop_has_a_sentence() -> None:
    assert set(errors.TEXT_FOR) == set(errors.Code)
    assert set(errors.STOP_TEXT) == set(errors.Stop)
    assert all([*errors.TEXT_FOR.values(), *errors.STOP_TEXT.values()])


@pytest.mark.parametrize(
    ("code", "by_memory"),
    [
        (Code.SENT_BEFORE, True),
        (Code.CLAIMED_ELSEWHERE, True),
        (Code.TEXTED_LATELY, True),
        (Code.SUPPRESSED, False),
        (Code.DUPLICATE, False),
    ],
)
def test_what_the_memory_leaves_out_may_be_open_again(code: Code, by_memory: bool) -> None:
    assert errors.is_by_memory(code) is by_memory
