"""An earlier batch gives its place up only as the batch that the person agreed about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch import paths
from bulksend.batch.resuming import set_aside
from bulksend.batch.settings import Guards, Place
from tests.integration.test_journal import make_batch

EARLIER = "b1"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(contacts=tmp_path / "july.csv")
    journal.Journal.create(made.journal_path, make_batch(batch_id=EARLIER)).close()
    made.results_path.write_text("row,status\n")
    return made


def away(place: Place, batch_id: str = EARLIER) -> list[str]:
    notes: list[str] = []
    set_aside.set_aside(paths.files_of(place, Guards()), batch_id, place.stem, notes.append)
    return notes


def forgotten(place: Place, batch_id: str = EARLIER) -> None:
    set_aside.forget(place.journal_path, batch_id)


CLEARED = [pytest.param(away, id="kept"), pytest.param(forgotten, id="forgotten")]


def test_journal_and_results_are_kept_under_names_with_the_moment(place: Place) -> None:
    (note,) = away(place)

    assert not place.journal_path.exists()
    kept = sorted(path.name for path in place.contacts.parent.glob("july.2*"))
    assert [name.split(".", 2)[2] for name in kept] == ["journal", "results.csv"]
    assert all(name in note for name in kept)


@pytest.mark.parametrize("clear", CLEARED)
def test_the_place_is_clear_afterwards(place: Place, clear: Callable[[Place], object]) -> None:
    clear(place)

    assert not place.journal_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_another_batch_begun_meanwhile_stays_where_it_is(
    place: Place, clear: Callable[[Place, str], object]
) -> None:
    with pytest.raises(errors.BatchMismatch, match="meanwhile"):
        clear(place, "b0")

    assert place.journal_path.exists()
    assert place.results_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_a_batch_that_another_run_has_set_aside_already_is_no_broken_journal(
    place: Place, clear: Callable[[Place], object]
) -> None:
    place.journal_path.rename(place.journal_path.with_name("july.20260101-000000.journal"))

    with pytest.raises(errors.BatchMismatch, match="meanwhile"):
        clear(place)


@pytest.mark.parametrize("clear", CLEARED)
def test_a_batch_at_work_is_left_alone(place: Place, clear: Callable[[Place], object]) -> None:
    with journal.held(place.journal_path), pytest.raises(errors.Locked):
        clear(place)

    assert place.journal_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_its_lock_is_given_back_whatever_comes(
    place: Place, clear: Callable[[Place, str], object]
) -> None:
    with pytest.raises(errors.BatchMismatch):
        clear(place, "b0")

    assert not journal.is_running(place.journal_path)
