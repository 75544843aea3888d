"""What `import bulksend` promises."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import bulksend


def test_every_public_name_is_there_sorted_and_documented() -> None:
    assert sorted(bulksend.__all__) == bulksend.__all__
    for name in bulksend.__all__:
        assert getattr(bulksend, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = bulksend.campaign  # type: ignore[attr-defined]


def test_a_frame_is_sent_once_however_often_it_is_sent(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123", "+447700900124"], "visits": [1, 2]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june",
        identity=bulksend.Identity(text="Visit {visits}"),
        sandbox=True,
    )

    summary = bulksend.send(frame, settings)

    assert summary.counts.accepted == 2
    results = pl.read_csv(summary.results, infer_schema=False)
    assert results["status"].to_list() == ["accepted", "accepted"]
    assert results["row"].to_list() == ["2", "3"]


async def test_a_frame_is_sent_from_inside_a_running_loop(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi"), sandbox=True
    )

    assert bulksend.send(frame, settings).counts.accepted == 1


def test_a_frame_is_estimated_without_sending(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123", None], "name": ["Ada", "Bob"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi {name}")
    )

    estimate = bulksend.estimate(frame, settings)

    assert (estimate.sendable, estimate.invalid, estimate.parts) == (1, 1, 1)
    assert list(tmp_path.iterdir()) == []
