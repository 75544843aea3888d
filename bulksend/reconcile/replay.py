"""Unknown rows asked for again with their idempotency keys, where a probe has proven them.

The row stays unknown in the journal until the reply decides: whatever ends this early, nothing is
forgotten, and a key is the same key the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bulksend import errors, journal
from bulksend.frozen import frozen
from bulksend.reconcile import idempotency
from bulksend.reconcile.evidence import By, Reason, Resolution, Unresolved
from bulksend.reconcile.unknown_rows import UnknownRow
from bulksend.sending import breaker, delivery, halt
from bulksend.sending.pacing.pacer import Pacer
from bulksend.sms.message import Message, Outcome, Reply, Status, idempotency_key

#: Waits for a first request that the server still works on.
_BUSY_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

Conclusion = Resolution | Unresolved


@frozen
class KeyReplay:
    """Asks for rows again; shared by all of them."""

    batch_id: str
    record: journal.Journal
    gateway: delivery.Gateway
    pacer: Pacer
    guard: breaker.Breaker
    switch: halt.Halt
    max_in_flight: int

    async def repeat(self, unknown_rows: Iterable[UnknownRow]) -> list[Conclusion]:
        """How each row ended. Raises JournalError."""
        slots = asyncio.Semaphore(self.max_in_flight)

        async def one(unknown_row: UnknownRow, message: Message) -> Conclusion:
            """Repeat one row's request as soon as fewer than `max_in_flight` are open."""
            async with slots:
                return await self._repeat(unknown_row, message)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        one(unknown_row, unknown_row.message),
                        name=f"bulksend-repeat-{unknown_row.row}",
                    )
                    for unknown_row in unknown_rows
                    if unknown_row.message is not None
                ]
        except* errors.JournalError as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _repeat(self, unknown_row: UnknownRow, message: Message) -> Conclusion:
        if not await self.switch.outlast(self.pacer.slot()):
            return Unresolved(row=unknown_row.row, reasons=(Reason.STOPPED,))
        body = self.gateway.body(message)
        key = idempotency_key(self.batch_id, message.row, message.claim)
        await self.record.note_asked_again(
            unknown_row.row, message.claim, "asked for again with its key"
        )
        outcome = await self._ask(message, body, key)
        return await self._conclude(unknown_row, outcome.reply)

    async def _ask(self, message: Message, body: bytes, key: str) -> Outcome:
        """The reply to the repeat; while the first request is worked on, a later one's."""
        deliver = delivery.Delivery(
            gateway=self.gateway,
            pace=self.pacer,
            halt=self.switch,
            listeners=(self.pacer.on_reply, self._on_reply),
            sleep=asyncio.sleep,
        ).deliver
        outcome = await deliver(message, body, key)
        for wait_s in _BUSY_S:
            if not idempotency.is_in_flight(outcome.reply):
                break
            if not await self.switch.outlast(asyncio.sleep(wait_s)):
                break
            outcome = await deliver(message, body, key)
        return outcome

    def _on_reply(self, reply: Reply) -> None:
        if idempotency.is_in_flight(reply):  # no trouble: the first request is worked on
            return
        reason = self.guard.on_reply(reply, asyncio.get_running_loop().time())
        if reason is not None:
            self.switch.set(reason, reply.error)

    async def _conclude(self, unknown_row: UnknownRow, reply: Reply) -> Conclusion:
        unknown_claim = unknown_row.unknown_claim
        if idempotency.settles(reply):
            why = "its key: answered again" if reply.replayed else "its key: answered"
            await self.record.resolve(unknown_claim.row, unknown_claim.claim, reply, why)
            if self.record.is_unknown(unknown_claim.row):
                return Unresolved(row=unknown_claim.row, reasons=(Reason.EARLIER_CLAIM,))
            return Resolution(
                row=unknown_claim.row, status=reply.status, by=By.KEY, message_id=reply.message_id
            )
        if idempotency.taints(reply):
            await self.record.resolve(
                unknown_claim.row, unknown_claim.claim, reply, "its key: not decided"
            )
        return Unresolved(row=unknown_claim.row, reasons=(_reason(reply),))


def _reason(reply: Reply) -> Reason:
    if idempotency.is_in_flight(reply):
        return Reason.KEY_BUSY
    if idempotency.taints(reply):
        return Reason.KEY_NOT_REMEMBERED
    return Reason.REFUSED_NOW if reply.status is Status.REFUSED else Reason.NO_ANSWER
