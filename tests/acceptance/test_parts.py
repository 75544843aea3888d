"""Dry run, run, the sandbox's count and the plain function: one text, the same parts everywhere."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from bulksend.sms import encoding
from bulksend.sms import smart_encoding as smart
from tests import corpus
from tests.acceptance import cli
from tests.fuzz import program

pytestmark = pytest.mark.slow


def sendable() -> list[str]:
    """Some of the corpus, without blanks around: what is empty, or holds a NUL, is no message."""
    texts = [*corpus.of_all_planes(step=2503), *corpus.at_boundaries(), *texts_of_life()]
    chosen = random.Random(11).sample(list(dict.fromkeys(texts)), 1500)
    return [text.strip() for text in chosen if text.strip() and "\0" not in text]


def texts_of_life() -> list[str]:
    return list(corpus.mixed(random.Random(13), 300))


def write(path: Path, texts: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("phone", "text"))
        for number, text in enumerate(texts):
            rows.writerow((f"+4479110{number:05d}", text.replace("{", "{{").replace("}", "}}")))
    return path


def test_every_text_has_the_same_parts_before_and_after_it_is_sent(tmp_path: Path) -> None:
    texts = sendable()
    path, verdicts = write(tmp_path / "june.csv", texts), tmp_path / "verdicts.csv"
    ledger = cli.running_sandbox(tmp_path)

    program.bulksend("run", path, "--dry-run", "--json", "--results", verdicts)
    with ledger as sandbox:
        options = ("--rate", "2000/s", "--max-in-flight", "64", "--json")
        ended = cli.bulksend("run", path, *sandbox.run_options(), *options)
        billed = sandbox.accepted()

    results = cli.read_results(tmp_path / "june.results.csv")
    checked = 0
    for text, verdict, result in zip(texts, cli.read_results(verdicts), results, strict=True):
        measured = encoding.measure(text)
        if measured.parts > encoding.MAX_PARTS:
            assert verdict["error_code"] == result["error_code"] == "text_too_long"
            continue
        expected = (measured.encoding, str(measured.parts))
        entry = billed[result["to_e164"]]
        assert entry["text"] == text
        assert (verdict["encoding"], verdict["parts"]) == expected
        assert (result["encoding"], result["parts"]) == expected
        assert (entry["encoding"], str(entry["parts"])) == expected
        checked += 1
    assert checked > 1000
    found = cli.document(ended)
    assert found["accepted"] == checked
    assert found["variance"]["causes"] == []


def test_smart_encoding_is_counted_as_the_profile_will(tmp_path: Path) -> None:
    texts = [f"Don’t {it} “x” — …" for it in sendable()]
    path, verdicts = write(tmp_path / "june.csv", texts), tmp_path / "verdicts.csv"

    words = ("run", path, "--dry-run", "--smart-encoding", "--json", "--results", verdicts)
    said = json.loads(program.bulksend(*words).stdout)

    for text, verdict in zip(texts, cli.read_results(verdicts), strict=True):
        measured = encoding.measure(smart.smart(text))
        if measured.parts <= encoding.MAX_PARTS:
            expected = (measured.encoding, str(measured.parts))
            assert (verdict["encoding"], verdict["parts"]) == expected
    assert said["encodings"]["GSM-7"] > 100
