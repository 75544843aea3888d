"""A plan and an open journal -> every open row sent. Wires the rooms of `sending` together."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from bulksend import journal
from bulksend.commands import access as accesses
from bulksend.commands import signals
from bulksend.commands.plan import Plan
from bulksend.commands.settings import Settings
from bulksend.commands.view import Tally, View
from bulksend.contacts import rows
from bulksend.errors import Stop
from bulksend.sending import breaker, budget, delivery, feed, halt, pacing, pipeline
from bulksend.sms.message import Message, Outcome, Reply
from bulksend.telnyx import client

#: How often silence is looked for.
_WATCH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One run: what to send, and what is already closed."""

    plan: Plan
    settings: Settings
    batch_id: str
    journal: journal.Journal
    #: One byte a row number, not zero for rows that are not to be sent.
    closed: bytes
    #: Rows whose claim is not the first.
    claims: Mapping[int, int]
    total: int


@dataclass(frozen=True, slots=True)
class End:
    """How the sending ended: None when every open row was sent."""

    stop: Stop | None
    detail: str


async def send(task: Task, access: accesses.Access, view: View) -> End:
    """Send every open row. Raises JournalError, or what reading the contacts file raised."""
    guards, switch = task.settings.guards, halt.Halt()
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(accesses.opened(access, task.settings))
        gateway = await stack.enter_async_context(
            client.Client(found.base_url, found.key, _envelope(task.plan))
        )
        pacer = await stack.enter_async_context(pacing.Pacer(pacing.parse_rate(guards.rate)))
        source = feed.Feed(
            rows.message_batches(
                task.plan.frames, closed=task.closed, claims=task.claims, limit=guards.limit
            )
        )
        stack.push_async_callback(source.close)
        guard = breaker.Breaker(breaker.Limits(max_in_flight=guards.max_in_flight))
        tally = Tally(task.total)
        crew = _crew(task, gateway, pacer, source, guard, switch, tally, view)
        work = pipeline.Pipeline(crew, max_in_flight=guards.max_in_flight)
        stack.enter_context(signals.two_steps(switch, work.leave, view.note))
        await _run(work, guard, switch, tally, view)
    return End(switch.reason, switch.detail)


def _envelope(plan: Plan) -> client.Envelope:
    identity = plan.identity
    profile_webhooks = identity.use_profile_webhooks
    return client.Envelope(
        sender=identity.sender or "",
        profile_id=identity.profile_id or "",
        webhook_url=identity.webhook_url,
        webhook_failover_url=identity.webhook_failover_url,
        use_profile_webhooks=None if profile_webhooks is None else profile_webhooks == "yes",
    )


def _crew(
    task: Task,
    gateway: client.Client,
    pacer: pacing.Pacer,
    source: feed.Feed,
    guard: breaker.Breaker,
    switch: halt.Halt,
    tally: Tally,
    view: View,
) -> pipeline.Crew:
    loop = asyncio.get_running_loop()

    def heard(reply: Reply) -> None:
        reason = guard.heard(reply, loop.time())
        if reason is not None:
            switch.set(reason, reply.error)

    def ended(outcome: Outcome) -> None:
        tally.add(outcome)
        view.advance(tally, outcome)

    return pipeline.Crew(
        batch_id=task.batch_id,
        source=source,
        recorder=task.journal,
        pace=pacer,
        purse=_purse(task),
        delivery=delivery.Delivery(
            gateway=gateway,
            pace=pacer,
            halt=switch,
            on_reply=heard,
            sleep=asyncio.sleep,
            random=random.Random(),  # noqa: S311 - jitter, not a secret
        ),
        halt=switch,
        on_claim=_ignore,
        on_outcome=ended,
    )
