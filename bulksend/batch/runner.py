"""A plan and an open journal -> every open row sent. Wires the rooms of `sending` together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import field
from typing import Any

from bulksend import background, errors, journal
from bulksend.batch import connection, identity, run_notes
from bulksend.batch.control import quiet, request, signals
from bulksend.batch.control.run_control import RunControl
from bulksend.batch.memory import past
from bulksend.batch.memory.keeper import Keeper
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Progress, Reporter
from bulksend.batch.settings import Guards, Place
from bulksend.contacts import rows
from bulksend.errors import Stop
from bulksend.frozen import frozen
from bulksend.sending import breaker, budget, delivery, feed, halt, pipeline, user_rate
from bulksend.sending.pacing.pacer import Pacer
from bulksend.sms.message import Charge, Message, Outcome, Reply, Status
from bulksend.telnyx import client
from bulksend.telnyx.clock import ServerClock

#: How often silence, and a request to stop, are looked for.
_WATCH_S = 0.25
#: A change of the server's clock against ours that is worth a note.
_CLOCK_STEP_S = 5.0


@frozen
class Task:
    """One run: what to send, and what is already closed."""

    plan: Plan
    place: Place
    guards: Guards
    batch_id: str
    journal: journal.Journal
    #: One byte a row number, not zero for rows that are not to be sent.
    closed: bytes
    #: Rows whose claim is not the first.
    claims: Mapping[int, int]
    #: The claim of all others.
    first_claim: int
    #: Rows this run means to send.
    total: int
    #: Rows that ended in earlier runs of the batch.
    ended_before: int = 0
    #: What earlier runs of the batch have cost, or may have; empty where there is no cap.
    earlier: Sequence[Charge]
    keeper: Keeper
    #: After sending, ask so long what became of it; 0.0: do not ask.
    wait_receipts_s: float = 0.0

    def progress(self) -> Progress:
        """Before the first row of this run."""
        if not self.ended_before:
            return Progress(self.total)
        return Progress(
            self.total,
            ended_before=self.ended_before,
            accepted_before=self.journal.counts()[Status.ACCEPTED],
            cost_before=self.journal.cost(),
        )


@frozen(kw_only=False)
class End:
    """Why the sending stopped early; None when every open row was sent."""

    stop: Stop | None
    detail: str


def run_loop(work: Coroutine[Any, Any, End]) -> End:
    """Run to the end, on uvloop where it is installed (the extra `speed`)."""
    # A Ctrl-C before the loop has begun would leave the work unawaited, and Python warn of it.
    with contextlib.closing(work), _garbage_rarely(), _loop() as loop:
        return loop.run(work)


def _loop() -> asyncio.Runner:
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


@contextlib.contextmanager
def _garbage_rarely() -> Iterator[None]:
    """Long-lived objects need not be looked at again and again: a quarter of the CPU."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


async def send(task: Task, access: connection.Access, reporter: Reporter) -> End:
    """Send every open row. Raises JournalError, or what reading the contacts file raised."""
    guards, switch, progress = task.guards, halt.Halt(), task.progress()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        server = await enter(connection.opened(access))
        gateway = await enter(server.client(identity.envelope(task.journal.batch())))
        pacer = Pacer(user_rate.parse_rate(guards.rate))
        await enter(task.journal.writing(task.keeper.keys))
        task.keeper.listen(_skipping(task, progress))
        messages = feed.Feed(task.keeper.reserve(_messages(task)))
        stack.push_async_callback(messages.close)
        source = quiet.source(messages, guards, pacer, switch, reporter)
        guard = _breaker(task)
        run_control = _run_control(task, pacer, source, reporter)
        report = _Report(
            guard, switch, progress, reporter, run_control, task.journal, gateway.clock, task.keeper
        )
        workers = pipeline.Workers(
            batch_id=task.batch_id,
            source=source,
            recorder=task.journal,
            pace=pacer,
            budget=_budget(task),
            delivery=delivery.Delivery(
                gateway=gateway,
                pace=pacer,
                halt=switch,
                listeners=(pacer.on_reply, run_control.on_reply, report.on_reply),
                sleep=asyncio.sleep,
                random=random.Random(),  # noqa: S311 - jitter, not a secret
                may_go=source.may_go,
            ),
            halt=switch,
            on_outcomes=report.ended,
        )
        work = pipeline.Pipeline(workers, max_in_flight=guards.max_in_flight)
        stack.enter_context(signals.two_steps(switch, work.leave, reporter.note))
        await report.around(work, workers.delivery)
        past.note(task.place.pace_file, task.place.journal_path, task.plan.identity.sender)
        await switch.outlast(_ask(task, gateway, reporter))
    return _end(switch, progress, source)


def _skipping(task: Task, progress: Progress) -> Callable[[journal.Skip], None]:
    """What is done with a row that another batch has."""

    def skip(left_out: journal.Skip) -> None:
        """Take it off the total, and into the journal where no claim of it stands there."""
        progress.total -= 1
        if task.journal.may_skip(left_out.row):
            task.journal.skip(left_out)

    return skip


def _messages(task: Task) -> Iterator[list[Message]]:
    """What is open, in the file's order."""
    return rows.message_batches(
        task.plan.frames,
        closed=task.closed,
        claims=task.claims,
        first_claim=task.first_claim,
        limit=task.guards.limit,
    )


