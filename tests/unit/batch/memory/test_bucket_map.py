"""Which buckets hold a phone: none that was marked is ever missing."""

from __future__ import annotations

import random
import sqlite3

import pytest

from bulksend.batch.memory import bucket_map
from bulksend.contacts.skipped.phone_buckets import BITS

TABLES = """
CREATE TABLE map (id INTEGER PRIMARY KEY CHECK (id = 1), bits BLOB NOT NULL);
CREATE TABLE fresh (bucket INTEGER PRIMARY KEY);
"""


@pytest.mark.parametrize("fresh_most", [0, 7, 50_000])
def test_what_two_runs_have_marked_is_there_for_both(
    fresh_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_map, "_FRESH_MOST", fresh_most)
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    runs = [bucket_map.BucketMap(connection) for _ in range(2)]
    choose = random.Random(fresh_most)
    marked: set[int] = set()

    for step in range(12):
        buckets = {choose.randrange(1 << BITS) for _ in range(4)} | set(list(marked)[:2])
        runs[step % 2].mark(buckets)
        marked |= buckets

    for run in runs:
        bits = run.bits()
        assert all(bits[each >> 3] >> (each & 7) & 1 for each in marked)
        assert sum(map(int.bit_count, bits)) == len(marked)
