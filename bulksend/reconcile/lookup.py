"""Unknown rows looked for in Telnyx's records: all is read here, and judged in `telnyx.evidence`.

For each row: its number, its mark where rows are marked, and only where both show nothing after
twelve hours, the neighbours that were accepted in the same minutes, by the same search.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bulksend import journal
from bulksend.contacts import rows
from bulksend.frozen import frozen
from bulksend.reconcile.evidence import (
    CONTROLS_MAX,
    NEIGHBOUR_S,
    Absent,
    Certain,
    ControlRow,
    Evidence,
    Probable,
    Reason,
    judge,
    wide,
)
from bulksend.reconcile.unknown_rows import Clock, UnknownRow, messages
from bulksend.sms.message import Message
from bulksend.telnyx.records import Search, Span
from bulksend.telnyx.reference import RowReference

Verdict = Certain | Probable | Absent | Reason
#: Whether another batch may have texted a phone between two moments, by this computer's clock.
TextedElsewhere = Callable[[str, float, float], bool]
#: A text that another batch noted may have left so much later, and so much earlier than a record
#: that is read as this row's.
_NOTED_BEFORE_S, _NOTED_AFTER_S = 24 * 3600.0, 3600.0


@frozen
class RecordLookup:
    """Looks for the unknown rows of one batch."""

    search: Search
    record: journal.Journal
    frames: rows.Frames
    sender: str
    #: None where the batch's requests carry no webhook URL, and so no marks.
    row_reference: RowReference | None
    clock: Clock
    texted_elsewhere: TextedElsewhere

    async def judge_all(self, unknown_rows: Sequence[UnknownRow]) -> list[Verdict]:
        """What the records say of each case; every case has its message."""
        every_evidence = await asyncio.gather(
            *(self._look(unknown_row) for unknown_row in unknown_rows)
        )
        every_evidence = self._explain(unknown_rows, every_evidence)
        verdicts = [judge(evidence, self.row_reference) for evidence in every_evidence]
        wanting = [at for at, verdict in enumerate(verdicts) if verdict is Reason.FEW_NEIGHBOURS]
        controls = await self._controls([unknown_rows[at] for at in wanting])
        for at in wanting:
            evidence = replace(every_evidence[at], controls=controls[_minute(unknown_rows[at])])
            verdicts[at] = judge(evidence, self.row_reference)
        return verdicts

    async def _look(self, unknown_row: UnknownRow) -> Evidence:
        """The row's number, and its mark."""
        message = unknown_row.message
        assert message is not None  # noqa: S101 - promised by the caller
        clock = unknown_row.clock(self.clock, self.record)
        earliest_s, _ = clock.moment_s(unknown_row.unknown_claim.claimed_ms)
        _, latest_s = clock.moment_s(unknown_row.unknown_claim.settled_ms)
        asked = Span(since_s=earliest_s, until_s=latest_s)
        shown = await self.search.by_phone(message.phone, self.sender, wide(asked))
        deliveries = None
        if self.row_reference is not None:
            deliveries = await self.search.by_row_reference(
                self.row_reference.mark(message.row, message.claim)
            )
        return Evidence(
            message=message,
            asked=asked,
            age_s=time.time() + self.clock.low_s - latest_s,
            records=shown,
            deliveries=deliveries or (),
            competing=unknown_row.unknown_claim.competing or self._is_shared(unknown_row, message),
        )

    def _is_shared(self, unknown_row: UnknownRow, message: Message) -> bool:
        """Whether what the records hold for the phone may be another batch's."""
        claim = unknown_row.unknown_claim
        since_s = claim.claimed_ms / 1000 - _NOTED_BEFORE_S
        until_s = claim.settled_ms / 1000 + _NOTED_AFTER_S
        return self.texted_elsewhere(message.phone, since_s, until_s)

    def _explain(
        self, unknown_rows: Sequence[UnknownRow], every_evidence: Sequence[Evidence]
    ) -> list[Evidence]:
        """What else of ours the records may be."""
        shown_ids = {
            record.message_id
            for evidence in every_evidence
            for record in (*(evidence.records or ()),)
        }
        shown_ids |= {
            record.message_id for evidence in every_evidence for record in evidence.deliveries
        }
        explained = frozenset(self.record.own_messages(shown_ids))
        foreign = {
            evidence.message.phone
            for evidence in every_evidence
            if any(record.message_id not in explained for record in evidence.records or ())
        }
        competing = self._competing(foreign)
        shown = self.row_reference is not None and any(
            self.row_reference.find(record.marked)
            for evidence in every_evidence
            for record in evidence.records or ()
        )
        return [
            replace(
                evidence,
                explained=explained,
                marks_shown=shown,
                competing=evidence.competing or unknown_row.row in competing,
            )
            for unknown_row, evidence in zip(unknown_rows, every_evidence, strict=True)
        ]

    def _competing(self, phones: set[str]) -> set[int]:
        """Rows whose phone another unknown row of the batch has as well."""
        maybe_sent = self.record.rows_maybe_sent()
        sharing = rows.rows_of_phones(self.frames, phones) if phones else {}
        return {
            row
            for together in sharing.values()
            for row in together
            if any(other in maybe_sent for other in together if other != row)
        }

    async def _controls(
        self, unknown_rows: Iterable[UnknownRow]
    ) -> Mapping[int, tuple[ControlRow, ...]]:
        """By minute, the neighbours that were accepted, each looked for as the row was."""
        first = {_minute(unknown_row): unknown_row for unknown_row in unknown_rows}
        near = {
            minute: self.record.neighbours(
                minute * 60_000 + 30_000, int(NEIGHBOUR_S * 1000), CONTROLS_MAX
            )
            for minute in first
        }
        control_messages = messages(
            self.frames, {row: 1 for neighbours in near.values() for row, _, _ in neighbours}
        )
        return {
            minute: tuple(
                await asyncio.gather(
                    *(
                        self._control(first[minute], control_messages[row], claimed_ms, message_id)
                        for row, claimed_ms, message_id in neighbours
                        if row in control_messages
                    )
                )
            )
            for minute, neighbours in near.items()
        }

    async def _control(
        self, unknown_row: UnknownRow, message: Message, claimed_ms: int, message_id: str
    ) -> ControlRow:
        earliest_s, latest_s = unknown_row.clock(self.clock, self.record).moment_s(claimed_ms)
        asked = Span(since_s=earliest_s, until_s=latest_s)
        shown = await self.search.by_phone(message.phone, self.sender, wide(asked))
        return ControlRow(message_id=message_id, phone=message.phone, records=shown)


def _minute(unknown_row: UnknownRow) -> int:
    return unknown_row.unknown_claim.claimed_ms // 60_000
