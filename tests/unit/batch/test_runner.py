"""The loop that a batch is sent in."""

from __future__ import annotations

import gc
import warnings

import pytest

from bulksend.batch import runner


async def _work() -> runner.End:
    return runner.End(None, "done")


def _interrupt(*_: object, **__: object) -> int:
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["get_threshold", "collect", "freeze", "set_threshold"])
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
