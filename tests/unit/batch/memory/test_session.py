"""What the memory is opened with: the journals beside the one at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch.memory import session


def test_the_journals_of_a_folder_are_those_by_name(tmp_path: Path) -> None:
    for name in ("b.journal", "a.journal", "a.journal.lock", "a.csv"):
        (tmp_path / name).touch()

    assert [path.name for path in session._journals_in(tmp_path)] == ["a.journal", "b.journal"]


def test_a_folder_that_is_not_there_yet_holds_none(tmp_path: Path) -> None:
    assert session._journals_in(tmp_path / "later") == []


def test_a_folder_that_cannot_be_listed_is_named_and_nothing_is_sent(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()

    with pytest.raises(errors.UsageError, match="cannot be listed") as failure:
        session._journals_in(no_folder)

    assert "nothing was sent" in failure.value.message
