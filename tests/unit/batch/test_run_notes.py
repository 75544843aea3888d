"""What a run notes for the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bulksend import journal
from bulksend.batch import run_notes
from bulksend.batch.reporter import Progress
from bulksend.estimate import estimator, mojibake
from bulksend.estimate.findings import Finding, Kind
from bulksend.sending.limited_by import LimitedBy
from tests.integration.test_journal import make_batch


def finding(text: str, code: str = "character") -> Finding:
    return Finding(code=code, kind=Kind.REMARK, text=text, rows=3)


COUNTED = estimator.counted_before(rows=3, sendable=3, invalid=0)


async def test_seconds_of_later_runs_are_added_to_those_of_earlier_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with journal.Journal.create(path, make_batch()) as record:
        for seconds in (2.0, 0.5):
            progress = Progress(1)
            progress.limited_s["your rate"] = seconds
            async with record.writing():
                await run_notes.note_limits(record, progress)

        assert run_notes.limits(record) == {"your rate": 2.5}


def test_findings_lose_their_examples(tmp_path: Path) -> None:
    seen = finding("column `name` was decoded wrongly: `JosÃ©` was `José`", mojibake.CODE)
    estimate = replace(COUNTED, costs=(finding("a curly quote: column `x`"),), remarks=(seen,))
    with journal.Journal.create(tmp_path / "a.journal", make_batch()) as record:
        run_notes.note_findings(record, estimate)

        assert run_notes.findings(record) == (
            ("a curly quote: column `x`", 3),
            ("column `name` was decoded wrongly", 3),
        )


@pytest.mark.parametrize(
    "noted",
    ["", "{", '[1, [2], ["x", "y"]]', {"x": 1}, {"your rate": 1e300}, {"your rate": "x"}],
)
def test_what_we_never_note_is_read_as_nothing(noted: Any, tmp_path: Path) -> None:
    text = noted if isinstance(noted, str) else json.dumps(noted)
    with journal.Journal.create(tmp_path / "a.journal", make_batch()) as record:
        record.set_fact("limits", text)
        record.set_fact("findings", text)

        assert (run_notes.limits(record), run_notes.findings(record)) == ({}, ())


@pytest.mark.parametrize("noted", ["max_in_flight", "--max-in-flight"])
def test_a_limit_is_known_by_its_field_and_by_the_option_of_earlier_versions(
    tmp_path: Path, noted: str
) -> None:
    with journal.Journal.create(tmp_path / "a.journal", make_batch()) as record:
        record.set_fact("limits", json.dumps({noted: 2.5, "a-word-of-nobodys": 1.0}))

        assert run_notes.limits(record) == {LimitedBy.IN_FLIGHT: 2.5}
