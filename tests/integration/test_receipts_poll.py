"""A pass over the accepted messages of a batch: the sandbox is Telnyx, and counts the reads."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend import journal
from bulksend.receipts import poll, store
from bulksend.sandbox import lifecycle, server
from bulksend.telnyx import client, receipt_search
from bulksend.telnyx.receipt_search import Trouble
from bulksend.telnyx.receipts import DeliveryStatus
from tests.makers import PROFILE, make_message

BATCH = "a" * 32
S = DeliveryStatus


class Counting(client.Client):
    """A client that counts its reads."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.reads: Counter[str] = Counter()
        self.asked: list[str] = []

    async def get(self, path: str, parameters: Any = None) -> Any:
        self.reads[path.split("/")[1]] += 1
        if path.startswith("/messages/"):
            self.asked.append(path.removeprefix("/messages/"))
        return await super().get(path, parameters)


class World:
    """Accepted messages, a store, and passes over them."""

    def __init__(self, sandbox: server.Sandbox, gateway: Counting, path: Path) -> None:
        self.sandbox, self.gateway, self.path = sandbox, gateway, path
        self.sent: list[journal.AcceptedMessage] = []

    async def sends(self, count: int, first: int = 2) -> None:
        for row in range(first, first + count):
            claimed_ms = int(time.time() * 1000)
            body = self.gateway.body(make_message(row))
            reply = await self.gateway.send(body, f"key-{row}")
            assert reply.message_id, reply
            self.sent.append(
                journal.AcceptedMessage(
                    row, 1, reply.message_id, claimed_ms, int(time.time() * 1000)
                )
            )

    async def passes(self, ahead_s: float = 0.0) -> poll.Pass:
        self.sandbox.state.ahead_s = ahead_s
        with store.Store.open(self.path, BATCH) as kept:
            asking = poll.Poll(
                search=receipt_search.ReceiptSearch(self.gateway),
                store=kept,
                sender="MyCompany",
                row_reference=None,
                pace=poll.Pace(per_s=10_000.0),
            )
            time_of_server = poll.ServerTime(low_s=0.0, high_s=0.0, ahead_s=ahead_s)
            return await asking.once(self.sent, time_of_server)

    def totals(self) -> Any:
        with store.read(self.path, BATCH) as reader:
            assert reader is not None
            return reader.totals()


@asynccontextmanager
async def world(folder: Path, fates: str = "[]", **config: Any) -> AsyncIterator[World]:
    settings = server.SandboxConfig(
        profile_id=PROFILE, fates=lifecycle.parse_fates(fates), delivery_s=(0, 0.5, 1.5), **config
    )
    envelope = client.Envelope(sender="MyCompany", profile_id=PROFILE)
    async with (
        server.Sandbox(settings) as sandbox,
        Counting(sandbox.base_url, client.Secret(sandbox.key), envelope) as gateway,
    ):
        yield World(sandbox, gateway, folder / "c.receipts")