async def _ask(task: Task, gateway: client.Client, reporter: Reporter) -> None:
    """What became of the messages, for as long as the person waits."""
    if not task.wait_receipts_s:
        return
    from bulksend.receipts import asking

    facts, path = task.journal.batch(), task.place.journal_path
    batch = asking.Asked(facts=facts, envelope=identity.envelope(facts), journal_path=path)
    await asking.after_sending(gateway, batch, task.wait_receipts_s, reporter)


def _end(switch: halt.Halt, progress: Progress, source: pipeline.Source) -> End:
    """A batch can end with rows that nobody would take, or that may be texted at no moment."""
    if switch.reason is not None or progress.given_up is None:
        never = switch.reason is None and source.never > 0
        return End(Stop.QUIET if never else switch.reason, switch.detail)
    unreachable = progress.given_up.code in errors.NO_CONNECTION
    return End(Stop.UNREACHABLE if unreachable else Stop.GIVEN_UP, progress.given_up.error)


def _breaker(task: Task) -> breaker.Breaker:
    guards = task.guards
    limits = breaker.Limits(
        max_in_flight=guards.max_in_flight,
        patience_s=guards.patience_s,
        watch_phones=task.journal.earlier_stop() is not Stop.REFUSALS,
    )
    return breaker.Breaker(limits)


def _run_control(
    task: Task, pacer: Pacer, source: pipeline.Source, reporter: Reporter
) -> RunControl:
    return RunControl(
        pacer=pacer,
        reporter=reporter,
        path=request.request_path(task.place.journal_path),
        rate=task.guards.rate,
        go_on=request.command_line(task.place, request.CONTINUE),
        workers=task.guards.max_in_flight,
        waits_until=lambda: source.waits_until,
    )


def _budget(task: Task) -> pipeline.Budget:
    cap = task.guards.max_cost
    if cap is None:
        return budget.Unlimited()
    guard = budget.Budget(cap, task.plan.rate_card.worst)
    guard.add_earlier(task.earlier, task.journal.cost())
    guard.add_uncounted(task.journal.apart_uncounted())
    return guard


@frozen(kw_only=False)
class _Report:
    """Everything that hears replies and outcomes while the pipeline works."""

    guard: breaker.Breaker
    switch: halt.Halt
    progress: Progress
    reporter: Reporter
    run_control: RunControl
    journal: journal.Journal
    clock: ServerClock
    keeper: Keeper
    #: The loop's clock.
    now_s: Callable[[], float] = field(default_factory=lambda: asyncio.get_running_loop().time)
    lost_codes: set[str] = field(default_factory=set)

    def on_reply(self, reply: Reply) -> None:
        """Every reply, also of requests that are made again: stop where the breaker says so."""
        reason = self.guard.on_reply(reply, self.now_s())
        if reason is not None:
            self.switch.set(reason, reply.error)

    def ended(self, outcomes: Sequence[Outcome]) -> None:
        """Every row that was settled."""
        for outcome in outcomes:
            self.progress.add(outcome)
            self._tell_lost(outcome.reply)
        self.keeper.ended(outcomes)
        self.reporter.advance(self.progress, outcomes)

    def _tell_lost(self, reply: Reply) -> None:
        """Accepted, and failed in the same reply: each code is told once; the results have all."""
        if reply.status is Status.ACCEPTED and reply.code and reply.code not in self.lost_codes:
            self.lost_codes.add(reply.code)
            self.reporter.note(f"accepted, and failed at once: {reply.code} {reply.error}")

    async def around(self, work: pipeline.Pipeline, deliveries: delivery.Delivery) -> None:
        """The work, with a look at the clock beside it."""
        self.reporter.begin(self.progress)
        self.run_control.begin()
        watch = self._watch(work, deliveries)
        try:
            async with background.beside(watch, name="bulksend-watch", on_failure=self._unwatched):
                await work.run()
        finally:
            self.run_control.end()
            await self._note_clock(None)
            with contextlib.suppress(errors.JournalError):  # the workers met it, and stopped
                await run_notes.note_limits(self.journal, self.progress)
            self.reporter.end(self.progress)

    def _unwatched(self, failure: BaseException) -> None:
        """Nobody would see a silence or a request to stop: no new row, and the rest is drained."""
        self.switch.set(Stop.BUG, str(failure))

    async def _watch(self, work: pipeline.Pipeline, deliveries: delivery.Delivery) -> None:
        noted: tuple[float, float] | None = None
        while True:
            await asyncio.sleep(_WATCH_S)
            self.run_control.look(self.progress, deliveries, len(work.in_flight))
            self.progress.limited_s[self.progress.limited_by] += _WATCH_S
            self.reporter.pulse(self.progress)
            noted = await self._note_clock(noted)
            requests_out = self.run_control.pacer.open > 0
            reason = self.guard.on_tick(self.now_s(), requests_out=requests_out)
            if self.reporter.stopped:
                self.switch.set(Stop.INTERRUPTED)
            elif reason is not None:
                self.switch.set(reason)

    async def _note_clock(self, noted: tuple[float, float] | None) -> tuple[float, float] | None:
        """How old a claim is, is told by the server's clock: note where ours stands to it."""
        low_s, high_s = self.clock.low_s, self.clock.high_s
        if low_s is None or high_s is None:
            return noted
        if noted and low_s > noted[0] - _CLOCK_STEP_S and high_s < noted[1] + _CLOCK_STEP_S:
            return noted
        with contextlib.suppress(errors.JournalError):  # the workers meet it, and stop
            await self.journal.note_clock(low_s, high_s)
        return low_s, high_s
