"""What is looked at once more when everything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch import execution


def test_a_journal_that_somebody_removed_meanwhile_is_no_good_end(tmp_path: Path) -> None:
    with pytest.raises(errors.JournalError, match=r"removed .* the results are in r\.csv"):
        execution._refuse_removed(tmp_path / "a.journal", Path("r.csv"))


def test_a_journal_in_its_place_is(tmp_path: Path) -> None:
    (tmp_path / "a.journal").touch()

    execution._refuse_removed(tmp_path / "a.journal", Path("r.csv"))
