"""`bulksend reconcile`: unknown rows settled by evidence, and for the rest why not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bulksend import errors, journal
from bulksend.batch import advice, consent, summary
from bulksend.batch import connection as accesses
from bulksend.batch import execution as sending
from bulksend.batch.reporter import Reporter
from bulksend.batch.runner import End
from bulksend.batch.settings import Settings
from bulksend.commands.resume import reopened
from bulksend.reconcile import idempotency
from bulksend.reconcile import unknown_rows as cases
from bulksend.reconcile.evidence import REASON_TEXT, By, Reason, Resolution, Unresolved
from bulksend.reconcile.reconciler import Settling, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How the batch stands now, and what was found."""

    summary: summary.Summary
    settled: tuple[Resolution, ...] = ()
    left: tuple[Unresolved, ...] = ()

    @property
    def exit_code(self) -> int:
        """6 when unknown rows remain."""
        return self.summary.exit_code


def reconcile(settings: Settings, reporter: Reporter, *, after_5xx: bool = False) -> Reconciled:
    """Settle what evidence settles. Raises as `resume` does.

    `after_5xx`: ask again also for rows that the server answered with an error.
    """
    began_s = time.monotonic()
    with reopened(settings, reporter) as (record, planned):
        task = Task(
            settings=settings, record=record, plan=planned, reporter=reporter, after_5xx=after_5xx
        )
        end, endings = _settle(task, record.doubts())
        endings.keep({it.row for it in record.doubts()})
        stands = sending.summarize_batch(
            record, settings, seconds=time.monotonic() - began_s, end=end
        )
        record.end_run(stands.exit_code, str(end.stop or "reconciled"))
        sending.write_results(planned, record, settings)
    return Reconciled(
        summary=replace(stands, next=_next(stands, endings.left, settings)),
        settled=tuple(sorted(endings.settled, key=lambda it: it.row)),
        left=tuple(endings.left),
    )


def _settle(task: Task, doubts: Sequence[journal.UnknownClaim]) -> tuple[End, cases.Resolutions]:
    facts = task.record.batch()
    if not doubts or facts.sandbox:
        endings = cases.Resolutions(
            cases.UnknownRow(unknown_claim=it, message=None) for it in doubts
        )
        for unknown_claim in doubts:
            endings.leave(unknown_claim.row, Reason.SANDBOX_GONE)
        return End(None, ""), endings
    access = _same_server(task.settings, facts.options.get("base_url", ""))
    _consent_to_5xx(task, doubts)
    work = Settling(task, access)
    return work.settle(), work.endings


def _same_server(settings: Settings, sent_via: str) -> accesses.Access:
    """Raises BatchMismatch for any other server than the one that had the requests."""
    access = accesses.access(settings, sent_via)
    if access.base_url != sent_via:
        raise errors.BatchMismatch(
            f"the batch was sent via {sent_via}, and only there is it known what became of it",
            hint="leave --base-url out",
            code="batch_changed",
        )
    return access


def _consent_to_5xx(task: Task, doubts: Sequence[journal.UnknownClaim]) -> None:
    """Raises UsageError unless the person agrees, by the count, that some may be texted twice."""
    doubtful = [it for it in doubts if not idempotency.is_remembered(it.http)]
    if task.after_5xx and doubtful:
        consent.to_send_again(
            len(doubtful),
            "unknown after a server error",
            "their keys may protect them no longer: asking again may text and charge twice",
            task.reporter,
        )


def _next(stands: summary.Summary, left: Sequence[Unresolved], settings: Settings) -> str:
    """Look again later where that is of use; else it is the person's word."""
    if stands.counts.unsent or not left:
        return stands.next
    if any(it.passing for it in left):
        return advice.command("reconcile", settings)
    return ""  # what is left may have arrived: to send it again is the person's own word


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
