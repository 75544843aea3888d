"""What is noted before it is sent, who has a row first, and what is free again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulksend.batch.memory import keys, memory_file, memory_tables
from bulksend.batch.memory.memory_file import Batch, Since, Wanted

SECRET = keys.Keys(b"k" * 32)
DAY_S = 86_400
NOW_S = 100 * DAY_S
SINCE = Since(same_s=NOW_S - 6 * DAY_S)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    memory_tables.create(tmp_path / memory_tables.NAME, SECRET)
    return tmp_path / memory_tables.NAME


@pytest.fixture
def memory(path: Path) -> Iterator[memory_file.Store]:
    opened = memory_file.connect(path, SECRET)
    yield opened
    opened.close()


def batch(name: str) -> Batch:
    return Batch(0, name * 32, f"{name}.csv", "MyCompany", f"/x/{name}.journal", NOW_S, open=True)


def wanted(row: int, phone: str = "", text: str = "Hi") -> Wanted:
    phone = phone or f"+4474000000{row:02}"
    return Wanted(row, SECRET.phones()(phone), SECRET.text("MyCompany", text))


def test_what_one_batch_has_another_leaves_out(memory: memory_file.Store) -> None:
    first, second = memory.begin(batch("a")), memory.begin(batch("b"))
    assert not memory.reserve(first, [wanted(2), wanted(3)], SINCE, NOW_S)

    taken = memory.reserve(second, [wanted(3), wanted(4)], SINCE, NOW_S)

    assert {row: (entry.batch, entry.row) for row, entry in taken.items()} == {3: (first, 3)}


def test_a_batch_has_its_own_rows_again_and_again(memory: memory_file.Store) -> None:
    number = memory.begin(batch("a"))
    for _ in range(2):
        assert not memory.reserve(number, [wanted(2)], SINCE, NOW_S)
    assert memory.begin(batch("a")) == number


def test_what_was_not_sent_is_free_for_others(memory: memory_file.Store) -> None:
    first, second = memory.begin(batch("a")), memory.begin(batch("b"))
    memory.reserve(first, [wanted(2), wanted(3)], SINCE, NOW_S)

    memory.release(first, [wanted(2)])

    assert set(memory.reserve(second, [wanted(2), wanted(3)], SINCE, NOW_S)) == {3}


@pytest.mark.parametrize(
    ("since", "age_days", "text", "is_taken"),
    [
        pytest.param(Since(same_s=-6), 5, "Hi", True, id="the same text within the time"),
        pytest.param(Since(same_s=-6), 7, "Hi", False, id="the same text of last week"),
        pytest.param(Since(same_s=-6), 1, "Ho", False, id="another text"),
        pytest.param(Since(any_s=-7), 5, "Ho", True, id="any text at all"),
        pytest.param(Since(any_s=-7), 8, "Ho", False, id="any text, long ago"),
        pytest.param(Since(), 0, "Hi", False, id="nobody is left out"),
    ],
)
def test_how_long_a_text_counts(
    memory: memory_file.Store, since: Since, age_days: int, text: str, is_taken: bool
) -> None:
    first, second = memory.begin(batch("a")), memory.begin(batch("b"))
    at_s = NOW_S - age_days * DAY_S
    memory.reserve(first, [wanted(2, text=text)], Since(), at_s)
    bounds = Since(
        same_s=None if since.same_s is None else NOW_S + since.same_s * DAY_S,
        any_s=None if since.any_s is None else NOW_S + since.any_s * DAY_S,
    )

    taken = memory.reserve(second, [wanted(2)], bounds, NOW_S)

    assert bool(taken) == is_taken


def test_the_same_text_is_the_reason_before_any_other(memory: memory_file.Store) -> None:
    first, second, third = (memory.begin(batch(name)) for name in "abc")
    memory.reserve(first, [wanted(2)], Since(), NOW_S - DAY_S)
    memory.reserve(second, [wanted(2, text="Ho")], Since(), NOW_S)

    taken = memory.reserve(third, [wanted(2)], Since(same_s=0, any_s=0), NOW_S)

    assert taken[2].batch == first


def test_two_writers_see_each_other(path: Path, memory: memory_file.Store) -> None:
    other = memory_file.connect(path, SECRET)
    first, second = memory.begin(batch("a")), other.begin(batch("b"))

    memory.reserve(first, [wanted(2)], SINCE, NOW_S)

    assert set(other.reserve(second, [wanted(2), wanted(3)], SINCE, NOW_S)) == {2}
    assert set(memory.reserve(first, [wanted(3)], SINCE, NOW_S)) == {3}
    other.close()


def test_the_map_holds_every_phone_that_is_noted(memory: memory_file.Store) -> None:
    assert memory.occupied() == b""
    number = memory.begin(batch("a"))
    rows = [wanted(row, f"+4474{row:08}") for row in range(2, 500)]
    memory.reserve(number, rows[:250], SINCE, NOW_S)
    memory.end(number)
    memory.reserve(number, rows[250:], SINCE, NOW_S)

    bits = memory.occupied()

    for row in rows:
        bucket = keys.bucket_of(row.phone)
        assert bits[bucket >> 3] >> (bucket & 7) & 1


def test_the_map_is_right_for_who_opened_the_memory_earlier(
    path: Path, memory: memory_file.Store
) -> None:
    other = memory_file.connect(path, SECRET)
    first, second = memory.begin(batch("a")), other.begin(batch("b"))
    memory.reserve(first, [wanted(2)], SINCE, NOW_S)
    other.reserve(second, [wanted(3)], SINCE, NOW_S)
    memory.end(first)
    other.end(second)

    bits = memory.occupied()

    for row in (wanted(2), wanted(3)):
        bucket = keys.bucket_of(row.phone)
        assert bits[bucket >> 3] >> (bucket & 7) & 1
    other.close()


def test_what_a_journal_shows_takes_the_place_of_what_was_noted(memory: memory_file.Store) -> None:
    number, other = memory.begin(batch("a")), memory.begin(batch("b"))
    memory.reserve(number, [wanted(2), wanted(3)], SINCE, NOW_S)

    memory.replace(number, [(wanted(3), NOW_S), (wanted(4), NOW_S)])

    taken = memory.reserve(other, [wanted(2), wanted(3), wanted(4)], SINCE, NOW_S)
    assert set(taken) == {3, 4}
    assert not memory.batches()[number].open


def test_a_forgotten_phone_stays_forgotten_when_the_memory_is_rebuilt(
    memory: memory_file.Store,
) -> None:
    number = memory.begin(batch("a"))
    memory.reserve(number, [wanted(2), wanted(3)], SINCE, NOW_S)

    assert memory.forget(wanted(2).phone, NOW_S) == 1
    memory.replace(number, [(wanted(2), NOW_S - 5), (wanted(3), NOW_S - 5)])

    assert not memory.of_phone(wanted(2).phone)
    assert len(memory.of_phone(wanted(3).phone)) == 1
    assert memory.forgotten_s(wanted(2).phone) == NOW_S


def test_what_is_sent_after_that_is_remembered(memory: memory_file.Store) -> None:
    number = memory.begin(batch("a"))
    memory.forget(wanted(2).phone, NOW_S)

    memory.replace(number, [(wanted(2), NOW_S + 5)])

    assert len(memory.of_phone(wanted(2).phone)) == 1


def test_what_is_too_old_is_dropped(memory: memory_file.Store) -> None:
    number = memory.begin(batch("a")._replace(began_s=NOW_S - 500 * DAY_S))
    memory.reserve(number, [wanted(2)], SINCE, NOW_S - 450 * DAY_S)
    memory.reserve(number, [wanted(3)], SINCE, NOW_S - 10 * DAY_S)

    memory.prune(NOW_S - 400 * DAY_S)

    assert not memory.of_phone(wanted(2).phone)
    assert memory.of_phone(wanted(3).phone)


def test_another_secret_is_not_taken_for_ours(path: Path) -> None:
    with pytest.raises(memory_file.Failure):
        memory_file.connect(path, keys.Keys(b"x" * 32))


def test_a_row_takes_at_most_64_bytes(path: Path, memory: memory_file.Store) -> None:
    number = memory.begin(batch("a"))
    empty_bytes = path.stat().st_size
    for start in range(0, 40_000, 1000):
        rows = [wanted(row, f"+4474{row:08}", f"Hi {row}") for row in range(start, start + 1000)]
        memory.reserve(number, rows, SINCE, NOW_S)
    memory.release(number, [])
    memory.checkpoint()

    # The fresh buckets are folded into a map of two megabytes at the latest after 50,000.
    grown_bytes = path.stat().st_size - empty_bytes
    assert grown_bytes / 40_000 < 64 + 20
