"""What a person reads on stdout: the summary of a batch, the estimate of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click
from tabulate import tabulate

from bulksend.cli import money as moneys
from bulksend.cli import text
from bulksend.cli.money import money
from bulksend.commands.dry_run import DryRun
from bulksend.commands.reconcile import Reconciled
from bulksend.commands.summary import Summary
from bulksend.contacts.estimate import CountryLine
from bulksend.sms import encoding
from bulksend.telnyx.checkup import Finding
from bulksend.telnyx.evidence import REASON_TEXT, By

_COLORS = {"accepted": "green", "refused": "red", "unknown": "yellow", "unsent": "yellow"}
_MOST = 10


def summary(found: Summary) -> str:
    """Counts that add up, money, files, and what to do next."""
    counts = found.counts
    names = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped")
    lines = [(_colored(it, getattr(counts, it)), f"{getattr(counts, it):,}") for it in names]
    table = tabulate(
        [*lines, ("rows", f"{counts.rows:,}")], tablefmt="plain", colalign=("left", "right")
    )
    spent = f"{found.parts:,} parts, {money(found.cost)}, {found.seconds:.1f} s"
    results = f"results: {text.visible(str(found.results), longest=500)}"
    said = [table, spent, *moneys.variance(found.variance), results]
    if found.running:
        said.append("a run works on this batch right now")
    if found.because:
        said.append(click.style("stopped: ", fg="yellow") + text.visible(found.because))
    if found.nothing_to_do:
        said.append("nothing to do: this batch is finished")
    if found.next:
        said.append(click.style("next: ", bold=True) + text.visible(found.next, longest=1000))
    return "\n".join(said)


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


def estimate(found: DryRun) -> str:
    """Totals, countries, problems, samples."""
    counts = found.estimate
    parts = f"{counts.parts:,} parts"
    if counts.parts_max != counts.parts:
        parts += f" (up to {counts.parts_max:,} as networks pack them)"
    price = money(counts.price) if counts.price else "unpriced"
    if counts.price and counts.unpriced_rows:
        price += f", {counts.unpriced_rows:,} rows unpriced"
    said = [
        f"{text.visible(found.contacts_name)}: {counts.rows:,} rows, "
        f"{counts.sendable:,} sendable, {counts.invalid:,} invalid, {counts.skipped:,} skipped",
        f"{parts}, {price}, {_duration(found.duration_s)}",
        ", ".join(f"{rows:,} {name}" for name, rows in counts.encodings.items() if rows),
        _countries(counts.countries),
        *(
            f"{it.rows:,} × {it.code}: {text.visible(it.text)} "
            f"(rows {', '.join(map(str, it.first_rows))}{', …' if it.rows > 5 else ''})"
            for it in counts.problems[:_MOST]
        ),
        *(f"row {it.row} reads: {_with_boundaries(it.text)}" for it in counts.samples),
    ]
    return "\n".join(it for it in said if it)


def _countries(lines: tuple[CountryLine, ...]) -> str:
    if not lines:
        return ""
    table = [
        (
            it.country or "(none)",
            f"{it.rows:,}",
            f"{it.parts:,}",
            f"{it.price.currency} {it.price.amount:f}" if it.price else "unpriced",
        )
        for it in lines[:_MOST]
    ]
    if len(lines) > _MOST:
        table.append((f"{len(lines) - _MOST} more", "", "", ""))
    return tabulate(
        table,
        headers=("country", "rows", "parts", "price"),
        tablefmt="plain",
        colalign=("left", "right", "right", "right"),
    )


def _with_boundaries(words: str) -> str:
    """A message with a bar where one part ends and the next begins."""
    return text.visible(" | ".join(encoding.split(words)), longest=700)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"
