"""A contacts file held against the memory: what is said of it is so, and to the last row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from bulksend.batch.memory import check, memory_file, opening
from bulksend.batch.memory.memory_file import Since, Wanted
from bulksend.batch.reporter import Silent
from bulksend.journal.lock import Lock

SENDER, TEXT = "MyCompany", "Hi Ada"
PHONES = [f"+4477009001{number:02}" for number in range(20)]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[opening.Memory]:
    with opening.opened(tmp_path / "state", Silent()) as opened:
        yield opened


def note(memory: opening.Memory, tmp_path: Path, phones: list[str], text: str, age_s: int) -> Path:
    """A batch that has these rows, as a run notes them."""
    journal = tmp_path / f"{text}.journal"
    batch = memory_file.Batch(0, text, "june.csv", SENDER, str(journal), 0, open=True)
    number, key = memory.store.begin(batch), memory.keys.text(SENDER, text)
    phone_of = memory.keys.phones()
    rows = [Wanted(row, phone_of(phone), key) for row, phone in enumerate(phones, 2)]
    memory.store.reserve(number, rows, Since(), int(time.time()) - age_s)
    return journal


def looked(memory: opening.Memory, bounds: Since) -> tuple[check.Check, pl.DataFrame]:
    """After a pass over twenty people."""
    checked = check.Check(memory, SENDER, bounds, Since(same_s=1))
    sendable = pl.DataFrame(
        {"row": range(2, 22), "to_e164": PHONES, "text": [TEXT] * 20},
        schema={"row": pl.UInt32, "to_e164": pl.String, "text": pl.String},
    )
    left_out = pl.concat([rule.leave_out(sendable) for rule in checked.rules()])
    return checked, left_out


def test_who_had_this_very_text_is_counted_with_the_day(
    memory: opening.Memory, tmp_path: Path
) -> None:
    note(memory, tmp_path, PHONES[:18], TEXT, age_s=0)

    checked, left_out = looked(memory, Since(same_s=1))

    [very, _] = checked.sentences(20, "6 days")
    assert very.startswith("18 of these 20 got this very text on ")
    assert very.endswith("; 2 are new")
    assert set(left_out["code"]) == {"sent_before"}
    assert left_out.height == checked.sent_before == 18


def test_with_a_new_batch_it_is_said_and_nobody_is_left_out(
    memory: opening.Memory, tmp_path: Path
) -> None:
    note(memory, tmp_path, PHONES[:18], TEXT, age_s=0)

    checked, left_out = looked(memory, Since())

    assert checked.sentences(20, "6 days")[0].startswith("18 of these 20 got this very text on ")
    assert left_out.height == 0


def test_what_another_run_is_about_to_send_is_not_called_sent(
    memory: opening.Memory, tmp_path: Path
) -> None:
    journal = note(memory, tmp_path, PHONES[:19], TEXT, age_s=0)
    running = Lock(journal.with_name(f"{journal.name}.lock"))
    running.take()
    try:
        checked, left_out = looked(memory, Since(same_s=1))
    finally:
        running.release()

    [about, _] = checked.sentences(20, "6 days")
    assert about == "another run is about to send 19 of these 20 this very text; 1 is new"
    assert set(left_out["code"]) == {"claimed_elsewhere"}
    assert checked.sent_before == 0


def test_another_text_is_named_and_leaves_nobody_out(
    memory: opening.Memory, tmp_path: Path
) -> None:
    note(memory, tmp_path, PHONES[:3], "something else", age_s=60)

    checked, left_out = looked(memory, Since(same_s=1))

    [lately] = checked.sentences(20, "6 days")
    assert lately.startswith("3 of these 20 were texted something within 6 days: june.csv, ")
    assert (left_out.height, checked.texted_lately) == (0, 3)


def test_an_empty_memory_is_asked_nothing(memory: opening.Memory) -> None:
    checked = check.Check(memory, SENDER, Since(same_s=1), Since(same_s=1))

    assert (checked.rules(), checked.sentences(20, "6 days")) == ((), [])
