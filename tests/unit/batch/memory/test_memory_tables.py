"""A memory of an earlier version is brought up to date, and one of a later is not touched."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bulksend.batch.memory import keys, memory_file, memory_tables
from bulksend.batch.memory.memory_file import Batch, Since, Wanted

SECRET = keys.Keys(b"k" * 32)
BATCH = Batch(0, "a" * 32, "a.csv", "MyCompany", "/x/a.journal", 100, open=True)
ROW = Wanted(2, SECRET.phones()("+447400000001"), SECRET.text("MyCompany", "Hi"))


def of_version(path: Path, version: int) -> None:
    """A memory with one line in its place, as the first version kept it."""
    memory_tables.create(path, SECRET)
    store = memory_file.connect(path, SECRET)
    store.reserve(store.begin(BATCH), [ROW], Since(), 100)
    store.end(1)
    store.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"DROP TABLE recent; PRAGMA user_version={version}")


def test_what_an_earlier_version_noted_is_known(tmp_path: Path) -> None:
    of_version(tmp_path / "memory", 1)

    for _ in range(2):
        store = memory_file.connect(tmp_path / "memory", SECRET)
        other = store.begin(BATCH._replace(batch_id="b" * 32))
        assert set(store.reserve(other, [ROW], Since(same_s=0), 200)) == {2}
        store.close()


@pytest.mark.parametrize("version", [0, memory_tables.VERSION + 1])
def test_another_version_is_said(tmp_path: Path, version: int) -> None:
    of_version(tmp_path / "memory", version)

    with pytest.raises(memory_file.Failure, match="another version"):
        memory_file.connect(tmp_path / "memory", SECRET)
