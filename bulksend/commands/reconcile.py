"""`bulksend reconcile`: unknown rows settled by evidence, and for the rest why not."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from bulksend import errors, journal
from bulksend.commands import access as accesses
from bulksend.commands import batch, cases, consent, proofs, repeating, sending, signals, summary
from bulksend.commands.cases import Case, Clock
from bulksend.commands.plan import Plan
from bulksend.commands.resume import reopened
from bulksend.commands.send import End
from bulksend.commands.settings import Settings
from bulksend.commands.view import View
from bulksend.sending import breaker, halt, pace, pacing
from bulksend.telnyx import client, idempotency
from bulksend.telnyx.evidence import REASON_TEXT, By, Left, Reason, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How the batch stands now, and what was found."""

    summary: summary.Summary
    settled: tuple[Settled, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def exit_code(self) -> int:
        """6 when unknown rows remain."""
        return self.summary.exit_code


def reconcile(settings: Settings, view: View, *, after_5xx: bool = False) -> Reconciled:
    """Settle what evidence settles. Raises as `resume` does.

    `after_5xx`: ask again also for rows that the server answered with an error.
    """
    began_s = time.monotonic()
    with reopened(settings, view) as (record, planned):
        work = _Work(settings, record, planned, view, after_5xx)
        end = work.settle()
        stands = sending.stand(record, settings, seconds=time.monotonic() - began_s, end=end)
        record.end_run(stands.exit_code, str(end.stop or "reconciled"))
        sending.write_results(planned, record, settings)
    left = work.endings.left
    return Reconciled(
        summary=replace(stands, next=_next(stands, left, settings)),
        settled=tuple(sorted(work.endings.settled, key=lambda it: it.row)),
        left=tuple(left),
    )


class _Work:
    """One `reconcile`, from doubts to endings."""

    def __init__(
        self,
        settings: Settings,
        record: journal.Journal,
        planned: Plan,
        view: View,
        after_5xx: bool,
    ) -> None:
        self._settings, self._record, self._view = settings, record, view
        self._after_5xx = after_5xx
        self._facts = record.batch()
        self._cases = cases.cases(planned, record.doubts())
        self.endings = cases.Endings(self._cases)

    def settle(self) -> End:
        """Why it ended early. Raises JournalError, UsageError."""
        if not self._cases:
            return End(None, "")
        if self._facts.sandbox:
            for case in self._cases:
                self.endings.leave(case.row, Reason.SANDBOX_GONE)
            return End(None, "")
        sent_via = self._facts.options.get("base_url", "")
        found = accesses.access(self._settings, sent_via)
        if found.base_url != sent_via:
            raise errors.BatchMismatch(
                f"the batch was sent via {sent_via}, and only there is it known what became of it",
                hint="leave --base-url out",
                code="batch_changed",
            )
        self._consent_to_5xx()
        return asyncio.run(self._ask(found))

    def _consent_to_5xx(self) -> None:
        """Raises UsageError unless the person agrees, by the count, that some are texted twice."""
        doubtful = [it for it in self._cases if not idempotency.is_remembered(it.doubt.http)]
        if self._after_5xx and doubtful:
            consent.to_send_again(
                len(doubtful),
                "unknown after a server error",
                "the key may not protect them: asking again may text and charge twice",
                self._view,
            )

    async def _ask(self, found: accesses.Access) -> End:
        """Everything that can be asked; a second Ctrl-C leaves, and every row is as it stands."""
        switch = halt.Halt()
        async with AsyncExitStack() as stack:
            gateway = await stack.enter_async_context(
                client.Client(found.base_url, found.key, batch.envelope(self._facts))
            )
            await stack.enter_async_context(self._record.writing())
            asking = asyncio.create_task(self._by_strength(found, gateway, switch))
            stack.enter_context(signals.two_steps(switch, lambda: leave(asking), self._view.note))
            try:
                await asking
            except asyncio.CancelledError:
                if not switch:
                    raise
        return End(switch.reason, switch.detail)

    async def _by_strength(
        self, found: accesses.Access, gateway: client.Client, switch: halt.Halt
    ) -> None:
        """The strongest evidence first."""
        await _greet(gateway)
        clock = _clock_of(gateway)
        if clock is not None:
            await self._record.note_clock(clock.low_s, clock.high_s)
        guards = self._settings.guards
        async with pacing.Pacer(pace.parse_rate(guards.rate)) as pacer:
            repeater = repeating.Repeater(
                batch_id=self._facts.batch_id,
                record=self._record,
                gateway=gateway,
                pacer=pacer,
                guard=breaker.Breaker(breaker.Limits(max_in_flight=guards.max_in_flight)),
                switch=switch,
                max_in_flight=guards.max_in_flight,
            )
            may = self._repeatable(found.base_url, gateway, clock)
            if may:
                self._view.note(
                    f"asking for {len(may)} unknown rows again with their keys: "
                    "what had not arrived is sent now, and nothing twice"
                )
            for ending in await repeater.repeat(may):
                self.endings.add(ending)

    def _repeatable(self, base_url: str, gateway: client.Client, clock: Clock | None) -> list[Case]:
        """The cases that may be asked for again; the others are told why not."""
        proof = proofs.recall(self._settings.state_folder, base_url, self._facts.profile_id)
        proven = proof is not None and proof.stands(time.time())
        may = []
        for case in self._cases:
            if case.message is None:
                self.endings.leave(case.row, Reason.ROW_GONE)
                continue
            body = gateway.body(case.message)
            repeat = idempotency.Repeat(
                proven=proven,
                same_bytes=self._record.body_hash(body) == case.doubt.body,
                age_s=self._age_s(case, clock),
                http_status=case.doubt.http,
                after_5xx=self._after_5xx,
            )
            if (barred := idempotency.bar(repeat)) is None:
                may.append(case)
            else:
                self.endings.leave(case.row, barred)
        return may

    def _age_s(self, case: Case, clock: Clock | None) -> float | None:
        """Since its claim, at the most, by the server's clock."""
        if clock is None:
            return None
        earliest_s, _ = case.clock(clock, self._record).moment_s(case.doubt.claimed_ms)
        return time.time() + clock.high_s - earliest_s


def leave(asking: asyncio.Task[None]) -> None:
    """Give up waiting: what was asked for stays unknown."""
    asking.cancel()


def _clock_of(gateway: client.Client) -> Clock | None:
    low_s, high_s = gateway.clock.low_s, gateway.clock.high_s
    return None if low_s is None or high_s is None else Clock(low_s=low_s, high_s=high_s)


async def _greet(gateway: client.Client) -> None:
    """A first read: it tells the server's time, and whether the key opens anything."""
    answer = await gateway.get("/balance")
    if answer.http_status in (401, 403):
        raise errors.UsageError(
            errors.STOP_TEXT[errors.Stop.KEY],
            hint="the unknown rows stay as they are; nothing was sent",
            code="key_refused",
        )


def _next(stands: summary.Summary, left: Sequence[Left], settings: Settings) -> str:
    """Look again later where that is of use; else it is the person's word."""
    if stands.counts.unsent or not left:
        return stands.next
    if any(it.passing for it in left):
        return batch.command_line("reconcile", settings)
    return batch.command_line("resume", settings, "--resend-unknown")


def document(found: Reconciled) -> dict[str, Any]:
    """The document of `run`, and how each row was settled or why it was not."""
    by = Counter(it.by for it in found.settled)
    return summary.document(found.summary) | {
        "settled": {it.value: by[it] for it in By},
        "settled_rows": [
            {
                "row": it.row,
                "status": it.status,
                "by": it.by,
                "message_id": it.message_id or None,
            }
            for it in found.settled
        ],
        "unknown_rows": [
            {
                "row": it.row,
                "reasons": list(it.reasons),
                "text": "; ".join(REASON_TEXT[each] for each in it.reasons),
            }
            for it in found.left
        ],
    }
