"""What a journal keeps of rows: the same for the same, and as it was kept from the start."""

from __future__ import annotations

import hashlib

import pytest

from bulksend.journal.hashes import Hashes

KEY = b"k" * 32
HASHES = Hashes(KEY, "MyCompany")
PHONE, TEXT = "+447700900123", "Hi Ada"


def plain(words: bytes, person: bytes = b"row") -> bytes:
    """The hash in one go, as a journal of the first version has it."""
    return hashlib.blake2b(words, digest_size=8, key=KEY, person=person).digest()


def test_a_row_is_hashed_as_journals_always_had_it() -> None:
    keys = HASHES.of_row(PHONE, TEXT)
    assert keys == (
        int.from_bytes(plain(f"MyCompany\0{PHONE}\0{TEXT}".encode()), "little", signed=True),
        int.from_bytes(plain(PHONE.encode()), "little", signed=True),
    )
    assert HASHES.of_phone(PHONE) == keys[1]
    assert HASHES.of_body(b"{}") == plain(b"{}", b"")


@pytest.mark.parametrize(
    ("phone", "text", "other", "same"),
    [
        pytest.param(PHONE, "Jose\u0301", Hashes(KEY, "MyCompany"), True, id="an accent is one"),
        pytest.param(PHONE, "José!", Hashes(KEY, "MyCompany"), False, id="another text"),
        pytest.param(PHONE[:-1], "José", Hashes(KEY, "MyCompany"), False, id="another phone"),
        pytest.param(PHONE, "José", Hashes(KEY, "OtherName"), False, id="another sender"),
        pytest.param(PHONE, "José", Hashes(b"K" * 32, "MyCompany"), False, id="another batch"),
    ],
)
def test_a_row_is_known_again_by_sender_phone_and_text(
    phone: str, text: str, other: Hashes, same: bool
) -> None:
    assert (other.of_row(phone, text).row == HASHES.of_row(PHONE, "José").row) is same


def test_many_rows_are_hashed_as_each_of_them_is() -> None:
    phones, texts = [PHONE, PHONE[:-1]], [TEXT, "José"]
    each = [HASHES.of_row(*row).row for row in zip(phones, texts, strict=True)]
    assert HASHES.of_rows(phones, texts) == each
