"""What a person reads on stdout at the end of a batch: first what matters, and no zeros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from bulksend import visible
from bulksend.batch.summary import SKIPPED_BECAUSE, Listed, State, Summary
from bulksend.cli.render import delivery_text, money_text

if TYPE_CHECKING:
    from bulksend.batch.preflight.checklist import Finding
    from bulksend.batch.preflight.own_phones import OwnText
    from bulksend.commands.reconcile import Reconciled

_COLORS = {"accepted": "green", "refused": "red", "unknown": "yellow", "unsent": "yellow"}
#: In the order of what matters.
_STATUSES = ("accepted", "in_flight", "refused", "unknown", "unsent", "invalid", "skipped")
#: What each means, for those who were not texted or may not have been.
_MEANS = {
    "refused": "Telnyx said no",
    "unknown": "may have been texted, and nobody answered",
    "unsent": "not texted yet",
}
_REASONS_SHOWN = 6


def summary(ended: Summary) -> str:
    """Counts that add up, money, files, and what to do next."""
    return "\n".join(_lines(ended))


def _lines(ended: Summary) -> Iterator[str]:
    if ended.state is State.NOTHING_TO_DO:
        yield "nothing to do: this batch is finished"
    elif ended.state is State.RUNNING:
        yield "a run is at work on this batch right now"
    elif ended.state is State.PAUSED:
        yield "a run is at work on this batch, and is paused"
    elif ended.state is State.SUSPENDED:
        yield "a run on this batch is suspended (Ctrl-Z): type `fg` in its terminal to let it go on"
    if ended.listed is not None:
        yield from _list_of(ended, ended.listed)
        return
    yield from _counts(ended)
    yield _money(ended)
    yield from delivery_text.deliveries(ended.deliveries, ended.variance)
    yield from money_text.variance(ended.variance)
    yield f"results: {visible.visible(str(ended.results), longest=500)}"
    if ended.because:
        yield click.style("stopped: ", fg="yellow") + visible.visible(ended.because)
    if ended.next:
        yield click.style("next: ", bold=True) + visible.visible(ended.next, longest=20_000)
    if ended.sandbox:
        yield "sandbox: nobody was texted and nothing was charged"


def _list_of(ended: Summary, listed: Listed) -> Iterator[str]:
    """What the list holds; how the batch stands was not the question."""
    rows = f"{listed.rows:,} of {visible.counted(ended.counts.rows, 'row')}"
    file = visible.visible(str(ended.results), longest=500)
    yield f"{rows} ({', '.join(listed.only)}) written to {file}"
    if listed.waiting:
        how = listed.ask or "in the sandbox the run itself asks, with --wait-receipts 10s"
        how = visible.visible(how, longest=20_000)
        texts = visible.counted(listed.waiting, "text")
        yield f"what became of {texts} is not known yet: {how}"


def _counts(ended: Summary) -> Iterator[str]:
    """One line for each status that occurs, then their sum."""
    shown = [(name, getattr(ended.counts, name)) for name in _STATUSES]
    shown = [(name, rows) for name, rows in shown if rows] or [("accepted", 0)]
    width = len(f"{ended.counts.rows:,}")
    widest = max(len(name) for name, _ in shown)
    for name, rows in shown:
        label = click.style(f"{name.replace('_', ' '):{widest}}", fg=_COLORS.get(name))
        yield f"{label}  {rows:>{width},}{_why(name, ended)}"
    if len(shown) > 1 or ended.gone:
        yield f"{'rows':{widest}}  {ended.counts.rows:>{width},}"
    if ended.gone:
        yield f"{visible.counted(ended.gone, 'row')} sent earlier and gone from the contacts file"
    for sentence in ended.texted_before:
        yield f"before: {visible.visible(sentence, longest=600)}"


def _why(name: str, ended: Summary) -> str:
    if name == "invalid":
        why = "; ".join(_reasons(ended))
    elif name == "skipped":
        by = sorted(ended.skipped_by.items(), key=lambda each: -each[1])
        alone = len(by) == 1
        words = [SKIPPED_BECAUSE.get(code, code) for code, _ in by]
        counted = [f"{rows:,} {word}" for word, (_, rows) in zip(words, by, strict=True)]
        why = "; ".join(words if alone else counted)
    else:
        why = _MEANS.get(name, "")
    return f"  {visible.visible(why, longest=1000)}" if why else ""


def _reasons(ended: Summary) -> Iterator[str]:
    alone = len(ended.invalid_by) == 1
    for reason in ended.invalid_by[:_REASONS_SHOWN]:
        word = "row" if reason.rows == 1 else "rows"
        named = ", ".join(map(str, reason.first_rows))
        more = ", ..." if reason.rows > len(reason.first_rows) else ""
        count = "" if alone else f"{reason.rows:,}: "
        yield f"{count}{reason.text}" + (f" ({word} {named}{more})" if named else "")
    left = ended.invalid_by[_REASONS_SHOWN:]
    if left:
        yield f"{sum(reason.rows for reason in left):,} for other reasons, see the results"


def _money(ended: Summary) -> str:
    """No total without "at least" while charges are missing."""
    charged = money_text.charged(
        ended.cost, ended.cost_unknown_rows, ended.counts.unknown, ended.earlier_requests
    )
    return f"{visible.counted(ended.parts, 'part')}, {charged}, {ended.seconds:,.1f} s"


_MOST = 10


def reconciled(result: Reconciled) -> str:
    """What settled how many rows, what stays unknown and why, and the summary."""
    lines = [*_settled(result), *_unresolved(result)]
    return "\n".join([*(lines or ["no row is unknown"]), summary(result.summary)])


def _settled(result: Reconciled) -> Iterator[str]:
    from bulksend.reconcile.evidence import By

    how_in_words = {
        By.KEY: "by the reply to their own key",
        By.REFERENCE: "by their mark in Telnyx's records",
        By.SEARCH: "by the one record that fits",
        By.ABSENCE: "by being in no record, though their neighbours are",
    }
    by = Counter((resolution.by, resolution.status) for resolution in result.settled)
    for (how, status), count in sorted(by.items()):
        yield f"{count:,} {status} {how_in_words[how]}"


def _unresolved(result: Reconciled) -> Iterator[str]:
    from bulksend.reconcile.evidence import REASON_TEXT

    stays = Counter(unresolved.reasons for unresolved in result.left)
    for reasons, count in stays.most_common(_MOST):
        rows = [unresolved.row for unresolved in result.left if unresolved.reasons == reasons]
        named = ", ".join(map(str, rows[:5])) + (", ..." if count > 5 else "")
        why = "; ".join(REASON_TEXT[reason] for reason in reasons)
        verb, word = ("stays", "row") if count == 1 else ("stay", "rows")
        yield f"{count:,} {verb} unknown ({word} {named}): {why}"


_LEVELS = {"ok": "green", "warn": "yellow", "fail": "red"}


def findings(checks: Sequence[Finding]) -> str:
    """One line each, and below it what to do."""
    lines = []
    for check in checks:
        level = click.style(f"{check.level:4}", fg=_LEVELS[check.level])
        lines.append(f"{level}  {check.name}: {visible.visible(check.text, longest=500)}")
        if check.todo:
            lines.append(f"      {click.style('do:', bold=True)} {check.todo}")
    return "\n".join(lines)


def to_own_phones(test: OwnText) -> str:
    """One line a phone, then what it cost."""
    lines = [f"row {test.row}: {visible.visible(test.text)}"]
    for each in test.tried:
        reply = each.reply
        came_to = reply.message_id or f"{reply.code}: {visible.visible(reply.error)}"
        lines.append(f"  {each.phone}  {reply.status}  {came_to}")
    accepted = [each for each in test.tried if each.reply.message_id]
    cost = money_text.amounts(test.cost) if test.cost else "the cost is not known yet"
    lines.append(f"{visible.counted(len(accepted), 'text')} accepted, {cost}; no batch has begun")
    return "\n".join(lines)
