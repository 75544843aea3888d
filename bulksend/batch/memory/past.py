"""What a sender's batches taught about its pace, kept beside the memory for the next estimate.

One small JSON file in the state folder: sender ID -> latency and queue. It holds no number and no
text, and losing it loses nothing but a better guess.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from bulksend import atomic_file, errors, journal
from bulksend.batch.settings import Guards
from bulksend.estimate.duration import NO_PAST, Accepted, Duration, Past, expected, learned
from bulksend.sending import user_rate

_SENDERS_MAX = 200
#: Rows of a batch that tell how long a request is open: enough of them, however many it has.
_NEWEST = 10_000


def load(file: Path | None, sender: str | None) -> Past:
    """What is known of a sender; nothing where there is no file."""
    learned_of = _read(file).get(sender or "")
    if not isinstance(learned_of, dict):
        return NO_PAST
    return Past(
        latency_s=_positive(learned_of.get("latency_s")),
        parts_per_s=_positive(learned_of.get("parts_per_s")),
    )


def duration_of(guards: Guards, past_pace: Past, rows: int, parts: int) -> Duration:
    """How long so many rows of a sender take. Raises UsageError for a rate that is none."""
    rate_per_s = user_rate.parse_rate(guards.rate)
    return expected(rows, parts, rate_per_s, guards.max_in_flight, past_pace)


def note(file: Path | None, journal_path: Path, sender: str | None) -> None:
    """Keep what the batch's journal teaches; where that cannot be written, it is not kept."""
    if file is None or not sender:
        return
    with contextlib.suppress(OSError, errors.JournalError):
        with journal.read(journal_path) as reader:
            rows, begun_ms, parts = reader.pace(_NEWEST)
        past = learned([_accepted(row) for row in rows], begun_ms / 1000, parts)
        if past == NO_PAST:
            return
        senders = _read(file)
        before = senders.pop(sender, None)
        queue = before.get("parts_per_s") if isinstance(before, dict) else None
        senders[sender] = {
            "latency_s": past.latency_s,
            "parts_per_s": past.parts_per_s or _positive(queue),
        }
        newest = dict(list(senders.items())[-_SENDERS_MAX:])
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_file.write(file, json.dumps(newest).encode())


def _accepted(row: tuple[int, int, float]) -> Accepted:
    claimed_ms, settled_ms, wait_s = row
    return Accepted(claimed_s=claimed_ms / 1000, settled_s=settled_ms / 1000, wait_s=wait_s)


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        senders = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return senders if isinstance(senders, dict) else {}


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
