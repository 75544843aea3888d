"""The picture of the table: messages a second, one bar for each sender."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.bench.cells import CELLS
from tests.bench.table import Rounds

_OURS, _THEIRS, _LIMIT = "#0b7a75", "#b8c4c2", "#e3e3e3"


def draw(rounds: Rounds, path: Path) -> None:
    """Write the picture as SVG. Needs matplotlib, of the extra `bench`."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "bulksend", "font.size": 10, "svg.fonttype": "none"}
    from matplotlib import pyplot

    shown = [
        (median(it.per_s for it in rounds[cell.name]), cell)
        for cell in CELLS
        if rounds.get(cell.name) and not cell.latency_ms and cell.contender != "wrk"
    ]
    shown.sort(key=lambda it: it[0])
    names = [cell.label.replace("*", "").replace("`", "") for _, cell in shown]
    rates = [rate for rate, _ in shown]
    colors = [_OURS if cell.contender == "bulksend" else _THEIRS for _, cell in shown]
    figure, axes = pyplot.subplots(figsize=(8.6, 0.42 * len(shown) + 0.9), layout="constrained")
    bars = axes.barh(names, rates, color=colors, height=0.72)
    axes.bar_label(bars, labels=[f"{it:,.0f}" for it in rates], padding=4)
    axes.set_title("Messages a second, one core, loopback", loc="left", fontsize=11)
    axes.set_xlim(0, 1.12 * max(rates))
    axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
