"""What a person reads before money moves: what a batch is, what it costs and lacks."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bulksend import visible
from bulksend.batch.dry_run import DryRun
from bulksend.cli.render import money_text
from bulksend.estimate import duration, prices
from bulksend.estimate.estimator import CountryLine
from bulksend.estimate.findings import Finding
from bulksend.estimate.samples import Sample
from bulksend.sms import encoding

_COUNTRIES = 4
_PROBLEMS = 4
_COSTS = 3
_REMARKS = 3
_SAMPLE = 200
_VALUE = 30
_SENTENCE = 600
_NOT_SENT = "not sent"
_ALL_PROBLEMS = "--only-problems --results problems.csv writes them all down"
_LIMITED_BY = {
    "in_flight": ", as --max-in-flight and the replies of earlier batches allow",
    "queue": ", as this sender's queue took before",
}


def estimate(dry_run: DryRun) -> str:
    """Totals, countries, what is not sent, what costs most, what is odd, how messages read."""
    counts = dry_run.estimate
    blocks = [
        "\n".join(_totals(dry_run)),
        _countries(counts.countries),
        _block("nearly surely a mistake", counts.mistakes, _PROBLEMS, "red"),
        _block(_NOT_SENT, counts.problems, _PROBLEMS, "red"),
        _block("what costs most", [cost for cost in counts.costs if cost.parts], _COSTS, "yellow"),
        _block("good to know", [*dry_run.arrival, *counts.remarks], _REMARKS, "cyan"),
        "\n".join(_reads(sample) for sample in counts.samples),
    ]
    return "\n".join(block for block in blocks if block)


def _totals(dry_run: DryRun) -> Iterator[str]:
    counts = dry_run.estimate
    yield (
        f"{click.style(visible.visible(dry_run.contacts_name), bold=True)}: "
        f"{visible.counted(counts.rows, 'row')}, "
        f"{counts.sendable:,} sendable, {counts.invalid:,} invalid, {counts.skipped:,} skipped"
    )
    yield f"phones: column {visible.visible(dry_run.phone_column or '(no name)')}"
    price = prices.price_in_words(counts.price, counts.unpriced_rows)
    price = click.style(price, bold=True) if price else "unpriced (no rate card: --rates)"
    kinds = ", ".join(f"{rows:,} {name}" for name, rows in counts.encodings.items() if rows)
    parts = prices.parts_in_words(counts.parts, counts.parts_max)
    yield f"{parts}, {price}; {kinds or 'nothing to send'}"
    if basis := money_text.confidence(dry_run.confidence):
        yield basis
    if dry_run.digest:
        yield f"digest {dry_run.digest} (for --expect)"
    why = _LIMITED_BY.get(dry_run.limited_by, "")
    takes = duration.in_words(dry_run.duration_s)
    yield f"about {takes} at --rate {visible.visible(dry_run.rate)}{why}"


def _countries(lines: tuple[CountryLine, ...]) -> str:
    if not lines:
        return ""
    table = [
        (
            line.country or "(none)",
            f"{line.rows:,}",
            f"{line.parts:,}",
            f"{line.price.currency} {line.price.amount:f}" if line.price else "no price",
        )
        for line in lines[:_COUNTRIES]
    ]
    rest = lines[_COUNTRIES:]
    if rest:
        rows, parts = sum(line.rows for line in rest), sum(line.parts for line in rest)
        table.append((f"{len(rest)} more", f"{rows:,}", f"{parts:,}", "see --json"))
    from tabulate import tabulate  # a dry run as JSON has no table

    return tabulate(
        table,
        headers=("country", "rows", "parts", "price"),
        tablefmt="plain",
        colalign=("left", "right", "right", "right"),
    )


def _block(title: str, findings: tuple[Finding, ...] | list[Finding], most: int, color: str) -> str:
    if not findings:
        return ""
    shown = [_sentence(finding) for finding in findings[:most]]
    if len(findings) > most:
        rows = sum(finding.rows for finding in findings[most:])
        where = _ALL_PROBLEMS if title == _NOT_SENT else "--json has all"
        shown.append(f"  … {len(findings) - most} more, {visible.counted(rows, 'row')}; {where}")
    return "\n".join((click.style(title, fg=color, bold=True), *shown))


def _sentence(finding: Finding) -> str:
    """How many rows, which first, what it is, what it costs, and the fix."""
    words = f"  {visible.counted(finding.rows, 'row')}"
    if finding.first_rows:
        more = ", …" if finding.rows > len(finding.first_rows[:3]) else ""
        words += f" ({', '.join(map(str, finding.first_rows[:3]))}{more})"
    if finding.kind == "cost" and finding.parts:
        words += f", {visible.counted(finding.parts, 'part')}{_worth(finding)}"
    words += f": {visible.visible(finding.text, longest=_SENTENCE)}"
    if finding.value:
        words += f", as in “{visible.visible(finding.value, longest=_VALUE)}”"
    return f"{words}; {visible.visible(finding.fix, longest=_SENTENCE)}" if finding.fix else words


def _worth(finding: Finding) -> str:
    priced = f" = {visible.amounts(finding.price)}" if finding.price else ""
    return priced + (
        f" + {finding.unpriced_parts:,} without a price" if finding.unpriced_parts else ""
    )


def _reads(sample: Sample) -> str:
    """A message as a phone shows it, with a bar where one part ends and the next begins."""
    kind = f"{visible.counted(sample.parts, 'part')}, {sample.encoding}"
    bars = " ┃ ".join(encoding.split(sample.text)).replace("\n", "⏎")
    return f"row {sample.row} reads ({kind}): {visible.visible(bars, longest=_SAMPLE)}"
