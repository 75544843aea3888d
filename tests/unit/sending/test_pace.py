"""The pace: a pure table, then the gate on a virtual clock."""

from __future__ import annotations

import asyncio

import pytest

from bulksend import errors
from bulksend.sending import pace, pacing
from bulksend.sms.message import Signal, Throttle
from tests import virtual_clock
from tests.makers import accepted, refused, throttled, unknown


@pytest.mark.parametrize(
    ("text", "per_s"),
    [("50/s", 50.0), ("600/min", 10.0), ("0.1/s", 0.1), ("3600/h", 1.0), (" 5 / s ", 5.0)],
)
def test_a_rate_is_read(text: str, per_s: float) -> None:
    assert pace.parse_rate(text) == pytest.approx(per_s)


@pytest.mark.parametrize("text", ["50", "fast", "0/s", "-1/s", "1/day", "1e9/s", ""])
def test_a_wrong_rate_says_how_to_write_it(text: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        pace.parse_rate(text)

    assert "50/s" in caught.value.hint


@pytest.mark.parametrize("reply", [refused(), unknown(), accepted()], ids=lambda it: it.status)
def test_only_rate_signals_move_the_pace(reply: object) -> None:
    before = pace.start(50.0)

    after = pace.next_pace(before, reply, 10.0)  # type: ignore[arg-type]

    assert (after.now_per_s, after.held_until_s) == (50.0, 0.0)


def test_throttling_holds_as_long_as_asked_and_slows_down_once_for_a_burst() -> None:
    first = pace.next_pace(pace.start(100.0), throttled(retry_after_s=7.0), 10.0)
    second = pace.next_pace(first, throttled(retry_after_s=7.0), 10.1)

    assert first.held_until_s == 17.0
    assert first.now_per_s == 50.0
    assert second.now_per_s == 50.0


def test_a_full_queue_is_waited_for_longer_each_time() -> None:
    full = throttled(Throttle.QUEUE_FULL)
    first = pace.next_pace(pace.start(50.0), full, 0.0)
    second = pace.next_pace(first, full, first.held_until_s + 1)

    assert first.held_until_s == 30.0
    assert second.held_until_s - (first.held_until_s + 1) == 60.0


def test_a_long_queue_slows_and_a_short_one_lets_go() -> None:
    state = pace.start(50.0)
    state = pace.next_pace(state, accepted(wait_s=40.0), 10.0)
    assert state.now_per_s == pytest.approx(40.0)
    assert state.limited_by is pace.LimitedBy.QUEUE

    now_s = 10.0
    while state.now_per_s < 50.0 and now_s < 60.0:
        now_s += 0.2
        state = pace.next_pace(state, accepted(wait_s=1.0), now_s)

    assert state.now_per_s == 50.0
    assert state.limited_by is pace.LimitedBy.RATE


def test_no_requests_left_holds_until_the_reset() -> None:
    reply = accepted(signal=Signal(None, None, 0, 3.0))

    assert pace.next_pace(pace.start(50.0), reply, 10.0).held_until_s == 13.0


async def take(pacer: pacing.Pacer, seconds: float) -> list[float]:
    """When slots were given to eager workers."""
    loop, given = asyncio.get_running_loop(), []
    async with pacer:
        end_s = loop.time() + seconds

        async def worker() -> None:
            while loop.time() < end_s:
                await pacer.slot()
                given.append(loop.time())

        workers = [asyncio.create_task(worker()) for _ in range(50)]
        await asyncio.sleep(seconds)
        for task in workers:
            task.cancel()
        await asyncio.wait(workers)
    return given


@pytest.mark.parametrize("rate_per_s", [0.1, 1.0, 10.0, 50.0, 333.0, 1000.0, 2000.0])
def test_no_window_has_more_slots_than_the_rate_and_one(rate_per_s: float) -> None:
    seconds = 60.0 if rate_per_s >= 1 else 600.0

    given = virtual_clock.run(take(pacing.Pacer(rate_per_s), seconds))

    window_s = max(1.0, 1.0 / rate_per_s)
    most = max(
        sum(1 for it in given[at : at + int(rate_per_s * window_s) + 5] if it < start + window_s)
        for at, start in enumerate(given)
    )
    assert most <= int(rate_per_s * window_s) + 1
    assert len(given) >= 0.99 * rate_per_s * seconds - 1


def test_slots_are_given_in_the_order_they_were_asked_for() -> None:
    async def work() -> list[int]:
        order: list[int] = []
        async with pacing.Pacer(10.0) as pacer:

            async def one(number: int) -> None:
                await pacer.slot()
                order.append(number)

            await asyncio.gather(*(one(it) for it in range(20)))
        return order

    assert virtual_clock.run(work()) == list(range(20))


def test_a_cancelled_wait_costs_nobody_a_slot() -> None:
    async def work() -> int:
        async with pacing.Pacer(10.0) as pacer:
            waiting = [asyncio.create_task(pacer.slot()) for _ in range(10)]
            await asyncio.sleep(0)
            for task in waiting[1:9]:
                task.cancel()
            done, _ = await asyncio.wait(waiting, timeout=1.0)
            return sum(not it.cancelled() for it in done)

    assert virtual_clock.run(work()) == 2


def test_the_gate_is_held_for_everybody() -> None:
    async def work() -> float:
        async with pacing.Pacer(100.0) as pacer:
            await pacer.slot()
            pacer.heard(throttled(retry_after_s=9.0))
            await pacer.slot()
            return asyncio.get_running_loop().time()

    assert virtual_clock.run(work()) == pytest.approx(9.0, abs=0.3)


def test_a_paused_batch_goes_on_where_it_was() -> None:
    async def work() -> tuple[bool, str]:
        async with pacing.Pacer(100.0) as pacer:
            pacer.pause()
            waiting = asyncio.create_task(pacer.slot())
            await asyncio.sleep(5)
            still, why = not waiting.done(), pacer.limited_by
            pacer.go_on()
            await waiting
            return still, why

    assert virtual_clock.run(work()) == (True, "paused")


def test_a_storm_of_429_ends_within_seconds_and_everybody_is_served() -> None:
    """A server that takes 50/s and a user who says 500/s."""

    async def work() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        tokens, filled_s, wanted = 50.0, 0.0, 3000
        taken, late_refusals, late = 0, 0, 0
        async with pacing.Pacer(500.0) as pacer:

            async def worker() -> None:
                nonlocal tokens, filled_s, taken, late, late_refusals
                while taken < wanted:
                    await pacer.slot()
                    tokens = min(50.0, tokens + (loop.time() - filled_s) * 50.0)
                    filled_s = loop.time()
                    served = tokens >= 1.0
                    tokens -= served
                    taken += served
                    late += loop.time() > 10
                    late_refusals += loop.time() > 10 and not served
                    await asyncio.sleep(0.05)
                    pacer.heard(accepted() if served else throttled(retry_after_s=1.0))

            await asyncio.gather(*(worker() for _ in range(64)))
        return loop.time() / (wanted / 50.0), late_refusals / late

    times_ideal, share = virtual_clock.run(work())

    assert times_ideal <= 1.2
    assert share <= 0.05
