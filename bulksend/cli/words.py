"""What a person reads on stdout at the end of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import click
from tabulate import tabulate

from bulksend.cli import text
from bulksend.commands.summary import Summary

_COLORS = {"accepted": "green", "refused": "red", "unknown": "yellow", "unsent": "yellow"}


def summary(found: Summary) -> str:
    """Counts that add up, money, files, and what to do next."""
    counts = found.counts
    names = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped")
    lines = [(_colored(it, getattr(counts, it)), f"{getattr(counts, it):,}") for it in names]
    table = tabulate(
        [*lines, ("rows", f"{counts.rows:,}")], tablefmt="plain", colalign=("left", "right")
    )
    spent = f"{found.parts:,} parts, {money(found.cost)}, {found.seconds:.1f} s"
    said = [table, spent, f"results: {text.visible(str(found.results), longest=500)}"]
    if found.running:
        said.append("a run works on this batch right now")
    if found.because:
        said.append(click.style("stopped: ", fg="yellow") + text.visible(found.because))
    if found.nothing_to_do:
        said.append("nothing to do: this batch is finished")
    if found.next:
        said.append(click.style("next: ", bold=True) + text.visible(found.next, longest=1000))
    return "\n".join(said)


def _colored(name: str, count: int) -> str:
    return click.style(name, fg=_COLORS[name]) if count and name in _COLORS else name


def money(amounts: Mapping[str, Decimal]) -> str:
    """Every currency on its own."""
    return " + ".join(f"{it} {amount:f}" for it, amount in sorted(amounts.items())) or "no charge"
