"""`bulksend explain`: what this computer has sent a number, when, in which batch and row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch.memory import keys, memory_file, opening
from bulksend.batch.reporter import Reporter
from bulksend.frozen import frozen
from bulksend.receipts import of_batch
from bulksend.results import entries
from bulksend.sms.message import Status

#: How a row stands whose request is on its way.
IN_FLIGHT = "in_flight"


@frozen
class SentText:
    """One text that was sent, or may have been, or is about to be."""

    at: datetime
    #: 32 hexadecimal digits; "" where the batch is not known any more.
    batch: str
    contacts_name: str
    sender: str
    #: As its batch numbers it now, or did when it left the contacts file.
    row: int
    journal: str
    #: A status of `sms.message`, or `in_flight`; "" where the journal cannot be read any more.
    status: str = ""
    #: What became of it, in Telnyx's word; "" where nobody asked.
    delivery_status: str = ""
    #: Whether the row is no longer in its contacts file.
    gone: bool = False


@frozen
class Explained:
    """All that is remembered of a phone, the latest first."""

    phone: str
    texts: tuple[SentText, ...]
    #: When it was taken out of the memory.
    forgotten_at: datetime | None = None


def explain(phone: str, state_folder: Path, reporter: Reporter) -> Explained:
    """Look it up in the memory and in the journals. Raises UsageError where there is no memory."""
    with opening.opened(state_folder, reporter) as memory:
        key = memory.keys.phones()(phone)
        batches, forgotten_s = memory.store.batches(), memory.store.forgotten_s(key)
        remembered = sorted(memory.store.of_phone(key), key=lambda entry: -entry.at_s)
    return Explained(
        phone=phone,
        texts=tuple(_text(entry, key, batches) for entry in remembered),
        forgotten_at=moment(forgotten_s) if forgotten_s is not None else None,
    )


def _text(
    entry: memory_file.Sent, phone: int, batches: Mapping[int, memory_file.Batch]
) -> SentText:
    batch = batches.get(entry.batch)
    if batch is None:
        return SentText(
            at=moment(entry.at_s), batch="", contacts_name="", sender="", row=entry.row, journal=""
        )
    stands = _row_status(entry, phone, batch)
    return SentText(
        at=moment(entry.at_s),
        batch=batch.batch_id,
        contacts_name=batch.name,
        sender=batch.sender,
        row=stands.row if stands.row > 0 else entry.row,
        journal=batch.journal,
        status=stands.status,
        delivery_status=stands.delivery_status,
        gone=stands.row < 0,
    )


@frozen(kw_only=False)
class _RowStatus:
    """How a row stands in its journal."""

    row: int
    status: str = ""
    delivery_status: str = ""


def _row_status(entry: memory_file.Sent, phone: int, batch: memory_file.Batch) -> _RowStatus:
    path = Path(batch.journal)
    try:
        with journal.read(path) as record:
            if record.batch().batch_id != batch.batch_id:
                return _RowStatus(entry.row)
            place = record.row_of_memory(keys.to_bytes(entry.text), keys.to_bytes(phone))
            if place is None:  # a run has noted it, and has not come to it yet
                return _RowStatus(entry.row, str(Status.UNSENT))
            row, status = place
            return _RowStatus(row, _word(status, path), _delivery(record, path, row))
    except errors.BulksendError:
        return _RowStatus(entry.row)


def _word(status: Status, path: Path) -> str:
    if status is not Status.CLAIMED:
        return str(status)
    return IN_FLIGHT if journal.is_running(path) else str(Status.UNKNOWN)


def _delivery(record: journal.Reader, path: Path, row: int) -> str:
    if row < 0:
        return ""
    with of_batch.lookup(record, path) as receipts:
        frame = entries.read(record, row, row, receipts)
    return str(frame["delivery_status"][0] or "") if frame.height else ""


def moment(at_s: int) -> datetime:
    """Seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(at_s, UTC)