async def test_pages_alone_are_read_where_they_know_everything(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends(120)

        came = await batch.passes(ahead_s=10)

        assert batch.gateway.reads["detail_records"] == 3
        assert batch.gateway.reads["messages"] == 0
        assert (came.waiting, batch.totals().by_status[S.DELIVERED]) == (0, 120)
        assert batch.totals().final_cost == {"USD": Decimal("0.0420") * 120}


async def test_what_is_final_is_never_asked_about_again(tmp_path):
    async with world(tmp_path, '[{"fate": "never", "to_ends_with": "7"}]') as batch:
        await batch.sends(40)
        await batch.passes(ahead_s=10)
        batch.gateway.asked.clear()

        came = await batch.passes(ahead_s=20)

        never = {it.message_id for it in batch.sent if it.row % 10 == 7}
        assert set(batch.gateway.asked) == never
        assert came.waiting == 4


async def test_what_the_records_lack_is_asked_for_by_id(tmp_path):
    async with world(tmp_path, records_missing=0.2) as batch:
        await batch.sends(60)

        came = await batch.passes(ahead_s=10)

        assert 0 < batch.gateway.reads["messages"] < 40
        assert (came.waiting, batch.totals().by_status[S.DELIVERED]) == (0, 60)


@pytest.mark.parametrize("masked", [True, False])
async def test_masked_and_late_records_are_no_hindrance(tmp_path, masked):
    async with world(tmp_path, redacted=masked, record_lag_s=1000.0) as batch:
        await batch.sends(10)

        await batch.passes(ahead_s=10)
        late = await batch.passes(ahead_s=2000)

        assert (late.waiting, batch.totals().by_status[S.DELIVERED]) == (0, 10)


async def test_a_queue_is_asked_about_from_its_head_and_not_to_its_end(tmp_path):
    async with world(tmp_path, '[{"fate": "queued"}]') as batch:
        await batch.sends(100)

        came = await batch.passes(ahead_s=1)

        assert batch.gateway.reads["messages"] <= 32
        assert came.waiting == 100


async def test_the_final_sum_is_the_servers_with_nulls_and_unbilled_messages(tmp_path):
    fates = """[
      {"fate": "delivered", "share": 0.05, "no_first_cost": true, "final_price": "0.0500"},
      {"fate": "expired", "code": "40014", "share": 0.03},
      {"fate": "delivery_failed", "code": "40001", "share": 0.1},
      {"fate": "delivery_unconfirmed", "share": 0.1},
      {"fate": "delivered", "final_price": "0.0444"}]"""
    async with world(tmp_path, fates, records_missing=0.1) as batch:
        await batch.sends(200)

        came = await batch.passes(ahead_s=10)

        totals = batch.totals()
        assert came.waiting == 0
        assert sum(totals.by_status.values()) == 200
        assert totals.final_cost["USD"] == sum(
            (final_cost(message) for message in batch.sandbox.state.messages.values()), Decimal(0)
        )
        assert totals.unbilled > 0


def final_cost(message: Any) -> Decimal:
    """What the sandbox takes in the end."""
    fate = message.course.fate
    if not fate.billed:
        return Decimal(0)
    return Decimal(fate.final_price or "0.0420") * message.order.measure.parts


async def test_a_final_cost_that_is_never_said_is_asked_for_three_times(tmp_path):
    fates = '[{"fate": "delivered", "no_final_cost": true}]'
    async with world(tmp_path, fates, records_missing=0.999) as batch:
        await batch.sends(2)

        waiting = [(await batch.passes(ahead_s=10 + it)).waiting for it in range(5)]

        assert waiting == [2, 2, 0, 0, 0]
        assert len(batch.gateway.asked) == 6
        assert batch.totals().without_cost == 2


async def test_messages_are_given_up_after_three_days(tmp_path):
    async with world(tmp_path, '[{"fate": "never"}]') as batch:
        await batch.sends(3)
        await batch.passes(ahead_s=10)

        came = await batch.passes(ahead_s=73 * 3600.0)
        again = await batch.passes(ahead_s=74 * 3600.0)

        assert (came.given_up, came.waiting) == (3, 0)
        assert (again.given_up, again.reads) == (0, 0)


async def test_a_key_that_never_sent_these_messages_is_not_asked_with_for_ever(tmp_path):
    async with world(tmp_path) as batch, world(tmp_path) as other:
        await batch.sends(100)
        other.sent = batch.sent

        came = await other.passes(ahead_s=10)

        assert came.trouble is Trouble.GONE
        assert other.gateway.reads["messages"] <= 40


async def test_a_message_that_telnyx_has_forgotten_takes_no_other_along(tmp_path):
    async with world(tmp_path, records_missing=0.999) as batch:
        await batch.sends(5)
        forgotten = batch.sent[0].message_id
        del batch.sandbox.state.messages[forgotten]

        came = await batch.passes(ahead_s=10)

        assert (came.gone, came.waiting) == (1, 1)
        assert batch.totals().by_status[S.DELIVERED] == 4
