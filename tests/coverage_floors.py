"""Coverage by room, held to its floor: `python -m tests.coverage_floors coverage.json`.

The report comes from `pytest --cov --cov-report=json`; lines and branches count alike, also those
that ran in a process of their own.
"""

from __future__ import annotations

import collections
import json
import sys
from pathlib import Path

#: Percent. What decides about money and doubt is run whole.
FLOORS = {
    "sms": 100.0,
    "errors.py": 100.0,
    "sending/pacing": 100.0,
    "sending/delivery.py": 100.0,
    "telnyx/codes.py": 100.0,
    "reconcile/evidence.py": 100.0,
    "": 90.0,
}


def rooms(report: dict[str, dict[str, dict[str, dict[str, int]]]]) -> dict[str, tuple[int, int]]:
    """Lines and branches by room: (run, all)."""
    counts: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for name, file in report["files"].items():
        place = Path(name).relative_to("bulksend").as_posix()
        summary = file["summary"]
        run = summary["covered_lines"] + summary.get("covered_branches", 0)
        whole = summary["num_statements"] + summary.get("num_branches", 0)
        for room in {place.split("/")[0], *(it for it in FLOORS if place.startswith(it))}:
            counts[room][0] += run
            counts[room][1] += whole
    return {room: (run, whole) for room, (run, whole) in counts.items()}


def main() -> int:
    """Print the table; 1 where a room is below its floor."""
    below = 0
    for room, (run, whole) in sorted(rooms(json.loads(Path(sys.argv[1]).read_text())).items()):
        percent = 100.0 * run / max(whole, 1)
        floor = FLOORS.get(room)
        short = floor is not None and percent < floor
        below += short
        words = "" if floor is None else f"floor {floor:.0f} %{': BELOW' if short else ''}"
        print(f"{room or 'all of it':24} {percent:6.1f} %  {words}")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
