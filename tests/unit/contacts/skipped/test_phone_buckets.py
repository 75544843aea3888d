"""The quick rule for a column and for one phone is the same rule."""

from __future__ import annotations

import random

import polars as pl
import pytest

from bulksend.contacts.skipped.phone_buckets import BITS, Buckets, Occupied


@pytest.mark.parametrize("seed", range(5))
def test_a_column_falls_into_the_buckets_of_its_phones(seed: int) -> None:
    chance = random.Random(seed)
    first, *others = (chance.getrandbits(64) for _ in range(4))
    buckets = Buckets((first, others[0] | 1, others[1] | 1, others[2] | 1))
    phones = [f"+{chance.randrange(10**6, 10**15)}" for _ in range(500)]

    column = buckets.of_column(pl.Series(phones))

    assert column.to_list() == [buckets.of_phone(phone) for phone in phones]
    assert buckets.of_phones(phones) == column.to_list()
    assert max(column) < 1 << BITS


def test_only_phones_whose_bucket_holds_anything_are_looked_up() -> None:
    buckets = Buckets((12345, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
    phones = ["+447400000001", "+447400000002", "+33612345678"]
    bits = bytearray(1 << (BITS - 3))
    at = buckets.of_phone(phones[1])
    bits[at >> 3] |= 1 << (at & 7)

    holds = Occupied(buckets, bytes(bits)).holds(pl.Series(phones))

    assert holds.to_list() == [False, True, False]


def test_neighbouring_phones_are_spread() -> None:
    buckets = Buckets((12345, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))

    apart = {buckets.of_phone(f"+4474{number:08}") for number in range(10_000)}

    assert len(apart) > 9_980
