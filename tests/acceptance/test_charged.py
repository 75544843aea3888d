"""After a run: what it cost against what it should have cost, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance import cli

pytestmark = pytest.mark.slow

FAULTS = [
    {"fault": "charge", "more_parts": 1, "to_ends_with": "1"},
    {"fault": "charge", "price": "0.0500", "to_ends_with": "2"},
]


def test_the_summary_names_the_causes_of_a_difference(tmp_path: Path) -> None:
    contacts = cli.write_contacts(tmp_path / "june.csv", 10)
    rates = tmp_path / "rates.csv"
    rates.write_text("country,price_per_part,currency\nGB,0.0420,USD\n")
    words = ["run", contacts, "--text", "Hi {name}", "--rates", rates]
    with cli.running_sandbox(tmp_path, faults=json.dumps(FAULTS)) as sandbox:
        ended = cli.bulksend(*words, *sandbox.run_options(), "--json")
        again = cli.bulksend("resume", contacts, "--yes", "--rates", rates)

    found = cli.document(ended)
    compared = found["variance"]
    assert (compared["parts_estimated"], compared["parts_charged"]) == (10, found["parts"])
    assert compared["cost"] == found["cost"] == {"USD": "0.4700"}
    assert [(it["kind"], it["rows"], it["amount"]) for it in compared["causes"]] == [
        ("parts", 1, "0.0420"),
        ("price", 1, "0.0080"),
    ]
    assert "USD +0.0420 GB: 1 row took 1 parts more than estimated" in again.stdout
    assert "USD +0.0080 GB: a part cost 0.0500, not 0.0420 (1 row)" in again.stdout


def test_charges_as_estimated_are_said_in_a_line(tmp_path: Path) -> None:
    contacts = cli.write_contacts(tmp_path / "june.csv", 10)

    ended = cli.bulksend("run", contacts, "--sandbox", "--text", "Hi {name}")

    assert "as estimated: 10 parts\n" in ended.stdout
