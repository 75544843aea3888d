"""What `run` refuses before anything is read."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bulksend.cli import group
from bulksend.cli.commands import run  # noqa: F401 (adds the command)

MINE = "+447700900123"


@pytest.mark.parametrize(
    ("beside", "word"),
    [
        (("--limit", "5"), "--limit is about a batch"),
        (("--new-batch",), "--new-batch is about a batch"),
        (("--wait-receipts", "5m"), "--wait-receipts is about a batch"),
        (("-o", "mine.csv"), "--results is about a batch"),
        (("--dry-run",), "--dry-run sends none"),
    ],
)
def test_beside_a_test_text_nothing_is_passed_over_in_silence(
    beside: tuple[str, ...], word: str
) -> None:
    ended = CliRunner().invoke(group.cli, ["run", "nofile.csv", "--test-to", MINE, *beside])

    assert ended.exit_code != 0
    assert word in f"{ended.output}{ended.exception}"


def test_what_an_options_file_says_of_batches_is_no_reason_against_a_test_text() -> None:
    variables = {"BULKSEND_LIMIT": "5", "BULKSEND_RESULTS": "mine.csv"}

    ended = CliRunner().invoke(group.cli, ["run", "nofile.csv", "--test-to", MINE], env=variables)

    assert "about a batch" not in f"{ended.output}{ended.exception}"
