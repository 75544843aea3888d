"""Many messages, and one: with fakes for the world outside and a virtual clock."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from bulksend import errors
from bulksend.errors import Stop
from bulksend.sending import breaker, budget, delivery, halt, pipeline
from bulksend.sms.message import Message, Outcome, Reply, Status
from tests import virtual_clock
from tests.makers import accepted, make_message, throttled, unknown, unsent


class FakeGateway:
    """Answers by a script, a reply for each request; remembers what it was sent."""

    def __init__(self, answer: Callable[[int], Reply], delay_s: float = 0.1) -> None:
        self.answer, self.delay_s = answer, delay_s
        self.sent: list[tuple[bytes, str]] = []
        self.out = self.most_out = 0

    def body(self, message: Message) -> bytes:
        return f"{message.phone}:{message.text}".encode()

    async def send(self, body: bytes, key: str) -> Reply:
        self.sent.append((body, key))
        number = len(self.sent)
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        await asyncio.sleep(self.delay_s)
        self.out -= 1
        return self.answer(number)


class FakeJournal:
    """Keeps what happened, in order: a claim is never durable before what was told earlier."""

    def __init__(self, fails_at: int = 0, *, settles: bool = False) -> None:
        #: Whether outcomes are still kept after a claim could not be.
        self.settles = settles
        self.events: list[tuple[str, int]] = []
        self.settled: dict[int, Outcome] = {}
        self.open: set[int] = set()
        self.most_open = 0
        self.fails_at = fails_at

    def claim(self, message: Message, body: bytes) -> asyncio.Task[None]:
        return asyncio.create_task(self._claim(message))

    def settle(self, outcome: Outcome) -> asyncio.Task[None]:
        return asyncio.create_task(self._settle(outcome))

    async def _claim(self, message: Message) -> None:
        await asyncio.sleep(0.001)
        if self.fails_at and len(self.events) >= self.fails_at:
            raise errors.JournalError("the disk is full")
        self.events.append(("claim", message.row))
        self.open.add(message.row)
        self.most_open = max(self.most_open, len(self.open))

    async def _settle(self, outcome: Outcome) -> None:
        await asyncio.sleep(0.001)
        self.events.append(("settle", outcome.row))
        self.open.discard(outcome.row)
        self.settled[outcome.row] = outcome


class FakePace:
    """A slot for everybody at once, unless it is shut."""

    def __init__(self, *, shut: bool = False) -> None:
        self.shut = shut
        self.given_back = 0

    def slot_now(self) -> bool:
        return not self.shut

    async def slot(self) -> None:
        while self.shut:
            await asyncio.sleep(1.0)

    def smooth_now(self) -> bool:
        return False

    async def smooth(self) -> None:
        pass

    def give_back(self) -> None:
        self.given_back += 1


class FakeSource:
    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = iter(messages)
        self.waits_until, self.never = None, 0

    async def take(self) -> Message | None:
        return next(self.messages, None)

    def may_go(self, message: Message) -> bool:
        return True

    def put_back(self, message: Message) -> None:
        self.messages = itertools.chain([message], self.messages)


class Batch:
    """A pipeline and everything around it."""

    def __init__(
        self,
        answer: Callable[[int], Reply] = lambda _: accepted(),
        *,
        rows: int = 50,
        in_flight: int = 8,
        journal: FakeJournal | None = None,
        pace: FakePace | None = None,
        delay_s: float = 0.1,
        cap: pipeline.Budget | None = None,
    ) -> None:
        self.gateway = FakeGateway(answer, delay_s)
        self.journal = journal or FakeJournal()
        self.halt = halt.Halt()
        self.guard = breaker.Breaker(breaker.Limits(max_in_flight=in_flight))
        self.counted: list[Outcome] = []
        pace = pace or FakePace()
        workers = pipeline.Workers(
            batch_id="b",
            source=FakeSource(make_message(it + 2) for it in range(rows)),
            recorder=self.journal,
            pace=pace,
            budget=cap or budget.Unlimited(),
            delivery=delivery.Delivery(
                gateway=self.gateway,
                pace=pace,
                halt=self.halt,
                listeners=(self.on_reply,),
                sleep=asyncio.sleep,
                now_s=virtual_clock.now_s,
                random=random.Random(1),
            ),
            halt=self.halt,
            on_outcomes=self.counted.extend,
        )
        self.pipeline = pipeline.Pipeline(workers, max_in_flight=in_flight)

    def on_reply(self, reply: Reply) -> None:
        reason = self.guard.on_reply(reply, 0.0)
        if reason is not None:
            self.halt.set(reason)

    def statuses(self) -> dict[Status, int]:
        found = [it.status for it in self.journal.settled.values()]
        return {status: found.count(status) for status in set(found)}


def test_every_row_is_claimed_then_sent_then_settled_once() -> None:
    async def work() -> Batch:
        batch = Batch()
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == len(batch.counted) == 50
    assert len({key for _, key in batch.gateway.sent}) == 50
    for row in range(2, 52):
        assert batch.journal.events.index(("claim", row)) < batch.journal.events.index(
            ("settle", row)
        )
    assert batch.journal.most_open <= 8
    assert batch.gateway.most_out <= 8


def test_a_row_that_never_left_is_tried_again_with_the_same_bytes_and_key() -> None:
    async def work() -> Batch:
        batch = Batch(lambda it: unsent("not_written") if it < 3 else accepted(), rows=1)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == 3
    assert len(set(batch.gateway.sent)) == 1
    assert batch.journal.settled[2].attempts == 3
    assert batch.journal.settled[2].status is Status.ACCEPTED


def test_a_row_that_never_leaves_is_given_up_unsent_after_four_attempts() -> None:
    async def work() -> Batch:
        batch = Batch(lambda _: unsent("not_written"), rows=1)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == 4
    assert batch.journal.settled[2].status is Status.UNSENT


def test_an_unknown_row_is_never_sent_a_second_time() -> None:
    async def work() -> Batch:
        batch = Batch(lambda it: unknown() if it % 5 == 0 else accepted())
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == 50
    assert batch.statuses() == {Status.ACCEPTED: 40, Status.UNKNOWN: 10}


def test_a_row_without_a_connection_waits_at_the_gate_and_is_not_given_up() -> None:
    async def work() -> Batch:
        batch = Batch(lambda it: unsent("dns") if 1 < it < 20 else accepted(), rows=2)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert batch.statuses() == {Status.ACCEPTED: 2}
    assert batch.journal.settled[3].attempts == 19


def test_what_waits_at_the_wire_when_the_batch_is_halted_never_leaves() -> None:
    class SlowWire(FakePace):
        async def smooth(self) -> None:
            await asyncio.sleep(60.0)

    async def work() -> Batch:
        batch = Batch(rows=3, pace=SlowWire())
        asyncio.get_running_loop().call_later(2.0, batch.halt.set, Stop.INTERRUPTED)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert not batch.gateway.sent
    assert batch.statuses() == {Status.UNSENT: 1}
    assert batch.journal.settled[2].attempts == 0


class NotNow(FakeSource):
    """Its first row may not go when its slot comes, and may a second later."""

    async def take(self) -> Message | None:
        await asyncio.sleep(0.1)
        return await super().take()

    def may_go(self, message: Message) -> bool:
        return message.row != 2 or asyncio.get_running_loop().time() > 1.0


def test_a_row_whose_hours_became_quiet_is_put_back_and_its_slot_given_back() -> None:
    async def work() -> tuple[Batch, FakePace]:
        pace = FakePace()
        batch = Batch(rows=2, pace=pace)
        batch.pipeline._workers = replace(
            batch.pipeline._workers, source=NotNow(make_message(it) for it in (2, 3))
        )
        await batch.pipeline.run()
        return batch, pace

    batch, pace = virtual_clock.run(work())

    assert batch.statuses() == {Status.ACCEPTED: 2}
    assert pace.given_back > 0
    assert batch.journal.events.count(("claim", 2)) == 1


def test_a_throttled_row_whose_hours_became_quiet_is_left_unsent() -> None:
    async def work() -> Batch:
        batch = Batch(lambda _: throttled(), rows=1)
        batch.pipeline._workers.delivery.may_go = lambda _message: False
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert batch.statuses() == {Status.UNSENT: 1}
    assert len(batch.gateway.sent) == 1


def test_a_throttled_row_is_asked_again_however_often_and_is_not_given_up() -> None:
    async def work() -> Batch:
        batch = Batch(lambda it: throttled() if it < 20 else accepted(), rows=1)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert batch.journal.settled[2].status is Status.ACCEPTED
    assert batch.journal.settled[2].attempts == 20


def test_a_wrong_key_costs_one_request() -> None:
    async def work() -> Batch:
        batch = Batch(lambda _: unsent("10009", stop=Stop.KEY), rows=1000)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == 1
    assert batch.halt.reason is Stop.KEY


@pytest.mark.parametrize("fatal_from", [2, 50, 333])
def test_after_a_fatal_answer_no_more_requests_than_may_be_in_flight(fatal_from: int) -> None:
    async def work() -> Batch:
        batch = Batch(
            lambda it: accepted() if it < fatal_from else unsent("20100", stop=Stop.FUNDS),
            rows=1000,
        )
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) < fatal_from + 8
    assert batch.journal.open == set()


def test_a_first_interruption_waits_for_replies_and_cancels_none() -> None:
    async def work() -> Batch:
        batch = Batch(rows=1000, delay_s=3.0)
        asyncio.get_running_loop().call_later(10.0, batch.halt.set, Stop.INTERRUPTED)
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert batch.gateway.out == 0
    assert batch.statuses() == {Status.ACCEPTED: len(batch.gateway.sent)}


def test_an_interruption_wakes_those_who_wait_for_a_slot() -> None:
    async def work() -> tuple[Batch, float]:
        batch = Batch(pace=FakePace(shut=True))
        asyncio.get_running_loop().call_later(2.0, batch.halt.set, Stop.INTERRUPTED)
        await batch.pipeline.run()
        return batch, asyncio.get_running_loop().time()

    batch, ended_s = virtual_clock.run(work())

    assert batch.journal.events == []
    assert ended_s < 2.1


def test_leaving_makes_what_is_in_flight_unknown_within_a_second() -> None:
    async def work() -> tuple[Batch, float]:
        batch = Batch(rows=1000, delay_s=0.5)
        loop = asyncio.get_running_loop()
        loop.call_later(2.2, batch.pipeline.leave)
        await batch.pipeline.run()
        return batch, loop.time()

    batch, ended_s = virtual_clock.run(work())

    assert ended_s < 3.2
    assert batch.statuses()[Status.UNKNOWN] <= 8
    assert batch.journal.open == set()


def test_a_pipeline_that_is_cancelled_leaves_no_worker_and_no_row_in_doubt_unsaid() -> None:
    async def work() -> tuple[Batch, set[str]]:
        batch = Batch(rows=1000, delay_s=0.5)
        running = asyncio.create_task(batch.pipeline.run())
        asyncio.get_running_loop().call_later(2.2, running.cancel)
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.sleep(0)
        return batch, {task.get_name() for task in asyncio.all_tasks()}

    batch, still_running = virtual_clock.run(work())

    assert not {name for name in still_running if name.startswith("bulksend-")}
    assert 0 < batch.statuses()[Status.UNKNOWN] <= 8
    assert batch.journal.open == set()


def test_a_journal_that_cannot_be_written_stops_the_sending_at_once() -> None:
    async def work() -> Batch:
        batch = Batch(rows=1000, journal=FakeJournal(fails_at=40))
        with pytest.raises(errors.JournalError):
            await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    claims = [row for what, row in batch.journal.events if what == "claim"]
    assert len(batch.gateway.sent) <= len(claims)


def test_what_is_in_flight_is_waited_for_where_its_outcome_can_still_be_kept() -> None:
    """A full disk takes no claim, and the ballast makes room for what is on its way."""

    async def work() -> Batch:
        batch = Batch(rows=1000, journal=FakeJournal(fails_at=41, settles=True), delay_s=3.0)
        with pytest.raises(errors.JournalError):
            await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.journal.settled) == len(batch.gateway.sent) > 0
    assert batch.statuses() == {Status.ACCEPTED: len(batch.gateway.sent)}
    assert batch.journal.open == set()


def test_a_batch_stops_before_it_can_exceed_its_budget() -> None:
    async def work() -> Batch:
        batch = Batch(
            rows=100,
            cap=budget.Budget(Decimal("0.42"), lambda _c, _parts: accepted().cost),
        )
        await batch.pipeline.run()
        return batch

    batch = virtual_clock.run(work())

    assert len(batch.gateway.sent) == 10
    assert batch.halt.reason is Stop.MAX_COST
