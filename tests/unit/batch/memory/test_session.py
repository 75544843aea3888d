"""What the memory is opened with: the journals beside the one at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch.memory import against, memory_file, opening, session
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Recency
from tests.integration.test_journal import make_batch


def test_the_journals_of_a_folder_are_those_by_name(tmp_path: Path) -> None:
    for name in ("b.journal", "a.journal", "a.journal.lock", "a.csv"):
        (tmp_path / name).touch()

    assert [path.name for path in session._journals_in(tmp_path)] == ["a.journal", "b.journal"]


def test_a_folder_that_is_not_there_yet_holds_none(tmp_path: Path) -> None:
    assert session._journals_in(tmp_path / "later") == []


def test_a_folder_that_cannot_be_listed_is_named_and_nothing_is_sent(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()

    with pytest.raises(errors.UsageError, match="cannot be listed") as failure:
        session._journals_in(no_folder)

    assert "nothing was sent" in failure.value.message


ADA, BOB = "+447700900123", "+447700900124"


@pytest.mark.parametrize(
    ("batch_id", "phone", "since_s", "until_s", "is_shared"),
    [
        pytest.param("other", ADA, 900.0, 1100.0, True, id="another-batch-in-these-minutes"),
        pytest.param("other", ADA, 0.0, 999.0, False, id="another-batch-later"),
        pytest.param("other", BOB, 900.0, 1100.0, False, id="another-phone"),
        pytest.param("own", ADA, 900.0, 1100.0, False, id="the-batch-itself"),
    ],
)
def test_a_record_may_be_another_batchs_where_that_noted_the_phone(
    batch_id: str, phone: str, since_s: float, until_s: float, is_shared: bool, tmp_path: Path
) -> None:
    facts = make_batch(batch_id="own")
    with (
        journal.Journal.create(tmp_path / "a.journal", facts) as record,
        opening.opened(tmp_path / "state", Silent()) as memory,
    ):
        noted = opening.noted(make_batch(batch_id=batch_id), tmp_path / "b.journal")
        number = memory.store.begin(noted)
        wanted = memory_file.Wanted(2, memory.keys.phones()(ADA), 7)
        memory.store.reserve(number, [wanted], memory_file.Since(), 1000)
        with_memory = session.With(memory, tmp_path / "a.journal", Recency())

        assert with_memory.texted_elsewhere(record)(phone, since_s, until_s) is is_shared


@pytest.mark.parametrize(
    ("open_batch", "rows_in_memory", "is_older"),
    [
        pytest.param(False, 1, True, id="the-memory-knows-a-text-that-the-journal-does-not"),
        pytest.param(False, 0, False, id="both-know-as-many"),
        pytest.param(True, 1, False, id="a-killed-run-noted-what-it-never-sent"),
    ],
)
def test_a_copy_that_stayed_behind_is_not_believed(
    open_batch: bool, rows_in_memory: int, is_older: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.journal"
    with (
        journal.Journal.create(path, make_batch(batch_id="own")) as record,
        opening.opened(tmp_path / "state", Silent()) as memory,
    ):
        number = memory.store.begin(opening.noted(record.batch(), tmp_path / "new.journal"))
        noted = [memory_file.Wanted(2, memory.keys.phones()(ADA), 7)][:rows_in_memory]
        memory.store.reserve(number, noted, memory_file.Since(), 1000)
        if not open_batch:
            memory.store.end(number)
        with_memory = session.With(memory, tmp_path / "a.journal", Recency())

        if not is_older:
            with_memory.believe(record)
            return
        with pytest.raises(errors.JournalError) as refusal:
            with_memory.believe(record)

    assert refusal.value.code == "journal_older"
    assert "nothing was sent" in refusal.value.message


@pytest.mark.parametrize(
    ("sent_s", "anew_since_s", "is_left_out"),
    [
        pytest.param(900, None, True, id="sent-before-by-another-batch"),
        pytest.param(900, 901, False, id="the-batch-began-anew-since"),
        pytest.param(901, 901, True, id="and-another-sent-it-after-that"),
        pytest.param(950, 901, True, id="or-later"),
    ],
)
def test_whoever_goes_on_with_a_batch_begun_anew_texts_everybody_of_it(
    sent_s: int, anew_since_s: int | None, is_left_out: bool
) -> None:
    bounds = memory_file.Since(same_s=0, any_s=500)
    if anew_since_s is not None:
        bounds = against.not_before(bounds, anew_since_s)

    left_out = bounds.reason([memory_file.Sent(text=7, batch=1, row=2, at_s=sent_s)], 7)

    assert (left_out is not None) is is_left_out
