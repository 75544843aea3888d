"""Columns held against the memory say of each row what the rule for one row says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
import pytest

from bulksend.batch.memory import keys
from bulksend.batch.memory.memory_file import Sent, Since
from bulksend.contacts.skipped import remembered
from bulksend.contacts.skipped.phone_buckets import BITS, Occupied

DAY_S = 86_400
PHONES = [f"+4474000000{number:02}" for number in range(12)]
TEXTS = ["Hi", "Ho", "Hu"]


@dataclass
class Lines:
    """A memory that is a list."""

    held: list[remembered.Line]
    lately: Counter[tuple[int, int]] = field(default_factory=Counter)
    same: Counter[tuple[int, int]] = field(default_factory=Counter)

    def phones(self, phones: Sequence[str]) -> list[int]:
        return [PHONES.index(phone) for phone in phones]

    def texts(self, texts: Sequence[str]) -> list[int]:
        return [TEXTS.index(text) for text in texts]

    def lines(self, phones: Sequence[int]) -> list[remembered.Line]:
        return [line for line in self.held if line[0] in phones]

    def reason(self, batch: int, at_s: int, *, is_same: bool) -> tuple[str, str]:
        return ("same" if is_same else "other", f"{batch} on {at_s // DAY_S} row ")

    def count_lately(self, batch: int, at_s: int, rows: int) -> None:
        self.lately[batch, at_s // DAY_S] += rows

    def count_same(self, batch: int, at_s: int, rows: int) -> None:
        self.same[batch, at_s // DAY_S] += rows


def sendable(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    schema = {"row": pl.UInt32, "to_e164": pl.String, "text": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def everybody() -> Occupied:
    return Occupied(keys.Keys(b"k" * 32).buckets, b"\xff" * (1 << (BITS - 3)))


def bounds(same: int | None, any_: int | None, lately: int | None) -> remembered.Bounds:
    return remembered.Bounds(same_s=same, any_s=any_, same_lately_s=lately, lately_s=lately or 0)


@pytest.mark.parametrize("same", [None, 3 * DAY_S])
@pytest.mark.parametrize("any_", [None, 5 * DAY_S, DAY_S])
@pytest.mark.parametrize("seed", range(3))
def test_a_frame_is_judged_as_each_of_its_rows(
    seed: int, same: int | None, any_: int | None
) -> None:
    choose = random.Random(seed)
    moments = choose.sample(range(9 * DAY_S), 60)  # no two at once: the last one is one
    held = [
        (choose.randrange(10), choose.randrange(3), choose.randrange(1, 5), row, at_s)
        for row, at_s in enumerate(moments, 2)
    ]
    rows = [(row, choose.choice(PHONES), choose.choice(TEXTS)) for row in range(2, 60)]
    memory = Lines(held)

    rule = remembered.TextedBefore(everybody(), memory, bounds(same, any_, same))
    left_out = rule.leave_out(sendable(rows))

    expected, same_days, lately_days = [], Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for row, phone, text in rows:
        number, key = PHONES.index(phone), TEXTS.index(text)
        entries = [Sent(*line[1:]) for line in held if line[0] == number]
        entry = Since(same_s=same, any_s=any_).reason(entries, key)
        if entry is not None:
            kind = "same" if entry.text == key else "other"
            sentence = f"{entry.batch} on {entry.at_s // DAY_S} row {entry.row}"
            expected.append((row, kind, sentence))
            same_days[entry.batch, entry.at_s // DAY_S] += kind == "same"
        recent = Since(any_s=same or 0).reason(entries, key)
        if recent is not None:
            lately_days[recent.batch, recent.at_s // DAY_S] += 1
    assert left_out.rows() == expected
    assert memory.same == +same_days
    assert memory.lately == lately_days


def test_the_same_text_is_worth_a_word_where_nobody_is_left_out() -> None:
    memory = Lines([(0, 0, 1, 7, 4 * DAY_S), (1, 1, 1, 8, 4 * DAY_S)])
    rule = remembered.TextedBefore(everybody(), memory, bounds(None, None, 3 * DAY_S))

    left_out = rule.leave_out(sendable([(2, PHONES[0], "Hi"), (3, PHONES[1], "Hi")]))

    assert not left_out.height
    assert (memory.same, memory.lately) == ({(1, 4): 1}, {(1, 4): 2})


@pytest.mark.parametrize("rows", [[], [(2, PHONES[11], "Hi")]])
def test_of_whom_nothing_is_known_nothing_is_said(rows: list[tuple[int, str, str]]) -> None:
    rule = remembered.TextedBefore(everybody(), Lines([]), bounds(0, 0, 0))

    assert not rule.leave_out(sendable(rows)).height
