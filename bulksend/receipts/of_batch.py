"""What anybody has asked of a batch's messages so far; nobody has of most, and nothing is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bulksend import journal
from bulksend.receipts import store_path
from bulksend.receipts.counts import DeliveryCounts
from bulksend.sms.message import Status

if TYPE_CHECKING:
    from bulksend.receipts import store
    from bulksend.results import entries


@contextmanager
def lookup(record: journal.Reader, journal_path: Path) -> Iterator[entries.ReceiptLookup]:
    """What the results show of each message. Raises JournalError."""
    from bulksend.results import entries

    with _reader(record, journal_path) as reader:
        yield entries.NO_RECEIPTS if reader is None else reader


def counts(record: journal.Reader, journal_path: Path) -> DeliveryCounts:
    """What became of the accepted messages, as far as anybody asked. Raises JournalError."""
    accepted = record.counts()[Status.ACCEPTED]
    with _reader(record, journal_path) as reader:
        if reader is None:
            return DeliveryCounts(waiting=accepted)
        return reader.totals().counts(accepted)


@contextmanager
def _reader(record: journal.Reader, journal_path: Path) -> Iterator[store.Reader | None]:
    path = store_path.beside(journal_path)
    if not path.exists():
        yield None
        return
    from bulksend.receipts import store

    with store.read(path, record.batch().batch_id) as reader:
        yield reader
