"""Unknown rows looked for in Telnyx's records: all is read here, and judged in `telnyx.evidence`.

For each row: its number, its mark where rows are marked, and only where both show nothing after
twelve hours, the neighbours that were accepted in the same minutes, by the same search.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bulksend import journal
from bulksend.batch.plan import Plan
from bulksend.contacts import rows
from bulksend.reconcile import evidence
from bulksend.reconcile.evidence import Absent, Certain, Control, Probable, Reason, Sight
from bulksend.reconcile.unknown_rows import Clock, UnknownRow, messages
from bulksend.sms.message import Message
from bulksend.telnyx.records import Search, Span
from bulksend.telnyx.reference import RowReference

Verdict = Certain | Probable | Absent | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLookup:
    """Looks for the unknown rows of one batch."""

    search: Search
    record: journal.Journal
    plan: Plan
    sender: str
    #: None where the batch's requests carry no webhook URL, and so no marks.
    row_reference: RowReference | None
    clock: Clock

    async def judge(self, cases: Sequence[UnknownRow]) -> list[Verdict]:
        """What the records say of each case; every case has its message."""
        sights = await asyncio.gather(*(self._look(it) for it in cases))
        sights = self._explain(sights)
        verdicts = [evidence.judge(it, self.row_reference) for it in sights]
        wanting = [at for at, it in enumerate(verdicts) if it is Reason.FEW_NEIGHBOURS]
        controls = await self._controls([cases[at] for at in wanting])
        for at in wanting:
            sight = replace(sights[at], controls=controls[_minute(cases[at])])
            verdicts[at] = evidence.judge(sight, self.row_reference)
        return verdicts

    async def _look(self, case: UnknownRow) -> Sight:
        """The row's number, and its mark."""
        message = case.message
        assert message is not None  # noqa: S101 - promised by the caller
        clock = case.clock(self.clock, self.record)
        earliest_s, _ = clock.moment_s(case.unknown_claim.claimed_ms)
        _, latest_s = clock.moment_s(case.unknown_claim.settled_ms)
        asked = Span(since_s=earliest_s, until_s=latest_s)
        found = await self.search.by_phone(message.phone, self.sender, evidence.wide(asked))
        deliveries = None
        if self.row_reference is not None:
            deliveries = await self.search.by_mark(
                self.row_reference.mark(message.row, message.claim)
            )
        return Sight(
            message=message,
            asked=asked,
            age_s=time.time() + self.clock.low_s - latest_s,
            records=found,
            deliveries=deliveries or (),
            rivalled=case.unknown_claim.rivalled,
        )

    def _explain(self, sights: Sequence[Sight]) -> list[Sight]:
        """What else of ours the records may be."""
        seen = {it.message_id for sight in sights for it in (*(sight.records or ()),)}
        seen |= {it.message_id for sight in sights for it in sight.deliveries}
        explained = frozenset(self.record.known_messages(seen))
        foreign = {
            sight.message.phone
            for sight in sights
            if any(it.message_id not in explained for it in sight.records or ())
        }
        rivalled = self._rivalled(foreign)
        shown = self.row_reference is not None and any(
            self.row_reference.find(it.marked) for sight in sights for it in sight.records or ()
        )
        return [
            replace(
                it,
                explained=explained,
                marks_shown=shown,
                rivalled=it.rivalled or it.message.row in rivalled,
            )
            for it in sights
        ]

    def _rivalled(self, phones: set[str]) -> set[int]:
        """Rows whose phone another doubtful row of the batch has as well."""
        doubtful = self.record.doubtful_rows()
        sharing = rows.rows_of_phones(self.plan.frames, phones) if phones else {}
        return {
            row
            for together in sharing.values()
            for row in together
            if any(other in doubtful for other in together if other != row)
        }

    async def _controls(self, cases: Iterable[UnknownRow]) -> Mapping[int, tuple[Control, ...]]:
        """By minute, the neighbours that were accepted, each looked for as the row was."""
        first = {_minute(it): it for it in cases}
        near = {
            minute: self.record.neighbours(
                minute * 60_000 + 30_000, int(evidence.NEIGHBOUR_S * 1000), evidence.CONTROLS_MAX
            )
            for minute in first
        }
        known = messages(self.plan, {row: 1 for found in near.values() for row, _, _ in found})
        return {
            minute: tuple(
                await asyncio.gather(
                    *(
                        self._control(first[minute], known[row], claimed_ms, message_id)
                        for row, claimed_ms, message_id in found
                        if row in known
                    )
                )
            )
            for minute, found in near.items()
        }

    async def _control(
        self, case: UnknownRow, message: Message, claimed_ms: int, message_id: str
    ) -> Control:
        earliest_s, latest_s = case.clock(self.clock, self.record).moment_s(claimed_ms)
        asked = Span(since_s=earliest_s, until_s=latest_s)
        found = await self.search.by_phone(message.phone, self.sender, evidence.wide(asked))
        return Control(message_id=message_id, phone=message.phone, records=found)


def _minute(case: UnknownRow) -> int:
    return case.unknown_claim.claimed_ms // 60_000
