"""What became of the accepted messages, and what they cost in the end; how the asking goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from bulksend.cli.render import money_text, progress_line
from bulksend.receipts.counts import AskingProgress, DeliveryCounts

if TYPE_CHECKING:
    from bulksend.results.variance import Variance

_PLACES = Decimal("0.0001")


def deliveries(counts: DeliveryCounts, compared: Variance | None) -> Iterator[str]:
    """Nothing where nobody has asked yet."""
    if not counts.asked:
        return
    became = [*_became(replace(counts, given_up=0))]
    became += [f"waiting {counts.waiting:,}"] if counts.waiting else []
    became += [f"given up {counts.given_up:,}"] if counts.given_up else []
    line = ", ".join(became)
    if counts.final_cost or counts.unbilled:
        line += f"; {money_text.amounts(counts.final_cost)} final{_beside(counts, compared)}"
    yield line
    if each := _each(counts.final_cost, counts.delivered):
        yield f"{each} per delivered text"


def asking_line(progress: AskingProgress, width: int, *, blocks: bool = True) -> str:
    """` 62% ▕███▏ 6,200/10,000 final  delivered 6,100  8:12 left, asks in 25 s`, as much as fits.

    What became of them goes first, then when the next pass comes.
    """
    share = f"{progress_line.percent(progress.final, progress.total):3d}%"
    counted = f"{progress.final:,}/{progress.total:,} final"
    left, asks = _left(progress), _asks(progress)
    became = ", ".join(_became(progress.counts))
    both = ", ".join(word for word in (left, asks) if word)
    for words in ([counted, became, both], [counted, both], [counted, left or asks], [counted]):
        text = "  ".join(word for word in words if word)
        room = width - len(share) - len(text) - 4
        if room >= progress_line.BAR_MIN:
            drawn = progress_line.bar(
                progress.final, progress.total, min(room, progress_line.BAR_MAX), blocks=blocks
            )
            return f"{share} {drawn} {text}"
    return f"{share.strip()} {counted}"[:width]


def asking_plain(progress: AskingProgress, now: datetime) -> str:
    """For a log: the clock, percent, counts, what became of them, and the time left."""
    share = f"{progress_line.percent(progress.final, progress.total)}%"
    words = [f"{progress.final:,}/{progress.total:,} final", ", ".join(_became(progress.counts))]
    words += [", ".join(word for word in (_left(progress), _asks(progress)) if word)]
    return "  ".join(word for word in (f"{now:%H:%M:%S}", share, *words) if word)


def _became(counts: DeliveryCounts) -> Iterator[str]:
    named = (
        ("delivered", counts.delivered),
        ("failed", counts.failed),
        ("unconfirmed", counts.unconfirmed),
        ("given up", counts.given_up),
    )
    return (f"{name} {number:,}" for name, number in named if number)


def _left(progress: AskingProgress) -> str:
    if progress.left_s is None or progress.final >= progress.total:
        return ""
    return progress_line.left_in_words(progress.left_s)


def _asks(progress: AskingProgress) -> str:
    if progress.next_pass_s is None:
        return "asking" if progress.waiting else ""
    seconds = progress.next_pass_s
    return f"asks in {seconds:.0f} s" if seconds < 120 else f"asks in {seconds / 60:.0f} min"


def _beside(counts: DeliveryCounts, compared: Variance | None) -> str:
    """What the final cost is to be held against."""
    notes = []
    if compared is not None and compared.priced and compared.price_estimated:
        notes.append(f"estimated {money_text.amounts(compared.price_estimated)}")
    if counts.unbilled:
        notes.append(f"{_rows(counts.unbilled)} not billed")
    if counts.without_cost:
        notes.append(f"{_rows(counts.without_cost)} without a final cost")
    return f" ({'; '.join(notes)})" if notes else ""


def _each(final_cost: Mapping[str, Decimal], delivered: int) -> str:
    if not delivered:
        return ""
    shares = {
        currency: (amount / delivered).quantize(_PLACES, ROUND_HALF_UP)
        for currency, amount in final_cost.items()
    }
    return money_text.amounts(shares) if shares else ""


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
