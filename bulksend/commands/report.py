"""`bulksend report`: one self-contained HTML page of what became of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import bulksend
from bulksend import atomic_file, journal, visible
from bulksend.batch import advice, batch_status, paths, run_notes
from bulksend.batch.plan import Plan
from bulksend.batch.settings import Place, Settings
from bulksend.batch.summary import Summary
from bulksend.commands import results
from bulksend.frozen import frozen
from bulksend.receipts import of_batch
from bulksend.results import csv_writer, entries, figures, report, variance
from bulksend.results.report import Cover, Line, Todo
from bulksend.results.variance import Variance
from bulksend.setting_names import Setting


@frozen
class Written:
    """The page, and how the batch stands on it."""

    path: Path
    summary: Summary


def write(settings: Settings, output: Path | None, *, people: bool) -> Written:
    """Write the page beside the contacts file, or to `output`.

    `people`: with the phones of those who have not got it. Raises as `results` does, and UsageError
    for a file that is there and is no report.
    """
    place = settings.place
    batch_status.refuse_missing(place)
    path = output or place.contacts.with_name(f"{place.stem}.report.html")
    written = paths.beside(place.journal_path, paths.REPORT)
    files = paths.files_of(place, settings.guards, settings.also_read)
    paths.check_output(path, Setting.OUTPUT, files, written)
    with results.read_again(settings) as (record, planned):
        summary = results.stands(record, place)
        totals, compared = _figures_and_variance(record, planned, place.journal_path)
        cover = _cover(place, record, summary, compared)
    page = report.render(cover, totals, people=people)
    return Written(path=_keep(page, path, written), summary=summary)


def _keep(page: bytes, path: Path, written: paths.Written) -> Path:
    """Where it is written: beside `path`, where that was changed meanwhile. Raises JournalError."""
    chosen = [path]
    try:
        with paths.taking(path, written, chosen.append) as part:
            atomic_file.write(part, page)
    except OSError as failure:
        raise csv_writer.unwritable(path, failure) from None
    return chosen[-1]


def _figures_and_variance(
    record: journal.Reader, planned: Plan, journal_path: Path
) -> tuple[figures.Figures, Variance | None]:
    comparison = variance.Comparison(record)
    with of_batch.lookup(record, journal_path) as receipts:
        pieces = comparison.passing(entries.beside(planned.frames, record, receipts))
        totals = figures.add_up(csv_writer.join(*piece) for piece in pieces)
    groups = comparison.groups
    return totals, variance.variance(groups, planned.rate_card) if groups else None


def _cover(
    place: Place, record: journal.Reader, summary: Summary, compared: Variance | None
) -> Cover:
    counts, facts = summary.counts, record.batch()
    return Cover(
        name=place.contacts.name,
        headline=_headline(summary),
        sender=facts.sender,
        began=f"{facts.created_at:%F %R}",
        version=bulksend.__version__,
        sandbox=facts.sandbox,
        running=summary.at_work,
        rows=counts.rows,
        todo=tuple(_todo(place, summary)),
        funnel=tuple(_funnel(summary)),
        money=tuple(_money(summary, compared)),
        causes=() if compared is None else tuple(cause.text for cause in compared.causes[:10]),
        facts=(
            ("Batch", facts.batch_id),
            ("Contacts file", f"{facts.contacts_name}, SHA-256 {facts.contacts_sha256}"),
            ("Messaging profile", facts.profile_id),
            ("Sent with", f"bulksend {facts.tool_version}"),
        ),
        findings=run_notes.findings(record),
        limits_s={each.in_words: held_s for each, held_s in run_notes.limits(record).items()},
        commands={
            "status": advice.command("status", place),
            "results": advice.command("results", place),
            "list": advice.command("results", place, Setting.ONLY, "undelivered"),
        },
    )


def _headline(summary: Summary) -> str:
    counts, deliveries = summary.counts, summary.deliveries
    words = [f"{counts.accepted:,} of {counts.rows:,} rows were accepted by Telnyx"]
    if deliveries.asked:
        words.append(f"{deliveries.delivered:,} are known to be delivered")
    return ", ".join(words)


def _todo(place: Place, summary: Summary) -> Iterator[Todo]:
    """The most urgent first; what may text or cost twice is no command."""
    counts, deliveries = summary.counts, summary.deliveries
    if summary.at_work:
        return
    for number, what, how, name in (
        (counts.unknown, "may have been sent, and nobody knows", "Find out:", "reconcile"),
        (counts.unsent, "are not sent yet", "Go on:", "resume"),
        (deliveries.waiting, "are not final yet", "Ask again:", "receipts"),
    ):
        if number and not summary.sandbox:
            command = advice.command(name, place)
            yield Todo(what=f"{_rows(number)} {what}.", how=how, command=command)
    if deliveries.failed:
        yield Todo(
            what=f"{_rows(deliveries.failed)} were not delivered.",
            how="They are to be told in another way; the list:",
            command=advice.command("results", place, Setting.ONLY, "undelivered"),
        )
    if deliveries.given_up:
        how = "Nobody knew what became of them three days after the last text was sent."
        yield Todo(what=f"{_rows(deliveries.given_up)} were given up.", how=how)
    if counts.invalid:
        yield Todo(
            what=f"{_rows(counts.invalid)} of the contacts file cannot be texted as they stand.",
            how="Below it says why. What can be corrected is sent, once the file is saved, by:",
            command=advice.command("resume", place),
        )
    if counts.refused:
        yield Todo(
            what=f"{_rows(counts.refused)} were refused by Telnyx.",
            how="Below it says why; the list:",
            command=advice.command("results", place, Setting.ONLY, "refused"),
        )


def _funnel(summary: Summary) -> Iterator[Line]:
    counts, deliveries = summary.counts, summary.deliveries
    lines: Iterable[Line] = (
        Line(name="in the contacts file", number=counts.rows, figure="rows"),
        Line(name="accepted by Telnyx", number=counts.accepted, figure="accepted"),
        _part("delivered", deliveries.delivered, "delivered", "good"),
        _part("failed", deliveries.failed, "failed", "bad"),
        _part("unconfirmed by the network", deliveries.unconfirmed, "unconfirmed", "wait"),
        _part("not final yet", deliveries.waiting, "waiting", "wait"),
        _part("given up", deliveries.given_up, "given_up", "wait"),
        Line(name="refused", number=counts.refused, figure="refused", tone="bad"),
        Line(name="unknown", number=counts.unknown, figure="unknown", tone="wait"),
        Line(name="in flight", number=counts.in_flight, figure="in_flight", tone="wait"),
        Line(name="unsent", number=counts.unsent, figure="unsent", tone="wait"),
        Line(name="invalid", number=counts.invalid, figure="invalid", tone="bad"),
        Line(name="skipped on purpose", number=counts.skipped, figure="skipped"),
    )
    yield from (line for line in lines if line.number or line.figure in ("rows", "accepted"))


def _part(name: str, number: int, figure: str, tone: str) -> Line:
    return Line(name=name, number=number, figure=figure, tone=tone, minor=True)


def _money(summary: Summary, compared: Variance | None) -> Iterator[tuple[str, str, str]]:
    deliveries = summary.deliveries
    if compared is not None and compared.priced and compared.price_estimated:
        yield "Estimated", visible.amounts(compared.price_estimated), ""
    yield "Charged at first", visible.amounts(summary.cost) or "nothing", "cost"
    if deliveries.final_cost or deliveries.unbilled:
        yield "Final", visible.amounts(deliveries.final_cost) or "nothing", "final_cost"
        if deliveries.delivered:
            each = {
                currency: (amount / deliveries.delivered).quantize(Decimal("0.0001"))
                for currency, amount in deliveries.final_cost.items()
            }
            yield "For each delivered text", visible.amounts(each), ""
    for number, name in (
        (deliveries.unbilled, "Not billed"),
        (deliveries.without_cost, "Without a final cost"),
        (summary.cost_unknown_rows, "Without a first cost"),
    ):
        if number:
            yield name, _rows(number), ""
    yield "Parts", f"{summary.parts:,}", "parts"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
