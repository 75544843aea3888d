"""Journals of somebody else's hand are refused in words, and at once."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch import identity
from bulksend.sms.message import Outcome, Status
from tests.integration.test_journal import make_batch
from tests.makers import accepted, make_message


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A batch of one accepted row."""

    async def send(record: journal.Journal) -> None:
        async with record.writing():
            await record.claim(make_message(2), b"body")
            await record.settle(Outcome(2, 1, 1, accepted()))

    place = tmp_path / "contacts.journal"
    with journal.Journal.create(place, make_batch()) as record:
        asyncio.run(send(record))
    yield place
    if place.is_file():
        place.unlink()  # one of them is large


def changed(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def look_at(path: Path) -> None:
    """What `status` and `resume` ask."""
    with journal.read(path) as reader:
        identity.identity_of(reader.batch())
        reader.status_counts()
        reader.closed((Status.UNSENT,))
        reader.skipped_by()
        reader.guards()


def bomb() -> str:
    """A template that unpacks to 50 megabytes."""
    return base64.b64encode(zlib.compress(b"a" * 50_000_000)).decode()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("PRAGMA user_version=99", "journal_newer", id="a-newer-version"),
        pytest.param("PRAGMA user_version=1", "journal_foreign", id="a-version-nobody-released"),
        pytest.param("PRAGMA application_id=7", "journal_foreign", id="another-program's"),
        pytest.param("UPDATE send SET cost='1e999999999'", "journal_foreign", id="a-cost"),
        pytest.param("UPDATE send SET cost='NaN'", "journal_foreign", id="a-cost-that-is-none"),
        pytest.param("UPDATE send SET cost=x'00'", "journal_foreign", id="a-cost-of-bytes"),
        pytest.param("UPDATE send SET currency='U\x1b['", "journal_foreign", id="a-currency"),
        pytest.param("UPDATE send SET row=4000000000", "journal_foreign", id="a-row"),
        pytest.param("UPDATE send SET status=77", "journal_foreign", id="a-status"),
        pytest.param("UPDATE meta SET value='{}'", "journal_foreign", id="an-empty-batch"),
        pytest.param("UPDATE meta SET value='[' ", "journal_foreign", id="no-json"),
        pytest.param("DELETE FROM meta", "journal_foreign", id="no-batch"),
        pytest.param(
            "UPDATE meta SET value=zeroblob(500000000)", "journal_foreign", id="500-megabytes"
        ),
        pytest.param("DROP TABLE send", "journal_foreign", id="a-table-less"),
        pytest.param(
            "CREATE TRIGGER t AFTER UPDATE ON send BEGIN DELETE FROM send; END",
            "journal_foreign",
            id="something-that-acts",
        ),
    ],
)
def test_what_we_never_write_is_refused_within_two_seconds(
    path: Path, statement: str, code: str
) -> None:
    changed(path, statement)
    began_s = time.process_time()

    with pytest.raises(errors.JournalError) as refusal:
        look_at(path)

    assert refusal.value.code == code
    assert "move it away" not in refusal.value.hint
    assert time.process_time() - began_s < 2.0


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"text": "%%%"}, id="a-template-that-is-not-packed"),
        pytest.param({"shell": "rm"}, id="an-unknown-option"),
        pytest.param({"on_missing": "explode"}, id="an-unknown-word"),
        pytest.param({"text": 7}, id="a-number-for-a-text"),
    ],
)
def test_options_that_are_none_of_ours_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(errors.JournalError):
        identity.identity_of(replace(make_batch(), options=options))


def test_a_template_that_unpacks_to_50_megabytes_is_refused() -> None:
    with pytest.raises(errors.JournalError):
        identity.identity_of(replace(make_batch(), options={"text": bomb()}))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def scrambled(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\x7f" * 20_000)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("what", [empty, cut, scrambled, a_folder])
def test_a_damaged_journal_is_never_begun_anew_by_a_hint(
    path: Path, what: Callable[[Path], None]
) -> None:
    what(path)

    for look in (look_at, lambda place: journal.Journal.open(place).close()):
        with pytest.raises(errors.JournalError) as refusal:
            look(path)
        assert "nobody else knows" in refusal.value.hint or "no file" in refusal.value.message


@pytest.mark.slow
def test_a_journal_that_another_program_holds_is_said_to_be_held(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        for look in (look_at, lambda place: journal.Journal.open(place).close()):
            with pytest.raises(errors.JournalError, match="another program holds it"):
                look(path)

    look_at(path)
