"""An earlier batch gives its place up only as the batch that the person agreed about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch import paths
from bulksend.batch.resuming import set_aside
from bulksend.batch.settings import Settings
from tests.integration.test_journal import make_batch

EARLIER = "b1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(contacts=tmp_path / "july.csv")
    journal.Journal.create(made.journal_path, make_batch(batch_id=EARLIER)).close()
    made.results_path.write_text("row,status\n")
    return made


def away(settings: Settings, batch_id: str = EARLIER) -> list[str]:
    notes: list[str] = []
    set_aside.set_aside(paths.files_of(settings), batch_id, settings.stem, notes.append)
    return notes


def forgotten(settings: Settings, batch_id: str = EARLIER) -> None:
    set_aside.forget(settings.journal_path, batch_id)


CLEARED = [pytest.param(away, id="kept"), pytest.param(forgotten, id="forgotten")]


def test_journal_and_results_are_kept_under_names_with_the_moment(settings: Settings) -> None:
    (note,) = away(settings)

    assert not settings.journal_path.exists()
    kept = sorted(path.name for path in settings.contacts.parent.glob("july.2*"))
    assert [name.split(".", 2)[2] for name in kept] == ["journal", "results.csv"]
    assert all(name in note for name in kept)


@pytest.mark.parametrize("clear", CLEARED)
def test_the_place_is_clear_afterwards(
    settings: Settings, clear: Callable[[Settings], object]
) -> None:
    clear(settings)

    assert not settings.journal_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_another_batch_begun_meanwhile_stays_where_it_is(
    settings: Settings, clear: Callable[[Settings, str], object]
) -> None:
    with pytest.raises(errors.BatchMismatch, match="meanwhile"):
        clear(settings, "b0")

    assert settings.journal_path.exists()
    assert settings.results_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_a_batch_that_another_run_has_set_aside_already_is_no_broken_journal(
    settings: Settings, clear: Callable[[Settings], object]
) -> None:
    settings.journal_path.rename(settings.journal_path.with_name("july.20260101-000000.journal"))

    with pytest.raises(errors.BatchMismatch, match="meanwhile"):
        clear(settings)


@pytest.mark.parametrize("clear", CLEARED)
def test_a_batch_at_work_is_left_alone(
    settings: Settings, clear: Callable[[Settings], object]
) -> None:
    with journal.held(settings.journal_path), pytest.raises(errors.Locked):
        clear(settings)

    assert settings.journal_path.exists()


@pytest.mark.parametrize("clear", CLEARED)
def test_its_lock_is_given_back_whatever_comes(
    settings: Settings, clear: Callable[[Settings, str], object]
) -> None:
    with pytest.raises(errors.BatchMismatch):
        clear(settings, "b0")

    assert not journal.is_running(settings.journal_path)
