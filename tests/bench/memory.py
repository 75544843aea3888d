"""How much memory a million rows need while they are sent, from the first to the last."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench import cells, contenders, cores, servers

_LOOK_S = 0.5


def watch(rows: int, in_flight: int) -> str:
    """Send so many rows; resident memory along the way, as Markdown."""
    with tempfile.TemporaryDirectory(prefix="bulksend-bench-") as name, servers.running() as url:
        contacts = Path(name) / "contacts.csv"
        contenders.write_contacts(contacts, rows)
        process = subprocess.Popen(
            cells.command("bulksend", url, contacts, rows, in_flight),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        seen: list[tuple[int, float, float]] = []
        while process.poll() is None:
            time.sleep(_LOOK_S)
            try:
                now_mb, most_mb = cores.resident_mb(process.pid)
            except (OSError, KeyError):  # it has just ended
                break
            seen.append((servers.heard(url)["requests"], now_mb, most_mb))
        said = process.communicate()[0]
        assert process.returncode == 0, said
    seconds = json.loads(said.splitlines()[-1])["seconds"]
    return _told(rows, seconds, seen)


def _told(rows: int, seconds: float, seen: list[tuple[int, float, float]]) -> str:
    sending = [(sent, now_mb) for sent, now_mb, _ in seen if 0 < sent < rows]
    lines = ["| rows sent | resident MB |", "|--:|--:|"]
    for tenth in range(1, 11):
        reached = [it for it in sending if it[0] >= min(tenth * rows // 10, sending[-1][0])]
        lines.append(f"| {reached[0][0]:,} | {reached[0][1]:.0f} |")
    first, last = sending[0][1], sending[-1][1]
    lines += ["", f"{rows:,} rows in {seconds:.0f} s: first {first:.0f} MB, last {last:.0f} MB, "]
    most = max(now_mb for _, now_mb in sending)
    lines[-1] += f"most while sending {most:.0f} MB, most ever {seen[-1][2]:.0f} MB."
    return "\n".join(lines)
