"""Draw what the pace makes of the provider's queue: `python -m tests.simulation [FILE]`.

Needs matplotlib, which the extra `bench` brings.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from bulksend.sending.pacing import provider_queue as queueing
from tests.simulation.scenes import SCENES

_OURS, _THEIRS = "tab:blue", "tab:orange"


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/queue.png")
    figure, axes = pyplot.subplots(
        2, len(SCENES), figsize=(15, 5.4), height_ratios=(1, 1), sharex="col", layout="constrained"
    )
    for scene, (waits, rates) in zip(SCENES, axes.T, strict=True):
        trace = scene.run(scene.provider())
        waits.axhspan(0, queueing.BOUND_S, color="tab:green", alpha=0.12)
        waits.axhline(queueing.TARGET_S, color="tab:green", linewidth=0.8)
        waits.plot(trace.at_s, trace.wait_s, color=_OURS, linewidth=1)
        waits.set_title(f"{scene.name}\n(the user says {scene.user_per_s:g}/s)", size=9)
        every = max(1, round(10 / scene.drains[0][1]))
        sent = [
            sum(trace.sent_per_s[max(at - every + 1, 0) : at + 1]) / min(every, at + 1)
            for at in range(len(trace.sent_per_s))
        ]
        rates.plot(trace.at_s, trace.drains_per_s, color=_THEIRS, linewidth=1.6)
        rates.plot(trace.at_s[: len(sent)], sent, color=_OURS, linewidth=0.8)
        rates.set_yscale("symlog", linthresh=min(per_s for _, per_s in scene.drains) / 2)
        rates.set_ylim(bottom=0)
        rates.set_xlabel("seconds", size=8)
    axes[0, 0].set_ylabel("wait in the queue, s\n(green: aimed at, and its bound)", size=8)
    axes[1, 0].set_ylabel("messages a second\norange: sent on, blue: sent", size=8)
    figure.savefig(path, dpi=80)
    print(f"wrote {path}, {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
