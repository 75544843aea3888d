"""Rounds -> medians, ratios and Markdown. Ratios are taken inside a round: both sides met the same
machine; absolute figures of two runs may differ by half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.cells import CELLS, Cell, Took

#: By cell, one for each round.
Rounds = Mapping[str, Sequence[Took]]


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio that is promised."""

    sentence: str
    of: str
    against: str
    measure: Callable[[Took], float]
    bound: float
    at_most: bool = False

    def ratios(self, rounds: Rounds) -> list[float]:
        """One for each round that has both."""
        pairs = zip(rounds.get(self.of, ()), rounds.get(self.against, ()), strict=False)
        return [self.measure(one) / self.measure(other) for one, other in pairs]

    def met(self, ratio: float) -> bool:
        """Whether a ratio keeps the promise."""
        return ratio <= self.bound if self.at_most else ratio >= self.bound


def _rate(took: Took) -> float:
    return took.per_s


def _cpu(took: Took) -> float:
    return took.sending_cpu_us


def _sending(took: Took) -> float:
    return took.sending_per_s


GOALS = (
    Goal("messages a second, of the bare loop's", "bulksend-50", "bare-50", _rate, 0.8),
    Goal(
        "CPU per message once started, of the bare loop's",
        "bulksend-50",
        "bare-50",
        _cpu,
        1.25,
        True,
    ),
    Goal("times `AsyncTelnyx`, semaphore 10", "bulksend-50", "telnyx-10", _rate, 10.0),
    Goal("times `AsyncTelnyx`, semaphore 50", "bulksend-50", "telnyx-50", _rate, 15.0),
    Goal("times Telnyx's SDK at its fastest", "bulksend-50", "telnyx_fastest-50", _rate, 4.5),
    Goal(
        "1,000 in flight at 100 ms, of the bare loop's rate",
        "bulksend-1000@100ms",
        "bare-1000@100ms",
        _sending,
        0.75,
    ),
)
#: Of in-flight / latency, at 100 ms with 100 in flight.
IDEAL_CELL, IDEAL_PER_S, IDEAL_BOUND = "bulksend-100@100ms", 100 / 0.1, 0.9


def results(rounds: Rounds) -> str:
    """The table of all senders, fastest first, and the one with a slow server."""
    here = [it for it in CELLS if rounds.get(it.name)]
    fast = sorted((it for it in here if not it.latency_ms), key=lambda it: -_median(rounds, it))
    lines = [
        "| who sends | in flight | messages/s | CPU µs/message | MB |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [_line(it, rounds[it.name]) for it in fast]
    slow = [it for it in here if it.latency_ms]
    if slow:
        lines += ["", "| server answers after 100 ms | in flight | messages/s | of the ideal |"]
        lines += ["|---|--:|--:|--:|"]
        lines += [_slow_line(it, rounds[it.name]) for it in slow]
    return "\n".join(lines)


def _median(rounds: Rounds, cell: Cell) -> float:
    return median(it.per_s for it in rounds[cell.name])


def _line(cell: Cell, found: Sequence[Took]) -> str:
    rate, cpu = median(it.per_s for it in found), median(it.cpu_us for it in found)
    memory = median(it.resident_mb for it in found)
    size = f"{memory:.0f}" if memory else ""
    return f"| {cell.label} | {cell.in_flight} | {rate:,.0f} | {cpu:,.0f} | {size} |"


def _slow_line(cell: Cell, found: Sequence[Took]) -> str:
    rate = median(it.sending_per_s for it in found)
    share = rate * cell.latency_ms / 1000 / cell.in_flight
    return f"| {cell.label} | {cell.in_flight:,} | {rate:,.0f} | {share:.2f} |"


def promises(rounds: Rounds) -> str:
    """The ratios that are promised: the median, the range over the rounds, the bound."""
    lines = ["| bulksend's | median | range | goal |", "|---|--:|--:|--:|"]
    lines += [_promise(it.sentence, it.ratios(rounds), it) for it in GOALS if it.ratios(rounds)]
    if rounds.get(IDEAL_CELL):
        shares = [it.sending_per_s / IDEAL_PER_S for it in rounds[IDEAL_CELL]]
        ideal = Goal("", "", "", _sending, IDEAL_BOUND)
        lines.append(_promise("100 in flight at 100 ms, of in-flight / latency", shares, ideal))
    return "\n".join(lines)


def _promise(sentence: str, ratios: Sequence[float], goal: Goal) -> str:
    middle = median(ratios)
    sign, mark = "≤" if goal.at_most else "≥", "" if goal.met(middle) else " **missed**"
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
    return f"| {sentence} | {middle:.2f}{mark} | {spread} | {sign} {goal.bound:g} |"


def quietness(rounds: Rounds) -> str:
    """How steady the machine was, by a loop that always does the same."""
    spins = sorted(it.spin_ms for found in rounds.values() for it in found)
    low, middle, high = (spins[int(share * (len(spins) - 1))] for share in (0.1, 0.5, 0.9))
    words = f"The same pure loop took {middle:.1f} ms (p10 {low:.1f}, p90 {high:.1f})."
    return words if high < 1.5 * low else f"{words} The machine was not quiet: measure again."
