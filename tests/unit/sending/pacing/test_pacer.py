"""The gate on a virtual clock: windows, order, holds, pauses, storms."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from bulksend.sending.limited_by import LimitedBy
from bulksend.sending.pacing import pacer as pacing
from bulksend.sms.message import Throttle
from tests import sizes, virtual_clock
from tests.makers import accepted, throttled
from tests.simulation.provider import Provider

ACCEPTED = accepted()


class Slots:
    """Eager workers at a gate, and when they were given their slots."""

    def __init__(self, rate_per_s: float, *, workers: int = 50, latency_s: float = 0.0) -> None:
        self.pacer = pacing.Pacer(rate_per_s)
        self.given: list[float] = []
        self._workers, self._latency_s = workers, latency_s

    async def take(self, seconds: float, *events: tuple[float, Callable[[], None]]) -> None:
        """For so many seconds; each event happens so many seconds after the start."""
        loop = asyncio.get_running_loop()
        for after_s, event in events:
            loop.call_later(after_s, event)
        workers = [asyncio.create_task(self._worker()) for _ in range(self._workers)]
        await asyncio.sleep(seconds)
        for task in workers:
            task.cancel()
        await asyncio.wait(workers)

    async def _worker(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.pacer.slot()
            self.given.append(loop.time())
            await asyncio.sleep(self._latency_s)
            self.pacer.on_reply(ACCEPTED)

    def between(self, from_s: float, to_s: float) -> int:
        return sum(from_s <= it < to_s for it in self.given)

    def most_in(self, window_s: float) -> int:
        first, most = 0, 0
        for last, at_s in enumerate(self.given):
            while self.given[first] <= at_s - window_s:
                first += 1
            most = max(most, last - first + 1)
        return most


def seconds_at(rate_per_s: float) -> float:
    """Long enough to see a slot lost or one too many, and some thousands of slots at most."""
    return 600.0 if rate_per_s < 1 else min(60.0, max(10.0, 6000.0 / rate_per_s))


RATES = [0.1, 7 / 60, 0.5, 1.0, 1.5, 2.5, 10.0, 50.0, 60.3, 333.0, 999.5, 1000.0, 2000.0]


@pytest.mark.parametrize("rate_per_s", RATES)
def test_no_window_has_more_slots_than_the_rate_and_one(rate_per_s: float) -> None:
    slots, seconds = Slots(rate_per_s), seconds_at(rate_per_s)

    virtual_clock.run(slots.take(seconds))

    period_s = max(1.0, 1.0 / rate_per_s)
    assert slots.most_in(period_s) <= int(rate_per_s * period_s + 1)
    assert len(slots.given) >= 0.99 * rate_per_s * seconds
    assert slots.between(0.0, 0.1) <= 1 + 0.12 * rate_per_s


@pytest.mark.slow
@sizes.mostly_whole("rate_per_s", [50.0, 500.0, 1000.0, 2000.0], short=[50.0, 500.0])
def test_the_steps_of_the_start_do_not_cost_the_first_minute(rate_per_s: float) -> None:
    slots = Slots(rate_per_s, workers=int(0.05 * rate_per_s) + 20, latency_s=0.05)

    virtual_clock.run(slots.take(60.0))

    assert len(slots.given) >= 0.99 * rate_per_s * 60.0


class LateLoop(virtual_clock.VirtualClockLoop):
    """Its timers come late: a little always, and now and then a lot."""

    chance = random.Random(7)
    stall_s = 0.0

    def call_at(self, when, callback, *args, context=None):  # type: ignore[no-untyped-def]
        late_s = self.chance.uniform(0.0, 0.003)
        if self.stall_s and self.chance.random() < 0.003:
            late_s += self.stall_s
        return super().call_at(when + late_s, callback, *args, context=context)


@pytest.mark.slow
@pytest.mark.parametrize("rate_per_s", [1.0, 7.5, 50.0, 333.3, 1000.0, 2000.0])
@pytest.mark.parametrize("stall_s", [0.0, 0.06])
def test_late_ticks_cost_no_slots_and_break_no_promise(rate_per_s: float, stall_s: float) -> None:
    slots = Slots(rate_per_s)
    LateLoop.stall_s = stall_s

    seconds = seconds_at(rate_per_s)

    with asyncio.Runner(loop_factory=LateLoop) as runner:
        runner.run(slots.take(seconds))

    assert slots.most_in(1.0) <= int(rate_per_s + 1)
    assert len(slots.given) >= 0.99 * rate_per_s * seconds


@pytest.mark.parametrize(
    ("before", "after"),
    [(50.0, 500.0), (500.0, 50.0), (0.1, 50.0), (50.0, 0.1), (1000.0, 999.5), (1.0, 2.0)],
)
def test_another_rate_holds_at_once_and_exactly(before: float, after: float) -> None:
    slots = Slots(before)

    virtual_clock.run(slots.take(40.0, (20.0, lambda: slots.pacer.set_rate(after))))

    # What the old rate has used up of the new one's second is waited for first; then it is exact.
    period_s = max(1.0, 1.0 / after)
    late = [it for it in slots.given if it >= 20.0 + 1.1]
    assert slots.between(20.0, 20.0 + period_s) <= int(after * period_s + 1)
    assert len(late) >= 0.99 * after * (40.0 - 21.1) - 1
    assert slots.most_in(1.0) <= int(max(before, after) + 1)


def test_a_rate_changed_back_and_forth_gives_no_slots_away() -> None:
    slots = Slots(50.0)
    rates = [50.0, 49.0, 10.0, 50.0, 48.0]
    events = [
        (0.1 * it, lambda it=it: slots.pacer.set_rate(rates[it % len(rates)]))  # type: ignore[misc]
        for it in range(1, 190)
    ]

    virtual_clock.run(slots.take(20.0, *events))

    assert slots.most_in(1.0) <= 51


@pytest.mark.slow
@pytest.mark.parametrize("rest_s", [0.05, 0.5, 5.0, 600.0])
def test_no_storm_after_a_pause(rest_s: float) -> None:
    slots = Slots(1000.0, workers=200, latency_s=0.02)
    pacer = slots.pacer

    virtual_clock.run(slots.take(8.0 + rest_s, (3.0, pacer.pause), (3.0 + rest_s, pacer.go_on)))

    back_s = 3.0 + rest_s
    assert slots.between(3.01, back_s) == 0
    assert slots.between(back_s, back_s + 0.1) <= 1 + 0.12 * 1000
    assert slots.most_in(1.0) <= 1001
    assert slots.between(back_s + 1.0, back_s + 5.0) >= 0.99 * 4000


@pytest.mark.parametrize("kind", list(Throttle))
def test_no_storm_after_a_hold_and_one_request_asks_first(kind: Throttle) -> None:
    slots = Slots(500.0, workers=200, latency_s=0.2)
    refusal = throttled(kind, retry_after_s=40.0)

    virtual_clock.run(slots.take(50.0, (5.0, lambda: slots.pacer.on_reply(refusal))))

    assert slots.between(5.01, 45.0) == 0
    assert slots.between(45.0, 45.19) == 1
    assert slots.between(45.0, 45.39) <= 3


def test_many_short_pauses_give_no_slots_away() -> None:
    slots = Slots(0.5)
    toggles = [slots.pacer.pause, slots.pacer.go_on]

    virtual_clock.run(slots.take(60.0, *((0.3 * it, toggles[it % 2]) for it in range(190))))

    assert slots.most_in(2.0) <= 2
    assert len(slots.given) <= 31


def test_slots_are_given_in_the_order_they_were_asked_for() -> None:
    async def work() -> list[int]:
        order: list[int] = []
        pacer = pacing.Pacer(10.0)

        async def one(number: int) -> None:
            await pacer.slot()
            order.append(number)
            pacer.on_reply(ACCEPTED)

        await asyncio.gather(*(one(it) for it in range(20)))
        return order

    assert virtual_clock.run(work()) == list(range(20))


def test_nobody_passes_at_once_while_others_stand_in_line() -> None:
    async def work() -> tuple[bool, list[bool], bool]:
        pacer = pacing.Pacer(1000.0)
        first = pacer.slot_now()
        waiting = [asyncio.create_task(pacer.slot()) for _ in range(2)]
        await asyncio.sleep(0.1)
        pacer.on_reply(ACCEPTED)  # two may be out now: both who wait pass in the next ticks
        others = []
        while pacer.waited_for:
            others.append(pacer.slot_now())
            pacer.on_reply(ACCEPTED)
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        await asyncio.sleep(0.1)
        return first, others, pacer.slot_now()

    first, others, last = virtual_clock.run(work())

    assert (first, len(others) > 0, any(others), last) == (True, True, False, True)


def test_all_who_may_pass_do_so_in_one_turn_of_the_loop() -> None:
    """Or those who come meanwhile would keep a line standing that nothing but itself holds up."""

    async def work() -> list[bool]:
        pacer = pacing.Pacer(1000.0)
        while pacer.smooth_now():  # as many as may leave in a burst
            pass
        waiting = [asyncio.create_task(pacer.smooth()) for _ in range(11)]
        await asyncio.sleep(0)
        pacer.set_rate(100_000.0)
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return [task.done() for task in waiting]

    assert virtual_clock.run(work()) == [True] * 11


def test_a_cancelled_wait_costs_nobody_a_slot() -> None:
    async def work() -> int:
        pacer = pacing.Pacer(10.0)
        waiting = [asyncio.create_task(pacer.slot()) for _ in range(10)]
        await asyncio.sleep(0)
        pacer.on_reply(ACCEPTED)
        for task in waiting[1:9]:
            task.cancel()
        done, _ = await asyncio.wait(waiting, timeout=1.0)
        return sum(not it.cancelled() for it in done)

    assert virtual_clock.run(work()) == 2


def test_the_first_reply_is_waited_for_before_the_gate_opens() -> None:
    """One request, two, ten, and then as many as the rate wants."""
    slots = Slots(1000.0, workers=500, latency_s=1.0)

    virtual_clock.run(slots.take(4.0))

    assert [slots.between(it, it + 0.9) for it in range(3)] == [1, 2, 10]


def test_requests_that_hang_do_not_keep_the_gate_shut_after_a_hold() -> None:
    async def work() -> float:
        pacer = pacing.Pacer(100.0)
        for number in range(14):  # the last ten are never answered
            await pacer.slot()
            if number < 4:
                pacer.on_reply(ACCEPTED)
        pacer.on_reply(throttled(retry_after_s=9.0))
        await pacer.slot()
        return asyncio.get_running_loop().time()

    assert virtual_clock.run(work()) == pytest.approx(9.2, abs=0.2)


def test_a_paused_batch_goes_on_where_it_was() -> None:
    async def work() -> tuple[bool, bool]:
        pacer = pacing.Pacer(100.0)
        pacer.pause()
        waiting = asyncio.create_task(pacer.slot())
        await asyncio.sleep(5)
        still, paused = not waiting.done(), pacer.pace.paused
        pacer.go_on()
        await waiting
        return still, paused

    assert virtual_clock.run(work()) == (True, True)


def test_whether_anybody_waits_is_known() -> None:
    async def work() -> tuple[bool, bool, bool]:
        pacer = pacing.Pacer(0.1)
        first = pacer.waited_for
        waiting = [asyncio.create_task(pacer.slot()) for _ in range(2)]
        await asyncio.sleep(0.1)
        before = pacer.waited_for
        waiting[1].cancel()
        await asyncio.sleep(0.1)
        return first, before, pacer.waited_for

    assert virtual_clock.run(work()) == (False, True, False)


class Storm:
    """A server that takes 50 requests in any second, and eager workers at 500/s."""

    def __init__(self, *, workers: int, latency_s: float, retry_after_s: float | None) -> None:
        self.provider = Provider([(0.0, 1e9)], requests_per_s=50.0)
        self._workers, self._latency_s = workers, latency_s
        self._refusal = throttled(retry_after_s=retry_after_s)
        self.late = self.late_refusals = 0
        self.seconds = 0.0

    async def send(self, wanted: int) -> None:
        loop, taken = asyncio.get_running_loop(), 0
        pacer = pacing.Pacer(500.0)

        async def worker() -> None:
            nonlocal taken
            while taken < wanted:
                await pacer.slot()
                await asyncio.sleep(self._latency_s / 2)
                admitted = self.provider.admits(loop.time())
                taken += admitted
                self.late += loop.time() > 10
                self.late_refusals += loop.time() > 10 and not admitted
                await asyncio.sleep(self._latency_s / 2)
                pacer.on_reply(ACCEPTED if admitted else self._refusal)

        await asyncio.gather(*(worker() for _ in range(self._workers)))
        assert pacer.limited_by is LimitedBy.THROTTLED
        self.seconds = loop.time()


@pytest.mark.parametrize(
    ("workers", "latency_s", "retry_after_s"),
    [
        pytest.param(16, 0.05, 1.0, id="as a run is by default"),
        pytest.param(16, 0.005, 1.0, id="a near server"),
        pytest.param(64, 0.2, 1.0, id="a far one and a big workers"),
        pytest.param(64, 0.05, None, id="it names no time"),
    ],
)
def test_a_storm_of_429_ends_within_seconds_and_everybody_is_served(
    workers: int, latency_s: float, retry_after_s: float | None
) -> None:
    storm = Storm(workers=workers, latency_s=latency_s, retry_after_s=retry_after_s)

    virtual_clock.run(storm.send(3000))

    assert storm.seconds <= 1.2 * 3000 / 50
    assert storm.late_refusals <= 0.05 * storm.late
    assert storm.provider.throttled <= 0.03 * 3000


def test_a_slot_that_is_given_back_is_not_open_any_more() -> None:
    async def work() -> list[int]:
        pacer = pacing.Pacer(10.0)
        await pacer.slot()
        taken = pacer.open
        pacer.give_back()
        pacer.give_back()
        return [taken, pacer.open]

    assert virtual_clock.run(work()) == [1, 0]


def test_a_gate_that_telnyx_has_shut_for_some_seconds_is_held_until_then() -> None:
    async def work() -> list[bool]:
        pacer = pacing.Pacer(10.0)
        before = pacer.held
        pacer.on_reply(throttled(reset_s=5.0))
        shut = pacer.held
        await asyncio.sleep(60.0)
        return [before, shut, pacer.held]

    assert virtual_clock.run(work()) == [False, True, False]
