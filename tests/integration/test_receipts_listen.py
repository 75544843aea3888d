"""Webhooks taken in: signed ones only, in any order, any number of times."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulksend import errors
from bulksend.receipts import apply, intake, listen, signature, store

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
BATCH = "a" * 32
STEPS = ("queued", "sending", "sent", "delivered")


def message_id(number: int) -> str:
    return str(uuid.UUID(int=number))


def event(number: int, status: str, sender: str = "MyCompany") -> bytes:
    payload = {
        "id": message_id(number),
        "direction": "outbound",
        "from": {"phone_number": sender},
        "to": [{"phone_number": "+447700900123", "status": status}],
        "text": "Hi Ada",
        "cost": {"amount": "0.0420", "currency": "USD"},
    }
    data = {"event_type": "message.finalized", "occurred_at": "2026-11-27T05:00:00Z"}
    return json.dumps({"data": {**data, "payload": payload}}).encode()


class Server:
    """A listener, and what is posted to it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, known: set[str]) -> None:
        self.url, self.session, self.known = url, session, known

    async def post(self, body: bytes, *, key: Any = KEY, age_s: int = 0) -> int:
        timestamp = str(int(time.time()) - age_s)
        signed = base64.b64encode(key.sign(timestamp.encode() + b"|" + body)).decode()
        headers = {signature.TIMESTAMP_HEADER: timestamp, signature.SIGNATURE_HEADER: signed}
        async with self.session.post(self.url, data=body, headers=headers) as response:
            return response.status


@asynccontextmanager
async def server(path: Path, known: Collection[str] = ()) -> AsyncIterator[Server]:
    numbers = set(known)
    with store.Store.open(path, BATCH) as kept:
        taking = intake.Intake(
            kept, lambda ids: numbers & set(ids), lambda url: "mark" in url, "MyCompany"
        )
        address = listen.Address(host="127.0.0.1", port=0)
        async with (
            listen.listening(address, signature.checker(PUBLIC), taking) as open_at,
            aiohttp.ClientSession() as session,
        ):
            yield Server(f"http://{open_at}/any/path?x=1", session, numbers)


def states(path: Path, count: int) -> dict[str, apply.State]:
    with store.read(path, BATCH) as reader:
        assert reader is not None
        wanted = [message_id(number) for number in range(count)]
        return {key: entry.state for key, entry in reader.entries(wanted).items()}


async def test_events_shuffled_twice_and_replayed_end_as_told_in_order(tmp_path):
    chance, count = random.Random(7), 40
    events = [event(number, status) for number in range(count) for status in STEPS]
    serial = apply.states_of(
        read.receipt for body in events if (read := intake.parse(body)) is not None
    )
    shuffled = [*events, *chance.sample(events, len(events) // 5)]
    chance.shuffle(shuffled)

    async with server(tmp_path / "c.receipts", map(message_id, range(count))) as running:
        answers = await asyncio.gather(*(running.post(body) for body in shuffled))

    assert set(answers) == {200}
    assert states(tmp_path / "c.receipts", count) == serial


async def test_200_means_that_it_is_durable(tmp_path):
    path = tmp_path / "c.receipts"
    async with server(path, [message_id(1)]) as running:
        assert await running.post(event(1, "delivered")) == 200

        assert states(path, 2)[message_id(1)].status == "delivered"


async def test_forged_and_old_events_change_nothing(tmp_path):
    path = tmp_path / "c.receipts"
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    async with server(path, [message_id(1)]) as running:
        assert await running.post(event(1, "delivered"), key=other) == 403
        assert await running.post(event(1, "delivered"), age_s=301) == 403
        assert await running.post(event(1, "delivered"), age_s=-301) == 403
        async with running.session.post(running.url, data=event(1, "delivered")) as answer:
            assert answer.status == 403

    assert states(path, 2) == {}


async def test_a_body_that_is_too_large_is_refused_unread(tmp_path):
    async with server(tmp_path / "c.receipts") as running:
        assert await running.post(b" " * (listen.BODY_MAX_BYTES + 1)) == 413


async def test_events_before_the_send_was_settled_are_adopted_later(tmp_path):
    path = tmp_path / "c.receipts"
    async with server(path) as running:
        assert await running.post(event(1, "delivered")) == 200
        with store.read(path, BATCH) as reader:
            assert reader is not None and not reader.totals().by_status

        running.known.add(message_id(1))

    with store.read(path, BATCH) as reader:
        assert reader is not None
        assert reader.totals().by_status["delivered"] == 1


async def test_events_of_another_sender_are_answered_and_not_kept(tmp_path):
    path = tmp_path / "c.receipts"
    async with server(path) as running:
        assert await running.post(event(1, "delivered", sender="Other")) == 200

    assert states(path, 2) == {}


async def test_nothing_of_a_person_is_written_down(tmp_path):
    path = tmp_path / "c.receipts"
    async with server(path, [message_id(1)]) as running:
        await running.post(event(1, "delivered"))

    content = path.read_bytes()
    assert b"447700900123" not in content
    assert b"Ada" not in content


async def test_a_port_in_use_is_said_in_words(tmp_path):
    async with server(tmp_path / "c.receipts") as running:
        port = int(running.url.split(":")[2].split("/")[0])
        taken = listen.Address(host="127.0.0.1", port=port)
        with store.Store.open(tmp_path / "d.receipts", BATCH) as kept:
            taking = intake.Intake(kept, lambda _: (), lambda _: False, "MyCompany")
            with pytest.raises(errors.UsageError, match="cannot listen on"):
                async with listen.listening(taken, signature.checker(PUBLIC), taking):
                    pass


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),  # noqa: S104
        ("[::1]:8000", ("::1", 8000)),
        (":8000", ("127.0.0.1", 8000)),
    ],
)
def test_addresses(text, address):
    parsed = listen.parse_address(text)

    assert (parsed.host, parsed.port) == address


@pytest.mark.parametrize("text", ["", "8000", "localhost", "localhost:", "h:99999", "h:-1", "h:x"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(errors.UsageError, match="no address"):
        listen.parse_address(text)
