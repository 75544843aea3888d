"""How a batch stands: counts that always add up, money, the exit code and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulksend.errors import Stop
from bulksend.receipts.counts import NOBODY_ASKED, DeliveryCounts
from bulksend.results import variance

SCHEMA = 1
OK, PARTLY, STOPPED, UNKNOWN_LEFT = 0, 3, 5, 6
JOURNAL_FAILED, CHANGED, INTERRUPTED, TERMINATED = 7, 8, 130, 143


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows by status; every row of the contacts file stands in exactly one."""

    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    unsent: int = 0
    invalid: int = 0
    skipped: int = 0

    @property
    def rows(self) -> int:
        """All rows of the contacts file."""
        return (
            self.accepted + self.refused + self.unknown + self.unsent + self.invalid + self.skipped
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What `run`, `resume` and `status` say at the end."""

    batch: str
    counts: Counts
    #: Parts that Telnyx charged.
    parts: int
    #: What Telnyx took, by currency.
    cost: Mapping[str, Decimal]
    seconds: float
    results: Path
    journal: Path
    stop: Stop | None = None
    #: The sentence why, where there is one.
    because: str = ""
    #: The one command that goes on.
    next: str = ""
    #: Estimate against charges, after a run that was accepted anything.
    variance: variance.Variance | None = None
    #: What became of the accepted messages, as far as anybody asked.
    deliveries: DeliveryCounts = NOBODY_ASKED
    #: A finished batch was asked for again.
    nothing_to_do: bool = False
    #: A run works on it right now.
    running: bool = False
    #: An earlier run left rows behind.
    halted: bool = False

    @property
    def exit_code(self) -> int:
        """By the contract's order: 7, 130/143, 8, 5, 6, 3."""
        if self.nothing_to_do or self.running:
            return OK
        return STOPPED if self.halted else exit_code(self.counts, self.stop)


def exit_code(counts: Counts, stop: Stop | None) -> int:
    """What the process ends with after a batch stands at `counts`."""
    if stop is Stop.JOURNAL:
        return JOURNAL_FAILED
    if stop is Stop.BUG:
        return 1
    if stop in (Stop.INTERRUPTED, Stop.TERMINATED):
        return INTERRUPTED if stop is Stop.INTERRUPTED else TERMINATED
    if stop is Stop.CONTACTS_CHANGED:
        return CHANGED
    if stop is not None:
        return STOPPED
    if counts.unknown:
        return UNKNOWN_LEFT
    return PARTLY if counts.refused or counts.invalid else OK


def document(summary: Summary) -> dict[str, Any]:
    """The JSON document of the contract. Money is a decimal string."""
    counts = summary.counts
    return {
        "schema": SCHEMA,
        "batch": summary.batch,
        "rows": counts.rows,
        "accepted": counts.accepted,
        "refused": counts.refused,
        "unknown": counts.unknown,
        "unsent": counts.unsent,
        "invalid": counts.invalid,
        "skipped": counts.skipped,
        "parts": summary.parts,
        "cost": {currency: format(it, "f") for currency, it in sorted(summary.cost.items())},
        **_deliveries(summary.deliveries),
        "seconds": round(summary.seconds, 3),
        "results": str(summary.results),
        "journal": str(summary.journal),
        "exit_code": summary.exit_code,
        "stopped_because": summary.because or None,
        "next": summary.next or None,
        "variance": variance.document(summary.variance) if summary.variance else None,
    }


def _deliveries(deliveries: DeliveryCounts) -> dict[str, Any]:
    return {
        "delivered": deliveries.delivered,
        "failed": deliveries.failed,
        "unconfirmed": deliveries.unconfirmed,
        "waiting": deliveries.waiting,
        "given_up": deliveries.given_up,
        "final_cost": {
            currency: format(amount, "f")
            for currency, amount in sorted(deliveries.final_cost.items())
        },
    }
