"""The list of journals that a damaged memory is rebuilt from, and what a full disk does to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch.memory import keeper, opening


def test_a_journal_is_listed_once(tmp_path: Path) -> None:
    for name in ("a.journal", "b.journal", "a.journal"):
        opening.list_journal(tmp_path, tmp_path / name)

    assert [path.name for path in opening._listed(tmp_path)] == ["a.journal", "b.journal"]


def test_a_name_that_was_cut_short_takes_no_other_with_it(tmp_path: Path) -> None:
    opening.list_journal(tmp_path, tmp_path / "a.journal")
    whole = (tmp_path / opening.JOURNALS).read_bytes()
    (tmp_path / opening.JOURNALS).write_bytes(whole + b"/tmp/half")

    opening.list_journal(tmp_path, tmp_path / "b.journal")

    assert {path.name for path in opening._listed(tmp_path)} == {"a.journal", "half", "b.journal"}


def test_a_disk_that_takes_no_name_more_stops_the_run_in_its_own_words() -> None:
    with pytest.raises(errors.JournalError) as failure, keeper.durably():
        raise OSError(28, "No space left on device")

    assert failure.value.code == "memory_failed"
    assert failure.value.next_command == "resume"
