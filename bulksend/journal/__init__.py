"""The crash-safe record of a batch, the only truth (the only room with sqlite3).

A row is claimed here, durably, before the first byte of its request leaves, and settled here before
its slot is given back; so a crash can leave no more rows unknown than were in flight, and none
unnamed. No phone number and no text of a recipient is kept.
"""

from bulksend.journal.journal import Journal
from bulksend.journal.models import (
    NO_MEMORY,
    AcceptedMessage,
    Batch,
    MemoryKeys,
    RowKeys,
    Skip,
    StatusCounts,
    UnknownClaim,
)
from bulksend.journal.reader import Reader, forget, held, is_running, is_suspended, read
from bulksend.journal.renumber import Changes

__all__ = [
    "NO_MEMORY",
    "AcceptedMessage",
    "Batch",
    "Changes",
    "Journal",
    "MemoryKeys",
    "Reader",
    "RowKeys",
    "Skip",
    "StatusCounts",
    "UnknownClaim",
    "forget",
    "held",
    "is_running",
    "is_suspended",
    "read",
]
