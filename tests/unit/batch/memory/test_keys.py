"""The secret, and hashes that say nothing without it."""

from __future__ import annotations

import stat
import unicodedata
from pathlib import Path

import pytest

from bulksend.batch.memory import keys

#: Of the secret `kkk...`: a memory that was written once is read for ever.
PHONE_HASH, TEXT_HASH = -8541691490089703699, 3837005479857316342


def test_the_secret_is_made_once_and_for_oneself_alone(tmp_path: Path) -> None:
    first, second = keys.make(tmp_path), keys.make(tmp_path)

    assert first == second == keys.load(tmp_path)
    assert stat.S_IMODE((tmp_path / keys.NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [keys.NAME]


def test_what_is_no_secret_is_none(tmp_path: Path) -> None:
    assert keys.load(tmp_path) is None
    (tmp_path / keys.NAME).write_bytes(b"short")
    assert keys.load(tmp_path) is None


def test_the_secret_is_shown_by_nothing() -> None:
    assert "k" * 8 not in repr(keys.Keys(b"k" * 32))


def test_a_text_is_the_same_however_its_accents_are_typed() -> None:
    ours = keys.Keys(b"k" * 32)
    composed = "Müller, à bientôt"

    assert ours.text("S", composed) == ours.text("S", unicodedata.normalize("NFD", composed))


def test_sender_text_and_occurrence_each_make_another_hash() -> None:
    ours = keys.Keys(b"k" * 32)
    hashes = [ours.text("S", "Hi"), ours.text("T", "Hi"), ours.text("S", "Ho")]

    assert len({*hashes, ours.text("S", "Hi", 2), keys.Keys(b"x" * 32).text("S", "Hi")}) == 5


def test_a_hash_goes_through_a_journal_and_back() -> None:
    phone = keys.Keys(b"k" * 32).phones()("+447400000001")

    assert keys.from_bytes(keys.to_bytes(phone)) == phone
    assert keys.bucket_of(phone) == keys.Keys(b"k" * 32).buckets.of_phone("+447400000001")


@pytest.mark.parametrize("count", [0, 1, 200])
def test_many_phones_have_the_hashes_that_each_has_alone(count: int) -> None:
    phones = [f"+4474{number * 7919:08}" for number in range(count)]
    of_phone = keys.Keys(b"k" * 32).phones()

    assert of_phone.many(phones) == [of_phone(phone) for phone in phones]


def test_hashes_stay_what_memories_on_disk_hold() -> None:
    ours = keys.Keys(b"k" * 32)

    assert ours.phones()("+447400000001") == PHONE_HASH
    assert ours.text("MyCompany", "Hi") == TEXT_HASH
