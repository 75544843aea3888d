"""What a run appends is known at once to everybody, and becomes lines like all others."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulksend.batch.memory import keys, memory_file, memory_tables, recent
from bulksend.batch.memory.memory_file import Batch, Since, Store, Wanted

SECRET = keys.Keys(b"k" * 32)
ALL = Since(same_s=0)
NOW_S = 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    memory_tables.create(tmp_path / "memory", SECRET)
    return tmp_path / "memory"


@pytest.fixture
def stores(path: Path) -> Iterator[list[Store]]:
    opened = [memory_file.connect(path, SECRET) for _ in range(2)]
    yield opened
    for store in opened:
        store.close()


def begin(store: Store, name: str) -> int:
    batch = Batch(0, name * 32, f"{name}.csv", "MyCompany", f"/x/{name}.journal", 100, open=True)
    return store.begin(batch)


def wanted(row: int, text: str = "Hi") -> Wanted:
    return Wanted(row, SECRET.phones()(f"+4474{row:08}"), SECRET.text("MyCompany", text))


def lines(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return count


def test_a_run_alone_lays_down_many_lines_at_once(
    path: Path, stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "MOST", 10)
    number = begin(stores[0], "a")
    counts = []
    for first in range(2, 26, 4):
        stores[0].reserve(number, [wanted(row) for row in range(first, first + 4)], ALL, NOW_S)
        counts.append((lines(path, "recent"), lines(path, "sent")))
    stores[0].end(number)

    assert counts == [(4, 0), (8, 0), (12, 0), (4, 12), (8, 12), (12, 12)]
    assert (lines(path, "recent"), lines(path, "sent")) == (0, 24)


def test_of_two_runs_that_take_turns_each_row_goes_to_one(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model of the promise: whoever notes a row first has it, until it is released."""
    monkeypatch.setattr(recent, "MOST", 7)
    numbers = [begin(store, name) for store, name in zip(stores, "ab", strict=True)]
    choose, owner = random.Random(5), dict[int, int]()
    for _ in range(60):
        run = choose.randrange(2)
        rows = choose.sample(range(2, 40), 4)
        if choose.random() < 0.3:
            mine = [row for row in rows if owner.get(row) == run]
            stores[run].release(numbers[run], [wanted(row) for row in mine])
            for row in mine:
                del owner[row]
        else:
            taken = stores[run].reserve(numbers[run], [wanted(row) for row in rows], ALL, NOW_S)
            assert set(taken) == {row for row in rows if owner.get(row, run) != run}
            owner.update({row: run for row in rows if row not in taken})

    for run in range(2):
        assert stores[1 - run].texts_of(numbers[run]) == list(owner.values()).count(run)


def test_what_a_killed_run_appended_is_known(path: Path, stores: list[Store]) -> None:
    stores[0].reserve(begin(stores[0], "a"), [wanted(2)], ALL, NOW_S)
    stores[0].close()

    assert stores[1].occupied()
    assert [entry.row for entry in stores[1].of_phone(wanted(2).phone)] == [2]
    assert [line[3] for line in stores[1].lines_of([wanted(2).phone, wanted(3).phone])] == [2]


@pytest.mark.parametrize("is_laid_down", [False, True])
def test_it_can_be_released_replaced_and_forgotten(
    stores: list[Store], *, is_laid_down: bool
) -> None:
    store, number = stores[0], begin(stores[0], "a")
    store.reserve(number, [wanted(row) for row in range(2, 6)], ALL, NOW_S)
    if is_laid_down:
        assert store.texts_of(number) == 4

    store.release(number, [wanted(2)])
    assert store.forget(wanted(3).phone, NOW_S) == 1
    assert store.texts_of(number) == 2
    store.reserve(number, [wanted(7)], ALL, NOW_S)
    store.replace(number, [(wanted(4), NOW_S)])

    assert store.texts_of(number) == 1
    assert store.of_phone(wanted(4).phone)


def test_what_was_not_committed_is_marked_by_the_next_who_notes_it(
    path: Path, stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begin(stores[0], "a")
    stores[0].reserve(number, [wanted(2)], ALL, NOW_S)
    with monkeypatch.context() as broken:
        broken.setattr(recent, "_MERGE", "INSERT INTO nothing VALUES (1)")
        with pytest.raises(memory_file.Failure):
            stores[0].end(number)

    stores[0].end(number)

    bucket = keys.bucket_of(wanted(2).phone)
    assert stores[1].occupied()[bucket >> 3] >> (bucket & 7) & 1
