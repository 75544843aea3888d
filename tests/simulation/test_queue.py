"""The pace brings the provider's queue to its target and holds it there, whatever it drains."""

from __future__ import annotations

import itertools

import pytest

from bulksend.sending.pacing import provider_queue as queueing
from tests.simulation.provider import QUEUE_S, Provider
from tests.simulation.scenes import SCENES, Scene

pytestmark = pytest.mark.slow


def test_a_simulated_queue_drains_at_its_rate_and_is_full_after_four_hours() -> None:
    provider = Provider([(0.0, 1.0), (10.0, 2.0)])

    assert [provider.take(0.0) for _ in range(5)] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert provider.wait_s(2.0) == 3.0
    assert provider.take(20.0) == 0.0
    provider.waiting = 2 * QUEUE_S + 1
    assert provider.take(20.0) is None
    assert provider.full == 1


def test_a_simulated_limit_takes_so_many_in_any_second() -> None:
    provider = Provider([(0.0, 1.0)], requests_per_s=2)

    assert [provider.admits(it) for it in (0.0, 0.5, 0.9, 1.0, 1.2, 1.6)] == [
        *(True, True, False),
        *(True, False, True),
    ]


# Telnyx does not say how precise wait_seconds is: whole seconds must do.
@pytest.mark.parametrize(
    ("scene", "rounded_to_s"),
    [(it, 0.0) for it in SCENES] + [(it, 1.0) for it in SCENES[:-1]],
    ids=lambda it: it.name if isinstance(it, Scene) else f"told to {it:g} s",
)
def test_the_queue_comes_to_its_target_and_the_provider_never_idles(
    scene: Scene, rounded_to_s: float
) -> None:
    provider = scene.provider(rounded_to_s)
    trace = scene.run(provider)

    assert provider.full == provider.throttled == 0
    one_s = 1.0 / scene.drains[0][1]
    # At the start nothing is known: more than the bound where one message is ten seconds.
    assert max(trace.waits(*scene.stretches[0])) <= max(queueing.BOUND_S, 3 * one_s)
    for (from_s, to_s), (_, per_s) in zip(scene.stretches, scene.drains, strict=True):
        settled = trace.waits(from_s + scene.settles_s, to_s)
        if settled:
            middle = sorted(settled)[len(settled) // 2]
            assert 0.5 * queueing.TARGET_S <= middle <= 1.2 * queueing.TARGET_S + 1.0 / per_s
            assert max(settled) <= queueing.BOUND_S + 3.0 / per_s
            assert trace.used(from_s + scene.settles_s, to_s) >= 0.98
    # A change to slower makes all that waits wait longer, and nothing is added to it.
    tenth = max(before[1] / after[1] for before, after in itertools.pairwise(scene.drains))
    assert max(trace.wait_s) <= 1.1 * tenth * queueing.TARGET_S + 3.0 * one_s
    assert trace.used(0.0, scene.seconds) >= 0.8


def test_a_user_slower_than_the_provider_is_the_limit_and_nothing_waits() -> None:
    scene = Scene(name="", drains=[(0.0, 50.0)], user_per_s=20.0, seconds=120.0, settles_s=0.0)
    trace = scene.run(scene.provider())

    assert max(trace.wait_s) < 0.5
    assert sum(trace.sent_per_s) >= 0.99 * 20.0 * 120.0
