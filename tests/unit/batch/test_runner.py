"""The loop that a batch is sent in."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest

from bulksend import journal
from bulksend.batch import runner
from bulksend.batch.reporter import Progress, Silent
from bulksend.batch.settings import Guards, Identity, Settings
from bulksend.commands import run
from bulksend.sms.message import Status


async def _work() -> runner.End:
    return runner.End(None, "done")


def _interrupt(*_: object, **__: object) -> int:
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["get_threshold", "freeze", "set_threshold"])
def test_a_ctrl_c_before_the_loop_has_begun_leaves_no_warning(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with monkeypatch.context() as patch:
            patch.setattr(f"gc.{moment}", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                runner.run_loop(_work())
        gc.collect()

    assert [str(each.message) for each in heard] == []


def test_the_loop_gives_how_it_ended_and_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()

    assert runner.run_loop(_work()) == runner.End(None, "done")
    assert gc.get_threshold() == before


class _BreaksAfterTheFirstRow(Silent):
    def pulse(self, progress: Progress) -> None:
        if progress.by_status[Status.ACCEPTED]:
            raise OSError("the screen is gone")


def test_a_watch_that_dies_stops_new_rows_and_every_row_that_left_is_settled(
    tmp_path: Path,
) -> None:
    """Without it no silence, no pause and no wish to stop would be noticed any more."""
    contacts = tmp_path / "c.csv"
    contacts.write_text("phone\n" + "".join(f"+4477009{at:05}\n" for at in range(500)))
    settings = Settings(
        contacts=contacts,
        identity=Identity(text="Hi"),
        guards=Guards(rate="40/s"),
        sandbox=True,
        state_folder=tmp_path / "state",
    )

    with pytest.raises(OSError, match="the screen is gone"):
        run.run(settings, _BreaksAfterTheFirstRow())

    with journal.read(settings.journal_path) as record:
        counts = record.counts()
    assert 0 < counts[Status.ACCEPTED] < 500
    assert (counts[Status.CLAIMED], counts[Status.UNKNOWN]) == (0, 0)
