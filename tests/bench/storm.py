"""A storm of 429 from end to end: `python -m tests.bench.storm`.

The sandbox's API takes 50 requests in any second, the user says 500/s. Asked for: 429 at most 5 %
of the answers after ten seconds, every row accepted, at most 1.2 times the ideal time, and nothing
texted twice, by the sandbox's own ledger.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from tabulate import tabulate

from tests.acceptance import cli

LIMIT_PER_S = 50.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--rate", default="500/s")
    parser.add_argument("--latency", default="0.05", metavar="SECONDS")
    parser.add_argument("--max-in-flight", default="16")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contacts = cli.write_contacts(folder / "contacts.csv", options.rows)
        limits = ["--request-rate", f"{LIMIT_PER_S:g}/s", "--latency", options.latency]
        with cli.sandbox_process(folder, *limits) as server:
            process = cli.start(
                *("run", contacts, "--text", "Hi {name}", "--rate", options.rate, "--json"),
                *("--max-in-flight", options.max_in_flight, *server.run_options()),
                XDG_STATE_HOME=name,
            )
            out, err = process.communicate()
            entries = server.entries()
            texted = server.accepted()  # fails for a phone that was texted twice
        assert process.returncode == 0, out + err
    began_s = entries[0]["at_s"]
    late = [it for it in entries if it["at_s"] > began_s + 10.0]
    refused = [it for it in entries if it["code"] == "10011"]
    share = sum(it["code"] == "10011" for it in late) / max(len(late), 1)
    times_ideal = (entries[-1]["at_s"] - began_s) / (options.rows / LIMIT_PER_S)
    kept = len(texted) == options.rows and share <= 0.05 and times_ideal <= 1.2
    line = {
        "rows": options.rows,
        "accepted": len(texted),
        "texted twice": 0,
        "429 in all": len(refused),
        "429 after 10 s": f"{100 * share:.2f} %",
        "times the ideal": f"{times_ideal:.3f}",
        "kept": "yes" if kept else "NO",
    }
    print(tabulate([line.values()], headers=list(line), tablefmt="github"))
    _course(entries, began_s)


def _course(entries: list[dict[str, Any]], began_s: float) -> None:
    """What was taken and what was refused, five seconds a line."""
    for from_s in range(0, int(entries[-1]["at_s"] - began_s) + 1, 5):
        these = [it for it in entries if from_s <= it["at_s"] - began_s < from_s + 5]
        taken = sum(it["accepted"] for it in these)
        print(f"{from_s:4d} s  {taken / 5:5.1f}/s taken  {len(these) - taken:4d} times 429")


if __name__ == "__main__":
    main()
