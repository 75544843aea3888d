"""What was asked of a batch's messages so far, also where nobody has asked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bulksend import journal
from bulksend.receipts import apply, of_batch, store, store_path
from bulksend.receipts.counts import DeliveryCounts
from bulksend.results import entries
from bulksend.sms.message import Money, Outcome
from bulksend.telnyx.receipts import DeliveryStatus, Receipt
from tests.integration.test_journal import make_batch
from tests.makers import accepted, make_message

MESSAGE_ID = "40017e36-0b5e-4a08-a2c6-5b6c1c1c7d11"


async def settled(path: Path) -> None:
    """A batch of which one message was accepted."""
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing():
            await record.claim(make_message(2), b"body")
            await record.settle(Outcome(2, 1, 1, accepted(message_id=MESSAGE_ID)))


def ask(path: Path, batch_id: str) -> None:
    """Note that the message was delivered."""
    cost = Money(Decimal("0.0420"), "USD")
    receipt = Receipt(message_id=MESSAGE_ID, status=DeliveryStatus.DELIVERED, cost=cost)
    with store.Store.open(store_path.beside(path), batch_id) as receipts:
        receipts.add(apply.states_of([receipt]))


async def test_where_nobody_has_asked_all_are_waiting(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    await settled(path)

    with journal.read(path) as record, of_batch.lookup(record, path) as receipts:
        assert of_batch.counts(record, path) == DeliveryCounts(waiting=1)
        assert receipts is entries.NO_RECEIPTS


async def test_what_was_asked_is_counted_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    await settled(path)

    with journal.read(path) as record:
        ask(path, record.batch().batch_id)

        counts = of_batch.counts(record, path)
        assert (counts.delivered, counts.waiting, counts.asked) == (1, 0, True)
        assert counts.final_cost == {"USD": Decimal("0.0420")}
        assert isinstance(next_reader(record, path), store.Reader)


async def test_what_was_asked_of_another_batch_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    await settled(path)
    ask(path, "c" * 32)

    with journal.read(path) as record:
        assert of_batch.counts(record, path) == DeliveryCounts(waiting=1)


def next_reader(record: journal.Reader, path: Path) -> entries.ReceiptLookup:
    with of_batch.lookup(record, path) as receipts:
        return receipts
