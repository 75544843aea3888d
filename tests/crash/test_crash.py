"""The short forms of the experiments; `python -m tests.crash` has the long ones."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.acceptance import cli
from tests.crash import beginnings, bugs, kills, points, power
from tests.crash import world as worlds

pytestmark = pytest.mark.slow


def needs_strace() -> None:
    if why := points.missing():
        pytest.skip(why)


def test_whatever_kill_9_leaves_is_right_and_the_batch_goes_on(tmp_path: Path) -> None:
    progress = kills.kills(tmp_path, times=4, rows=600, seed=4)

    assert progress.kills >= 1
    assert not progress.unreconciled


@pytest.mark.parametrize("point", points.few_points(), ids=str)
def test_death_or_a_failing_disk_at_one_system_call(tmp_path: Path, point: points.Point) -> None:
    needs_strace()

    progress = points.points(tmp_path, [point])

    assert progress.met == 1, "the call was never made"


def test_death_while_a_batch_begins_texts_nobody_twice_and_forgets_nobody(tmp_path: Path) -> None:
    """From the first file that is made to the last; the long form tries every call."""
    if why := beginnings.missing():
        pytest.skip(why)

    progress = beginnings.beginnings(tmp_path, [9, 60, 130, 186, 240, 270, 300, 330])

    assert (progress.points, progress.killed) == (8, 8)
    assert len(progress.left) >= 3, "the points do not reach far enough"


def test_no_request_leaves_before_its_claim_survives_a_power_cut(tmp_path: Path) -> None:
    needs_strace()
    (tmp_path / "tree").mkdir()
    (tmp_path / "control").mkdir()
    tree = bugs.planted(tmp_path / "tree", power.NORMAL)

    progress = power.power(tmp_path, rows=20, subsets=3)
    control = power.power(tmp_path / "control", rows=20, subsets=0, tree=tree)

    assert (progress.posts, progress.forgotten) == (20, 0)
    assert control.forgotten > 0, "the experiment cannot see a claim that is not durable"


def test_results_are_whole_at_every_moment(tmp_path: Path) -> None:
    """Killed before the new file takes its place, the old one is there to the last byte."""
    needs_strace()
    with cli.running_sandbox(tmp_path) as sandbox:
        world = worlds.World(tmp_path / "batch", sandbox, 40, rate="2000/s")
        worlds.bulksend(world, [*world.run(), "--limit", "10"])
        results = world.folder / "c.results.csv"
        before = results.read_bytes()
        killed = points.traced(world, points.Point("rename", 1), world.resume())
        after = results.read_bytes()

    assert killed.returncode == -signal.SIGKILL
    assert after == before


@pytest.mark.parametrize("name", bugs.FEW)
def test_a_planted_bug_is_caught(tmp_path: Path, name: str) -> None:
    assert bugs.caught(tmp_path, bugs.BY_NAME[name])


@pytest.mark.whole
@pytest.mark.parametrize("name", [it for it in bugs.BY_NAME if it not in bugs.FEW])
def test_each_planted_bug_is_caught(tmp_path: Path, name: str) -> None:
    assert bugs.caught(tmp_path, bugs.BY_NAME[name])
