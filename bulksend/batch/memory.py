"""What this computer remembers of the batches it sent: so that a copied file is recognised."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch.plan import Plan
from bulksend.sms.message import Status


def _page(folder: Path, plan: Plan, base_url: str) -> Path:
    """Where the journal of the same rows, text, sender and server is noted."""
    identity = plan.identity
    facts = "\0".join(
        (
            plan.contacts.digest(),
            identity.text or "",
            identity.sender or "",
            identity.profile_id or "",
            base_url,
        )
    )
    return folder / "sent" / hashlib.sha256(facts.encode()).hexdigest()


def remember(folder: Path, plan: Plan, base_url: str, journal_path: Path) -> None:
    """Best effort: a folder that cannot be written stops nobody from sending."""
    page = _page(folder, plan, base_url)
    with contextlib.suppress(OSError):
        page.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        page.write_text(str(journal_path.absolute()))


def refuse_sent_elsewhere(folder: Path, plan: Plan, base_url: str, journal_path: Path) -> None:
    """Raises BatchMismatch when the same was sent with a journal in another place."""
    try:
        other = Path(_page(folder, plan, base_url).read_text())
    except OSError:
        return
    if other == journal_path.absolute() or not other.is_file():
        return
    try:
        with journal.read(other) as record:
            status_counts, batch = record.status_counts(), record.batch()
    except errors.JournalError:
        return
    left = sum(
        status_counts.by_status[it] for it in (Status.ACCEPTED, Status.UNKNOWN, Status.CLAIMED)
    )
    if not left:
        return
    raise errors.BatchMismatch(
        f"the same rows, text and sender were sent before, beginning {batch.created_at:%F %R} UTC: "
        f"{left} rows, journal {other}",
        hint="give --new-batch to text these people once more",
        code="sent_elsewhere",
    )
