"""What a person reads before money moves: what a batch is, what it costs and lacks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click
from tabulate import tabulate

from bulksend import visible
from bulksend.batch.dry_run import DryRun
from bulksend.cli.render import money_text
from bulksend.estimate import duration
from bulksend.estimate.estimator import CountryLine
from bulksend.estimate.findings import Finding
from bulksend.estimate.samples import Sample
from bulksend.sms import encoding

_WIDTH = 100
_COUNTRIES = 4
_PROBLEMS = 4
_COSTS = 3
_REMARKS = 3
_SAMPLE_LINES = 2
_LIMITED_BY = {
    "in_flight": ", as --max-in-flight and the replies of earlier batches allow",
    "queue": ", as this sender's queue took before",
}
#: A screen has room for so much of one sentence and its fix: two lines.
_SENTENCE = 2 * (_WIDTH - 9)


def estimate(found: DryRun) -> str:
    """Totals, countries, what is not sent, what costs most, what is odd, how messages read."""
    counts = found.estimate
    blocks = [
        "\n".join(_totals(found)),
        _countries(counts.countries),
        _block("nearly surely a mistake", counts.mistakes, _PROBLEMS, "red"),
        _block("not sent", counts.problems, _PROBLEMS, "red"),
        _block("what costs most", [it for it in counts.costs if it.parts], _COSTS, "yellow"),
        _block("good to know", [*found.queue, *counts.remarks], _REMARKS, "cyan"),
        "\n".join(line for it in counts.samples for line in _reads(it)),
    ]
    return "\n".join(it for it in blocks if it)


def _totals(found: DryRun) -> Iterator[str]:
    counts = found.estimate
    yield (
        f"{click.style(visible.visible(found.contacts_name), bold=True)}: "
        f"{visible.counted(counts.rows, 'row')}, "
        f"{counts.sendable:,} sendable, {counts.invalid:,} invalid, {counts.skipped:,} skipped"
    )
    yield f"phones: column {visible.visible(found.phone_column or '(no name)')}"
    parts = visible.counted(counts.parts, "part")
    if counts.parts_max != counts.parts:
        parts += f" (up to {counts.parts_max:,} as networks pack them)"
    price = (
        click.style(money_text.amounts(counts.price), bold=True)
        if counts.price
        else "unpriced (no --rates)"
    )
    if counts.price and counts.unpriced_rows:
        price += f" + {visible.counted(counts.unpriced_rows, 'row')} without a price"
    kinds = ", ".join(f"{rows:,} {name}" for name, rows in counts.encodings.items() if rows)
    yield f"{parts}, {price}; {kinds or 'nothing to send'}"
    if basis := money_text.confidence(found.confidence):
        yield basis
    if found.digest:
        yield f"digest {found.digest} (for --expect)"
    why = _LIMITED_BY.get(found.limited_by, "")
    takes = duration.in_words(found.duration_s)
    yield f"about {takes} at --rate {visible.visible(found.rate)}{why}"


def _countries(lines: tuple[CountryLine, ...]) -> str:
    if not lines:
        return ""
    table = [
        (
            it.country or "(none)",
            f"{it.rows:,}",
            f"{it.parts:,}",
            f"{it.price.currency} {it.price.amount:f}" if it.price else "no price",
        )
        for it in lines[:_COUNTRIES]
    ]
    rest = lines[_COUNTRIES:]
    if rest:
        rows, parts = sum(it.rows for it in rest), sum(it.parts for it in rest)
        table.append((f"{len(rest)} more", f"{rows:,}", f"{parts:,}", "see --json"))
    return tabulate(
        table,
        headers=("country", "rows", "parts", "price"),
        tablefmt="plain",
        colalign=("left", "right", "right", "right"),
    )


def _block(title: str, found: tuple[Finding, ...] | list[Finding], most: int, color: str) -> str:
    if not found:
        return ""
    shown = [line for it in found[:most] for line in _sentence(it)]
    if len(found) > most:
        rows = sum(it.rows for it in found[most:])
        shown.append(
            f"  … {len(found) - most} more, {visible.counted(rows, 'row')}; --json has all"
        )
    return "\n".join((click.style(title, fg=color, bold=True), *shown))


def _sentence(it: Finding) -> list[str]:
    """How many rows, which first, what it is, what it costs, and the fix."""
    words = f"{it.rows:,} {'row' if it.rows == 1 else 'rows'}"
    if it.first_rows:
        more = ", …" if it.rows > len(it.first_rows[:3]) else ""
        words += f" ({', '.join(map(str, it.first_rows[:3]))}{more})"
    if it.kind == "cost" and it.parts:
        words += f", {visible.counted(it.parts, 'part')}{_worth(it)}"
    words += f": {visible.visible(it.text, longest=_SENTENCE)}"
    fix = visible.visible(it.fix, longest=_SENTENCE)
    if fix:  # which is not to be cut off
        room = _SENTENCE - len(fix)
        words = f"{words if len(words) <= room else words[: room - 1].rstrip() + '…'}; {fix}"
    return textwrap.wrap(
        words,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        max_lines=2,
        placeholder=" …",
        break_on_hyphens=False,
    )


def _worth(it: Finding) -> str:
    priced = f" = {money_text.amounts(it.price)}" if it.price else ""
    return priced + (f" + {it.unpriced_parts:,} without a price" if it.unpriced_parts else "")


def _reads(it: Sample) -> list[str]:
    """A message as a phone shows it, with a bar where one part ends and the next begins."""
    kind = f"{it.parts} {'part' if it.parts == 1 else 'parts'}, {it.encoding}"
    bars = " ┃ ".join(encoding.split(it.text)).replace("\n", "⏎")
    return textwrap.wrap(
        visible.visible(bars, longest=700),
        _WIDTH,
        initial_indent=f"row {it.row} reads ({kind}): ",
        subsequent_indent="    ",
        max_lines=_SAMPLE_LINES,
        placeholder=" …",
        drop_whitespace=False,
    )
