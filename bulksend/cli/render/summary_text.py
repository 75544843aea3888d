"""What a person reads on stdout at the end of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click
from tabulate import tabulate

from bulksend import visible as text
from bulksend.batch.preflight import Finding
from bulksend.batch.summary import State, Summary
from bulksend.cli.render import delivery_text
from bulksend.cli.render import money_text as money
from bulksend.commands.reconcile import Reconciled
from bulksend.reconcile.evidence import REASON_TEXT, By

_COLORS = {"accepted": "green", "refused": "red", "unknown": "yellow", "unsent": "yellow"}


def summary(found: Summary) -> str:
    """Counts that add up, money, files, and what to do next."""
    counts = found.counts
    names = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped")
    lines = [(_colored(it, getattr(counts, it)), f"{getattr(counts, it):,}") for it in names]
    table = tabulate(
        [*lines, ("rows", f"{counts.rows:,}")], tablefmt="plain", colalign=("left", "right")
    )
    spent = f"{found.parts:,} parts, {money.amounts(found.cost)}, {found.seconds:.1f} s"
    results = f"results: {text.visible(str(found.results), longest=500)}"
    said = [table, spent, *delivery_text.deliveries(found.deliveries, found.variance)]
    said += [*money.variance(found.variance), results]
    if found.state in (State.RUNNING, State.PAUSED):
        said.append("a run works on this batch right now")
    if found.because:
        said.append(click.style("stopped: ", fg="yellow") + text.visible(found.because))
    if found.state is State.NOTHING_TO_DO:
        said.append("nothing to do: this batch is finished")
    if found.next:
        said.append(click.style("next: ", bold=True) + text.visible(found.next, longest=20_000))
    return "\n".join(said)


_MOST = 10
_BY = {
    By.KEY: "by the reply to their own key",
    By.REFERENCE: "by their mark in Telnyx's records",
    By.SEARCH: "by the one record that fits",
    By.ABSENCE: "by being in no record, though their neighbours are",
}


def reconciled(found: Reconciled) -> str:
    """What settled how many rows, what stays unknown and why, and the summary."""
    by = Counter((it.by, it.status) for it in found.settled)
    said = [f"{count:,} {status} {_BY[how]}" for (how, status), count in sorted(by.items())]
    stays = Counter(it.reasons for it in found.left)
    for reasons, count in stays.most_common(_MOST):
        rows = [it.row for it in found.left if it.reasons == reasons]
        named = ", ".join(map(str, rows[:5])) + (", …" if count > 5 else "")
        why = "; ".join(REASON_TEXT[it] for it in reasons)
        said.append(f"{count:,} stay unknown (rows {named}): {why}")
    if not said:
        said.append("no row is unknown")
    return "\n".join([*said, summary(found.summary)])


_LEVELS = {"ok": "green", "warn": "yellow", "fail": "red"}


def findings(found: Sequence[Finding]) -> str:
    """One line each, and below it what to do."""
    said = []
    for it in found:
        level = click.style(f"{it.level:4}", fg=_LEVELS[it.level])
        said.append(f"{level}  {it.name}: {text.visible(it.text, longest=500)}")
        if it.todo:
            said.append(f"      {click.style('do:', bold=True)} {it.todo}")
    return "\n".join(said)


def _colored(name: str, count: int) -> str:
    return click.style(name, fg=_COLORS[name]) if count and name in _COLORS else name
