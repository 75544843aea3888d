"""What was heard of messages, kept beside the journal."""

from __future__ import annotations

import random
import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.receipts import apply, store
from bulksend.sms.message import Money
from bulksend.telnyx.receipts import DeliveryStatus, Receipt

BATCH = "a" * 32
S = DeliveryStatus


def message_id(number: int) -> str:
    return str(uuid.UUID(int=number))


def receipt(number: int, status: DeliveryStatus = S.DELIVERED, **fields: object) -> Receipt:
    values = {"cost": Money(Decimal("0.0420"), "USD")} | fields
    return Receipt(message_id=message_id(number), status=status, **values)


def add(kept: store.Store, *receipts: Receipt, **options: object) -> int:
    return kept.add(apply.states_of(receipts), **options)


def rows(path: Path) -> int:
    with store.read(path, BATCH) as reader:
        assert reader is not None
        return reader._connection.execute("SELECT count(*) FROM receipt").fetchone()[0]


def test_it_is_for_its_owners_eyes_alone_and_survives_closing(tmp_path):
    path = tmp_path / "c.receipts"

    with store.Store.open(path, BATCH) as kept:
        add(kept, receipt(1, carrier="EE", line_type="Wireless", rate=Decimal("0.03"), at_ms=5))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with store.read(path, BATCH) as reader:
        assert reader is not None
        entry = reader.entries([message_id(1)])[message_id(1)]
    assert entry.state == apply.state_of(
        receipt(1, carrier="EE", line_type="Wireless", rate=Decimal("0.03"), at_ms=5)
    )


def test_saying_a_thing_twice_adds_nothing(tmp_path):
    path = tmp_path / "c.receipts"
    with store.Store.open(path, BATCH) as kept:
        assert add(kept, receipt(1)) == 1

        assert add(kept, receipt(1)) == 0
        assert add(kept, receipt(1, S.SENT, cost=None)) == 0

    assert rows(path) == 1


def test_totals_are_of_the_last_state_of_each_message(tmp_path):
    with store.Store.open(tmp_path / "c.receipts", BATCH) as kept:
        add(kept, receipt(1, S.SENT), receipt(2, S.QUEUED), receipt(3, S.DELIVERY_UNCONFIRMED))
        add(kept, receipt(1), receipt(4, S.EXPIRED, code="40014"), receipt(5, cost=None))
        add(kept, receipt(6, cost=Money(Decimal("0.1000"), "EUR")), receipt(7, S.GIVEN_UP))

        totals = kept.totals()

    assert totals.by_status == {
        **{S.DELIVERED: 3, S.QUEUED: 1, S.DELIVERY_UNCONFIRMED: 1, S.EXPIRED: 1, S.GIVEN_UP: 1}
    }
    assert totals.final_cost == {"USD": Decimal("0.0840"), "EUR": Decimal("0.1000")}
    assert (totals.unbilled, totals.without_cost) == (1, 1)


def test_messages_of_others_are_kept_apart_until_they_are_adopted(tmp_path):
    with store.Store.open(tmp_path / "c.receipts", BATCH) as kept:
        add(kept, receipt(1), receipt(2), ours=frozenset({message_id(1)}))
        assert kept.totals().by_status[S.DELIVERED] == 1
        assert kept.strays() == [message_id(2)]

        kept.adopt(kept.strays())

        assert kept.totals().by_status[S.DELIVERED] == 2
        assert kept.strays() == []


def test_columns_for_the_results_name_what_is_final(tmp_path):
    with store.Store.open(tmp_path / "c.receipts", BATCH) as kept:
        add(kept, receipt(1, S.SENT), receipt(2, delivered_ms=1_000, code="1", error="why"))

        columns = kept.receipt_columns([uuid.UUID(int=number).bytes for number in (1, 2, 3)])

    shown = dict(zip(columns["delivery_status"], columns["final_cost"], strict=True))
    assert shown == {"sent": None, "delivered": "0.0420"}
    assert set(columns["delivered_at"]) == {None, 1_000}


def test_a_poll_and_a_listener_write_in_turns_and_lose_nothing(tmp_path):
    path = tmp_path / "c.receipts"
    with store.Store.open(path, BATCH) as poll, store.Store.open(path, BATCH) as listener:
        add(poll, receipt(1, S.SENT), receipt(2))
        add(listener, receipt(1), receipt(3), ours=frozenset())
        add(poll, receipt(1, S.QUEUED), receipt(3))

        for each in (poll, listener):
            assert each.totals().by_status == {S.DELIVERED: 3}
        with store.read(path, BATCH) as reader:
            assert reader is not None and reader.totals().by_status[S.DELIVERED] == 3


def test_many_writers_at_once_end_as_one_after_the_other(tmp_path):
    path, chance = tmp_path / "c.receipts", random.Random(5)
    words = [S.QUEUED, S.SENDING, S.SENT, S.DELIVERED]
    history = [receipt(number, word, at_ms=5) for number in range(30) for word in words]

    def write(part: list[Receipt]) -> None:
        with store.Store.open(path, BATCH) as kept:
            for each in part:
                add(kept, each)

    parts = [chance.sample(history, len(history)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, parts))

    with store.read(path, BATCH) as reader:
        assert reader is not None
        entries = reader.entries(map(message_id, range(30)))
    assert {key: entry.state for key, entry in entries.items()} == apply.states_of(history)
    assert not path.with_name("c.receipts-wal").exists()


def test_one_alone_asks(tmp_path):
    path = tmp_path / "c.receipts"
    with (
        store.asking_alone(path),
        store.Store.open(path, BATCH),
        pytest.raises(errors.Locked, match="asked for already"),
        store.asking_alone(path),
    ):
        pass

    with store.asking_alone(path):
        pass


def test_another_batchs_receipts_are_put_aside_and_never_counted(tmp_path):
    path = tmp_path / "c.receipts"
    with store.Store.open(path, BATCH) as kept:
        add(kept, receipt(1))

    with store.read(path, "b" * 32) as reader:
        assert reader is None
    with store.Store.open(path, "b" * 32) as kept:
        assert not kept.totals().by_status

    assert len(list(tmp_path.glob("c.*-*.receipts"))) == 1


@pytest.mark.parametrize("content", [b"", b"phone,name\n", b"SQLite format 3\x00" + b"\x00" * 600])
def test_a_file_that_is_no_store_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "c.receipts"
    path.write_bytes(content)

    with pytest.raises(errors.JournalError, match="record of receipts"):
        store.Store.open(path, BATCH)

    assert path.read_bytes() == content


def test_what_a_sandbox_said_is_not_kept_beside_the_next_rehearsal(tmp_path):
    for batch in (BATCH, "b" * 32):
        with store.Store.open(tmp_path / "c.sandbox.receipts", batch) as kept:
            add(kept, receipt(1))

    assert [path.name for path in tmp_path.glob("*.receipts")] == ["c.sandbox.receipts"]
