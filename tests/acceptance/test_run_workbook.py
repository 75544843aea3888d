"""A workbook on the command line: counted, sent, gone on with, and noticed when it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.acceptance import cli

pytestmark = pytest.mark.slow


def write(path: Path, *names: str) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(("phone", "name"))
    for number, name in enumerate(names):
        sheet.append((447700900123 + number, name))
    sheet.row_dimensions[3].hidden = True
    book.save(path)
    return path


def test_a_workbook_is_sent_like_a_csv(tmp_path: Path) -> None:
    path = write(tmp_path / "june.xlsx", "Ada", "Bob", "Eve")

    dry = cli.bulksend("run", path, "--dry-run", "--text", "Hi {name}", "--json")
    sent = cli.bulksend("run", path, "--sandbox", "--text", "Hi {name}", "--json")
    lines = cli.read_results(tmp_path / "june.sandbox.results.csv")

    assert "left out: row 3" in dry.stderr
    assert cli.document(dry)["rows"] == cli.document(sent)["accepted"] == 2
    assert [(it["row"], it["name"], it["to_e164"]) for it in lines] == [
        ("2", "Ada", "+447700900123"),
        ("4", "Eve", "+447700900125"),
    ]


def test_a_changed_workbook_is_gone_on_with(tmp_path: Path) -> None:
    path = write(tmp_path / "june.xlsx", "Ada", "Bob", "Eve")
    with cli.running_sandbox(tmp_path) as sandbox:
        first = [path, "--text", "Hi {name}", "--limit", "1", *sandbox.run_options()]
        cli.bulksend("run", *first)
        write(path, "Ada", "Bob", "Mallory")

        unasked = cli.bulksend("resume", path)
        ended = cli.bulksend("resume", path, "--yes")

        assert (unasked.returncode, ended.returncode) == (2, 0)
        assert len(sandbox.accepted()) == 2
