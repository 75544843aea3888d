"""The document of `run`, `resume`, `status` and `results`: schemas/summary.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.batch.summary import State, Summary
from bulksend.cli.render import SCHEMA, JsonObject, money_text
from bulksend.receipts.counts import DeliveryCounts

if TYPE_CHECKING:
    from bulksend.results.variance import Variance


def document(summary: Summary) -> JsonObject:
    """Counts that add up to `rows`, money, and what to do next."""
    counts = summary.counts
    return {
        "schema": SCHEMA,
        "batch": summary.batch,
        "state": str(summary.state),
        "sandbox": summary.sandbox,
        "rows": counts.rows,
        "accepted": counts.accepted,
        "refused": counts.refused,
        "unknown": counts.unknown,
        "unsent": counts.unsent,
        "invalid": counts.invalid,
        "skipped": counts.skipped,
        "in_flight": counts.in_flight,
        "gone": summary.gone,
        "parts": summary.parts,
        "cost": money_text.sums(summary.cost),
        "cost_unknown_rows": summary.cost_unknown_rows,
        **_deliveries(summary.deliveries),
        "skipped_by": dict(sorted(summary.skipped_by.items())),
        "invalid_by": {reason.code: reason.rows for reason in summary.invalid_by},
        "seconds": round(summary.seconds, 3),
        "results": str(summary.results),
        "journal": str(summary.journal),
        **({"listed_rows": summary.listed.rows} if summary.listed else {}),
        "exit_code": summary.exit_code,
        "stopped_because": _stopped_because(summary),
        "stopped_text": summary.because or None,
        "next": summary.next or None,
        "variance": variance(summary.variance) if summary.variance else None,
    }


def _deliveries(deliveries: DeliveryCounts) -> JsonObject:
    return {
        "delivered": deliveries.delivered,
        "failed": deliveries.failed,
        "unconfirmed": deliveries.unconfirmed,
        "waiting": deliveries.waiting,
        "given_up": deliveries.given_up,
        "final_cost": money_text.sums(deliveries.final_cost),
    }


def _stopped_because(summary: Summary) -> str | None:
    """One word for a program: `limit`, `funds`, `paused`, `suspended`."""
    if summary.state in (State.PAUSED, State.SUSPENDED):
        return str(summary.state)
    return None if summary.stop is None else str(summary.stop)


def variance(compared: Variance) -> JsonObject:
    """The estimate against the charges, and why they differ."""
    estimated = money_text.sums(compared.price_estimated) if compared.priced else None
    return {
        "rows": compared.rows,
        "parts_estimated": compared.parts_estimated,
        "parts_charged": compared.parts_charged,
        "price_estimated": estimated,
        "cost": money_text.sums(compared.cost),
        "rows_without_cost": compared.rows_without_cost,
        "causes": [
            {
                "kind": str(cause.kind),
                "country": cause.country,
                "rows": cause.rows,
                "parts": cause.parts,
                "amount": None if cause.amount is None else format(cause.amount, "f"),
                "currency": cause.currency or None,
                "text": cause.text,
            }
            for cause in compared.causes
        ],
    }
