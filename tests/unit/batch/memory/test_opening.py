"""The list of journals that a damaged memory is rebuilt from, and what a full disk does to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch.memory import keeper, keys, memory_tables, opening
from bulksend.batch.reporter import Silent
from bulksend.sms.message import Outcome, Reply
from tests.integration.test_journal import make_batch
from tests.makers import accepted, make_message, refused, unknown, unsent


def test_a_journal_is_listed_once(tmp_path: Path) -> None:
    for name in ("a.journal", "b.journal", "a.journal"):
        opening.list_journal(tmp_path, tmp_path / name)

    assert [path.name for path in opening._listed(tmp_path)] == ["a.journal", "b.journal"]


def test_a_name_that_was_cut_short_takes_no_other_with_it(tmp_path: Path) -> None:
    opening.list_journal(tmp_path, tmp_path / "a.journal")
    whole = (tmp_path / opening.JOURNALS).read_bytes()
    (tmp_path / opening.JOURNALS).write_bytes(whole + b"/tmp/half")

    opening.list_journal(tmp_path, tmp_path / "b.journal")

    assert {path.name for path in opening._listed(tmp_path)} == {"a.journal", "half", "b.journal"}


def test_a_disk_that_takes_no_name_more_stops_the_run_in_its_own_words() -> None:
    with pytest.raises(errors.JournalError) as failure, keeper.durably():
        raise OSError(28, "No space left on device")

    assert failure.value.code == "memory_failed"
    assert failure.value.next_command == "resume"


@pytest.mark.parametrize(
    ("reply", "is_known"),
    [
        pytest.param(accepted(), True, id="accepted"),
        pytest.param(unknown(), True, id="unknown"),
        pytest.param(refused(), False, id="refused"),
        pytest.param(unsent(), False, id="unsent"),
        pytest.param(None, True, id="claimed-and-never-settled"),
    ],
)
async def test_a_memory_is_rebuilt_from_what_was_sent_or_may_have_been(
    reply: Reply | None, is_known: bool, tmp_path: Path
) -> None:
    with journal.Journal.create(tmp_path / "a.journal", make_batch()) as record:
        hashes = journal.MemoryKeys(keys.to_bytes(7), keys.to_bytes(-8))
        async with record.writing(lambda _: hashes):
            await record.claim(make_message(2), b"body")
            if reply is not None:
                await record.settle(Outcome(2, 1, 1, reply))

        rebuilt = [(each.row, each.phone, each.text) for each, _ in opening.rows_of(record)]

    assert rebuilt == ([(2, -8, 7)] if is_known else [])


async def remembered(folder: Path) -> Path:
    """A state folder that knows of one journal, in which one row is noted as sent."""
    with opening.opened(folder, Silent()):
        path = folder / "a.journal"
        opening.list_journal(folder, path)
    hashes = journal.MemoryKeys(keys.to_bytes(7), keys.to_bytes(-8))
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing(lambda _: hashes):
            await record.claim(make_message(2), b"body")
            await record.settle(Outcome(2, 1, 1, accepted()))
    return path


def shown_in(folder: Path) -> list[int]:
    """The hashes of texts to the phone of that row, as the memory has them."""
    with opening.opened(folder, Silent()) as memory:
        return [sent.text for sent in memory.store.of_phone(-8)]


@pytest.mark.parametrize("damaged", [True, False], ids=["damaged", "gone"])
async def test_a_memory_is_not_made_anew_while_a_journal_cannot_be_read_for_now(
    tmp_path: Path, damaged: bool
) -> None:
    path, memory = await remembered(tmp_path), tmp_path / memory_tables.NAME
    memory.write_bytes(b"garbage" * 999) if damaged else memory.unlink()
    aside = path.rename(tmp_path / "elsewhere")
    path.symlink_to(path)  # a loop: whatever the disk says, it is there

    opened = opening.opened(tmp_path, Silent())
    with pytest.raises(errors.UsageError, match="made anew from journals") as failure, opened:
        pass
    assert failure.value.code == "memory_unusable"
    assert not memory.exists()  # an empty one would be believed

    path.unlink()
    aside.rename(path)
    assert shown_in(tmp_path) == [7]


async def test_a_journal_that_is_gone_or_damaged_stops_no_memory(tmp_path: Path) -> None:
    await remembered(tmp_path)
    (tmp_path / memory_tables.NAME).unlink()
    opening.list_journal(tmp_path, tmp_path / "gone.journal")
    (tmp_path / "damaged.journal").write_bytes(b"garbage" * 999)
    opening.list_journal(tmp_path, tmp_path / "damaged.journal")

    assert shown_in(tmp_path) == [7]


async def test_what_a_kill_left_beside_a_memory_is_taken_for_nobodys(tmp_path: Path) -> None:
    path = await remembered(tmp_path)
    with opening.opened(tmp_path, Silent()) as memory, journal.read(path) as record:
        number = memory.store.begin(opening.noted(record.batch(), path))
        memory.store.replace(number, [])
        left = (tmp_path / f"{memory_tables.NAME}-wal").read_bytes()
    assert len(left) > 1024
    (tmp_path / memory_tables.NAME).unlink()
    for name in (memory_tables.NAME, f"{memory_tables.NAME}.new"):
        (tmp_path / f"{name}-wal").write_bytes(left)

    assert shown_in(tmp_path) == [7]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(keys.NAME, None, id="the-secret-is-gone"),
        pytest.param(keys.NAME, b"", id="it-is-empty"),
        pytest.param(keys.NAME, b"garbage", id="it-is-cut-short"),
        pytest.param(keys.NAME, b"x" * 33, id="it-is-longer"),
    ],
)
def test_without_its_secret_a_memory_is_never_begun_anew(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    with opening.opened(tmp_path, Silent()):
        pass
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    opened = opening.opened(tmp_path, Silent())
    with pytest.raises(errors.UsageError, match="recognises nobody") as failure, opened:
        pass

    assert failure.value.code == "memory_unusable"
    assert failure.value.hint.endswith("leaves out nobody who was texted before")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
