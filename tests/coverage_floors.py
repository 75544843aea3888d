"""Coverage by room, held to its floor.

`python -m tests.coverage_floors` runs the tests of the rooms that decide about money and doubt, and
holds these rooms to 100 percent by their own tests; CI does so. `--all` runs the whole suite, with
the processes that it starts, and holds the package to its floor, too.
"""

from __future__ import annotations

import argparse
import collections
import json
import subprocess
import sys
import tempfile
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
_OWN_TESTS = (
    *("tests/unit/sms", "tests/unit/sending", "tests/unit/telnyx/test_codes.py"),
    *("tests/unit/reconcile/test_evidence.py", "tests/unit/test_errors.py"),
)
_ALL = ("tests",)


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
    """Print the table; 1 where a room is below its floor or a test fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="the whole suite")
    whole = parser.parse_args().all
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        code = _run((*_ALL,) if whole else (*_OWN_TESTS, "-m", "not slow"), path)
        if not path.exists():
            return code or 1
        report = json.loads(path.read_text())
    below = 0
    for room, (run, lines) in sorted(rooms(report).items()):
        floor = FLOORS.get(room)
        if not whole and (floor is None or floor < 100.0):
            continue
        percent = 100.0 * run / max(lines, 1)
        short = floor is not None and percent < floor
        below += short
        words = "" if floor is None else f"floor {floor:.0f} %{': BELOW' if short else ''}"
        print(f"{room or 'all of it':24} {percent:6.1f} %  {words}")
    return code or (1 if below else 0)


def _run(tests: tuple[str, ...], report: Path) -> int:
    """The tests under coverage; their exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "6", "--cov=bulksend", "--cov-branch"]
    reports = [f"--cov-report=json:{report}", "--cov-report="]
    return subprocess.run([*command, *reports, *tests], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
