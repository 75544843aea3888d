"""What a sender's batches taught: kept beside the memory, and nothing worse than forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulksend.batch.memory import past
from bulksend.batch.settings import Place
from bulksend.estimate.duration import NO_PAST, Past


def pace_file(folder: Path | None, *, sandbox: bool = False) -> Path | None:
    return Place(contacts=Path("list.csv"), state_folder=folder, sandbox=sandbox).pace_file


def test_what_was_learned_is_loaded_by_sender(tmp_path: Path) -> None:
    kept = {"MyCompany": {"latency_s": 0.25, "parts_per_s": None}}
    (tmp_path / "pace.json").write_text(json.dumps(kept))

    assert past.load(pace_file(tmp_path), "MyCompany") == Past(latency_s=0.25)
    assert past.load(pace_file(tmp_path), "Another") == NO_PAST
    assert past.load(pace_file(tmp_path), None) == NO_PAST


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"MyCompany": 3}', '{"MyCompany": {"latency_s": "x"}}']
)
def test_what_makes_no_sense_is_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "pace.json").write_text(content)

    assert past.load(pace_file(tmp_path), "MyCompany") == NO_PAST


def test_the_sandbox_and_who_has_no_state_folder_know_nothing(tmp_path: Path) -> None:
    (tmp_path / "pace.json").write_text('{"MyCompany": {"latency_s": 1}}')

    assert past.load(pace_file(tmp_path, sandbox=True), "MyCompany") == NO_PAST
    assert past.load(pace_file(None), "MyCompany") == NO_PAST


def test_a_batch_without_a_journal_teaches_nothing(tmp_path: Path) -> None:
    past.note(pace_file(tmp_path), tmp_path / "list.journal", "MyCompany")

    assert not (tmp_path / "pace.json").exists()
