"""What a dry run says of a file: whole sentences, nothing twice, and where the rest is."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bulksend.cli.group import cli
from tests.acceptance.cli import ROOT


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Of the file with everything wrong, as a pipe gets them."""
    words = ["run", str(ROOT / "samples" / "messy.csv"), "--dry-run", "--default-region", "GB"]
    words += ["--text-file", str(ROOT / "samples" / "reminder.txt")]
    return CliRunner().invoke(cli, words, standalone_mode=False).stdout.splitlines()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "  1 row (3): the spreadsheet turned the number into scientific notation and its last "
            "digits are gone, as in “4.47E+11”; take the number from its source again, into a "
            "column of text",
            id="the-cell-and-the-fix-are-whole-and-nothing-is-said-twice",
        ),
        pytest.param(
            "  … 6 more, 6 rows; --only-problems --results problems.csv writes them all down",
            id="the-rest-can-be-had-as-a-table",
        ),
        pytest.param(
            "  1 row: France: the sender ID must be declared beforehand (Telnyx calls it OACP; its "
            "support says how); see developers.telnyx.com (2026-04)",
            id="a-rule-of-a-country-in-plain-words",
        ),
        pytest.param(
            "row 2 reads (1 part, GSM-7): Hi Ada, this is your reminder for 10:30.",
            id="a-text-as-a-phone-shows-it",
        ),
    ],
)
def test_a_dry_run_says(lines: list[str], line: str) -> None:
    assert line in lines
