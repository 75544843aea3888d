"""One `reconcile` from unknown rows to resolutions: asks, looks up, writes what is certain.

The order is that of strength: keys first, then records; what is only probable waits for a person's
word, outside the loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bulksend import errors, journal, visible
from bulksend.contacts import rows
from bulksend.frozen import frozen
from bulksend.reconcile import idempotency, lookup, proofs, replay, unknown_rows
from bulksend.reconcile.evidence import Absent, By, Certain, Probable, Reason, Resolution
from bulksend.reconcile.person import Person
from bulksend.reconcile.unknown_rows import Clock, UnknownRow
from bulksend.sending import breaker, halt
from bulksend.sending.pacing import pacer
from bulksend.sms.message import Reply, Status
from bulksend.telnyx import client, records

#: Rows named in a question.
_SHOWN_MAX = 20


class Server(Protocol):
    """The server that had the requests."""

    @property
    def base_url(self) -> str:
        """As the batch was sent via."""

    def client(self, envelope: client.Envelope) -> client.Client:
        """For requests with these fields, not yet opened."""


#: The switch, how to leave at once, and where to say so -> as long as Ctrl-C means these.
Stopping = Callable[
    [halt.Halt, Callable[[], None], Callable[[str], None]], AbstractContextManager[None]
]


@frozen
class Task:
    """What is to be settled, where, how fast, and with whom to speak about it."""

    record: journal.Journal
    #: The contacts file as it is now, composed.
    frames: rows.Frames
    server: Server
    #: What every request of the batch holds.
    envelope: client.Envelope
    person: Person
    stopping: Stopping
    rate_per_s: float
    max_in_flight: int
    #: Where this computer remembers its probes.
    state_folder: Path | None
    #: What this computer remembers of its other batches.
    texted_elsewhere: lookup.TextedElsewhere
    #: Ask again also for rows that the server answered with an error, and no record speaks for.
    after_5xx: bool = False


class Reconciler:
    """Every unknown row of a batch, until it has ended or is left."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._record, self._facts = task.record, task.record.batch()
        self._unknown_rows = unknown_rows.unknown_rows(task.frames, task.record.unknown_claims())
        self._probable: list[tuple[UnknownRow, records.Record]] = []
        self.resolutions = unknown_rows.Resolutions(self._unknown_rows)

    def settle(self) -> halt.Halt:
        """What ended it early, if anything did. Raises JournalError, UsageError."""
        switch = asyncio.run(self._ask())
        if self._probable and self._confirmed():
            asyncio.run(self._accept_probable())
        elif self._probable:
            for unknown_row, _ in self._probable:
                self.resolutions.note_reasons(unknown_row.row, Reason.NOT_CONFIRMED)
        for left in self.resolutions.left:
            if not left.reasons:
                self.resolutions.note_reasons(left.row, Reason.STOPPED)
        return switch

    async def _ask(self) -> halt.Halt:
        """Everything that can be asked; a second Ctrl-C leaves, and every row is as it stands."""
        switch = halt.Halt()
        async with AsyncExitStack() as stack:
            gateway = await stack.enter_async_context(self._task.server.client(self._task.envelope))
            await stack.enter_async_context(self._record.writing())
            asking = asyncio.create_task(self._by_strength(gateway, switch), name="bulksend-ask")

            def leave() -> None:
                """Cancel what is still asked: its rows stay unknown."""
                asking.cancel()

            stack.enter_context(self._task.stopping(switch, leave, self._task.person.note))
            try:
                await asking
            except asyncio.CancelledError:
                if not switch:
                    raise
        return switch

    async def _by_strength(self, gateway: client.Client, switch: halt.Halt) -> None:
        clock = await self._greet(gateway)
        await self._repeat(self._repeatable(gateway, clock), gateway, switch)
        if clock is None:
            for left in self.resolutions.left:
                self.resolutions.note_reasons(left.row, Reason.RECORDS_UNREAD)
            return
        if await switch.outlast(self._look_up(gateway, clock)) and self._task.after_5xx:
            await self._repeat(self._after_5xx(), gateway, switch)

    async def _greet(self, gateway: client.Client) -> Clock | None:
        """A first read: it tells the server's time, and whether the API key opens anything."""
        answer = await gateway.get("/balance")
        if answer.http_status == 401:  # 403: a key that may do less than all
            raise errors.UsageError(
                errors.STOP_TEXT[errors.Stop.KEY],
                hint="the unknown rows stay as they are; nothing was sent",
                code="key_refused",
            )
        low_s, high_s = gateway.clock.low_s, gateway.clock.high_s
        if low_s is None or high_s is None:
            return None
        await self._record.note_clock(low_s, high_s)
        return Clock(low_s=low_s, high_s=high_s)

    async def _repeat(
        self, may: list[UnknownRow], gateway: client.Client, switch: halt.Halt
    ) -> None:
        """Rows asked for again with their keys."""
        if not may:
            return
        self._task.person.note(
            f"asking for {len(may)} unknown rows again with their keys: "
            "what had not arrived is sent now"
        )
        key_replay = replay.KeyReplay(
            batch_id=self._facts.batch_id,
            record=self._record,
            gateway=gateway,
            pacer=pacer.Pacer(self._task.rate_per_s),
            guard=breaker.Breaker(breaker.Limits(max_in_flight=self._task.max_in_flight)),
            switch=switch,
            max_in_flight=self._task.max_in_flight,
        )
        for resolution in await key_replay.repeat(may):
            self.resolutions.add(resolution)

    def _repeatable(self, gateway: client.Client, clock: Clock | None) -> list[UnknownRow]:
        """The unknown rows whose keys are proven to protect them; the others are told why not."""
        folder, profile_id = self._task.state_folder, self._facts.profile_id
        proof = proofs.load(folder, self._task.server.base_url, profile_id)
        untrusted = idempotency.untrusted(proof, time.time())
        may = []
        for unknown_row in self._unknown_rows:
            if unknown_row.message is None:
                self.resolutions.note_reasons(unknown_row.row, Reason.ROW_GONE)
                continue
            repeat = idempotency.Repeat(
                untrusted=untrusted,
                same_bytes=self._is_same(unknown_row, gateway),
                age_s=self._age_s(unknown_row, clock),
                http_status=unknown_row.unknown_claim.http,
            )
            if (why_not := idempotency.why_not(repeat)) is None:
                may.append(unknown_row)
            else:
                self.resolutions.note_reasons(unknown_row.row, why_not)
        return may

    def _after_5xx(self) -> list[UnknownRow]:
        """Those that only an error of the server keeps back, and no record speaks for."""
        shown = {unknown_row.row for unknown_row, _ in self._probable}
        barred = {
            unresolved.row
            for unresolved in self.resolutions.left
            if Reason.KEY_NOT_REMEMBERED in unresolved.reasons
        } - shown
        return [unknown_row for unknown_row in self._unknown_rows if unknown_row.row in barred]

    def _is_same(self, unknown_row: UnknownRow, gateway: client.Client) -> bool:
        """Whether the contacts file still makes the same request of the row."""
        if unknown_row.message is None:
            return False
        return (
            self._record.hashes.of_body(gateway.body(unknown_row.message))
            == unknown_row.unknown_claim.body
        )

    def _age_s(self, unknown_row: UnknownRow, clock: Clock | None) -> float | None:
        """Since its claim, at the most, by the server's clock."""
        if clock is None:
            return None
        earliest_s, _ = unknown_row.clock(clock, self._record).moment_s(
            unknown_row.unknown_claim.claimed_ms
        )
        return time.time() + clock.high_s - earliest_s

    async def _look_up(self, gateway: client.Client, clock: Clock) -> None:
        """What Telnyx's records say of the rows that are left."""
        envelope = self._task.envelope
        lookup_records = lookup.RecordLookup(
            search=records.Search(gateway),
            record=self._record,
            frames=self._task.frames,
            sender=self._facts.sender,
            row_reference=envelope.row_reference if envelope.webhook_url else None,
            clock=clock,
            texted_elsewhere=self._task.texted_elsewhere,
        )
        unknown_claims = {
            claim.row: claim for claim in self._record.unknown_claims()
        }  # some were asked for just now
        looked = [
            replace(unknown_row, unknown_claim=unknown_claims[unknown_row.row])
            for unknown_row in self._unknown_rows
            if self.resolutions.is_unresolved(unknown_row.row)
            and self._is_same(unknown_row, gateway)
        ]
        if looked:
            rows = visible.counted(len(looked), "unknown row")
            self._task.person.note(f"looking {rows} up in Telnyx's records")
        for unknown_row, verdict in zip(
            looked, await lookup_records.judge_all(looked), strict=True
        ):
            await self._follow(unknown_row, verdict)

    async def _follow(self, unknown_row: UnknownRow, verdict: lookup.Verdict) -> None:
        match verdict:
            case Certain(record):
                await self._end(unknown_row, _accepted(record), By.REFERENCE)
            case Absent():
                await self._end(unknown_row, Reply(status=Status.UNSENT), By.ABSENCE)
            case Probable(record):
                self._probable.append((unknown_row, record))
            case reason:
                self.resolutions.note_reasons(unknown_row.row, reason)

    async def _end(self, unknown_row: UnknownRow, reply: Reply, by: By) -> None:
        unknown_claim = unknown_row.unknown_claim
        await self._record.resolve(unknown_claim.row, unknown_claim.claim, reply, f"evidence: {by}")
        if self._record.is_unknown(unknown_claim.row):  # an earlier claim of it may have arrived
            self.resolutions.note_reasons(unknown_claim.row, Reason.EARLIER_CLAIM)
            return
        self.resolutions.add(
            Resolution(
                row=unknown_claim.row, status=reply.status, by=by, message_id=reply.message_id
            )
        )

    def _confirmed(self) -> bool:
        """Whether the person takes what fits for what it seems to be."""
        shown = [
            f"  row {unknown_row.row}: message {record.message_id}, made {_at(record)} UTC, "
            f"{record.parts or '?'} parts"
            for unknown_row, record in self._probable[:_SHOWN_MAX]
        ]
        count = len(self._probable)
        heading = f"{count} unknown rows have one record each that fits and is no other row's:"
        more = [f"  and {count - _SHOWN_MAX} more"] if count > _SHOWN_MAX else []
        try:
            return self._task.person.confirm(
                "\n".join([heading, *shown, *more]), ask="Are these the rows' own messages?"
            )
        except errors.UsageError:  # nobody can be asked here
            return False

    async def _accept_probable(self) -> None:
        async with self._record.writing():
            for unknown_row, record in self._probable:
                await self._end(unknown_row, _accepted(record), By.SEARCH)


def _accepted(record: records.Record) -> Reply:
    """A record as the reply that never came."""
    return Reply(
        status=Status.ACCEPTED,
        message_id=record.message_id,
        parts=record.parts,
        encoding=record.encoding,
        cost=record.cost,
    )


def _at(record: records.Record) -> str:
    return f"{datetime.fromtimestamp(record.at_s or 0.0, UTC):%F %T}"
