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
from bulksend.batch.settings import Settings
from bulksend.estimate.duration import NO_PAST, Accepted, Duration, Past, expected, learned
from bulksend.sending import user_rate

_FILE = "pace.json"
_SENDERS_MAX = 200


def load(settings: Settings, sender: str | None) -> Past:
    """What is known of a sender; nothing in the sandbox, where nobody waits."""
    learned_of = _read(settings).get(sender or "")
    if not isinstance(learned_of, dict):
        return NO_PAST
    return Past(
        latency_s=_positive(learned_of.get("latency_s")),
        parts_per_s=_positive(learned_of.get("parts_per_s")),
    )


def duration_of(settings: Settings, sender: str | None, rows: int, parts: int) -> Duration:
    """How long so many rows of a sender take. Raises UsageError for a rate that is none."""
    guards = settings.guards
    rate_per_s = user_rate.parse_rate(guards.rate)
    return expected(rows, parts, rate_per_s, guards.max_in_flight, load(settings, sender))


def note(settings: Settings, sender: str | None) -> None:
    """Keep what the batch's journal teaches; where that cannot be written, it is not kept."""
    path = _path(settings)
    if path is None or not sender:
        return
    with contextlib.suppress(OSError, errors.JournalError):
        with journal.read(settings.journal_path) as reader:
            past = learned([_accepted(row) for row in reader.pace()])
        if past == NO_PAST:
            return
        senders = _read(settings)
        before = senders.pop(sender, None)
        queue = before.get("parts_per_s") if isinstance(before, dict) else None
        senders[sender] = {
            "latency_s": past.latency_s,
            "parts_per_s": past.parts_per_s or _positive(queue),
        }
        newest = dict(list(senders.items())[-_SENDERS_MAX:])
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_file.write(path, json.dumps(newest).encode())


def _accepted(row: tuple[int, int, int, float]) -> Accepted:
    claimed_ms, settled_ms, parts, wait_s = row
    return Accepted(
        claimed_s=claimed_ms / 1000, settled_s=settled_ms / 1000, parts=parts, wait_s=wait_s
    )


def _path(settings: Settings) -> Path | None:
    if settings.sandbox or settings.state_folder is None:
        return None
    return settings.state_folder / _FILE


def _read(settings: Settings) -> dict[str, Any]:
    path = _path(settings)
    if path is None:
        return {}
    try:
        senders = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return senders if isinstance(senders, dict) else {}


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
