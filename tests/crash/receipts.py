"""A listener killed again and again under events that are shuffled, told twice, forged and old."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulksend import journal
from bulksend.receipts import apply, intake, signature, store
from tests.acceptance import cli
from tests.makers import PROFILE

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FORGER = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
#: What each message goes through before its end, and the ends.
BEFORE = ("queued", "sending", "sent")
ENDS = ("delivered", "delivered", "delivered", "delivery_failed", "delivery_unconfirmed", "expired")
#: Posts open at once.
_TOGETHER = 16
_OLD_S = 900


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook to come. Forged: by another key, or too old."""

    body: bytes
    key: Ed25519PrivateKey = KEY
    age_s: int = 0

    @property
    def is_forged(self) -> bool:
        """Whether it must be refused."""
        return self.key is not KEY or self.age_s > 0

    def headers(self) -> dict[str, str]:
        """Signed as of now, or as of so long ago."""
        timestamp = str(int(time.time()) - self.age_s)
        signed = base64.b64encode(self.key.sign(timestamp.encode() + b"|" + self.body)).decode()
        return {signature.TIMESTAMP_HEADER: timestamp, signature.SIGNATURE_HEADER: signed}


@dataclass
class Progress:
    """What the listeners answered."""

    events: int = 0
    kills: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    forged_taken: int = 0
    seconds: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def p99_s(self) -> float:
        """The 99th percentile of the answers' times."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def lines(self) -> list[str]:
        """The figures for a person."""
        return [
            f"{self.events:,} events, {self.kills} kills, answers {dict(self.answers)}; forged and"
            f" taken {self.forged_taken}; p99 of the answers {self.p99_s * 1000:.0f} ms, slowest"
            f" {max(self.seconds) * 1000:.0f} ms; ends as told in order: {dict(self.ends)}"
        ]


@contextmanager
def telnyx(log: Path) -> Iterator[str]:
    """The tests' own server as a process; its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.receipts_server", str(log)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=cli.ROOT,
        env=cli.environment(),
    )
    assert process.stdout is not None
    try:
        words = "".join(process.stdout.readline() for _ in range(2))
        address = re.search(r"http://127\.0\.0\.1:\d+", words)
        assert address is not None, words
        yield f"{address[0]}/v2"
    finally:
        process.kill()
        process.communicate()


def send(folder: Path, base_url: str, rows: int) -> Path:
    """A finished batch; its contacts file."""
    contacts = cli.write_contacts(folder / "c.csv", rows)
    ended = cli.bulksend(
        *("run", contacts, "--base-url", base_url, "--profile-id", PROFILE, "--from", "MyCompany"),
        *("--text", "Hi {name}", "--yes", "--rate", "1000/s", "--no-preflight"),
        XDG_STATE_HOME=str(folder / "state"),  # the memory of this user is not for experiments
    )
    assert ended.returncode == 0, ended.stderr
    return contacts


def receipts(folder: Path, *, events: int, kills: int, seed: int) -> Progress:
    """Raises AssertionError where an end differs from a serial replay, or a forged event is taken.

    `events` are those of Telnyx; a fifth of them comes twice, and a twentieth more is forged.
    """
    chance = random.Random(seed)
    with telnyx(folder / "log") as base_url:
        contacts = send(folder, base_url, events // (len(BEFORE) + 1))
    rows = cli.read_results(folder / "c.results.csv")
    told = [body for row in rows for body in _history(row["message_id"], chance)]
    progress = Progress(events=len(told))
    asyncio.run(_tell(contacts, _posts(told, chance), kills, progress))
    _compare(folder, told, [row["message_id"] for row in rows], progress)
    return progress


def _history(message_id: str, chance: random.Random) -> list[bytes]:
    return [
        _event(message_id, status, second)
        for second, status in enumerate((*BEFORE, chance.choice(ENDS)))
    ]


def _event(message_id: str, status: str, second: int) -> bytes:
    payload = {
        "id": message_id,
        "from": {"phone_number": "MyCompany"},
        "to": [{"status": status}],
        "cost": {"amount": "0.0444", "currency": "USD"},
    }
    kind = "message.sent" if status in BEFORE else "message.finalized"
    occurred = f"2026-01-01T00:00:0{second}Z"
    data = {"event_type": kind, "occurred_at": occurred, "payload": payload}
    return json.dumps({"data": data}).encode()


def _posts(told: Sequence[bytes], chance: random.Random) -> list[Post]:
    bodies = [*told, *chance.sample(told, len(told) // 5)]
    posts = [Post(body) for body in bodies]
    for number, body in enumerate(chance.sample(told, len(told) // 20)):
        lie = body.replace(b'"delivered"', b'"delivery_failed"')
        posts.append(Post(body, age_s=_OLD_S) if number % 2 else Post(lie, FORGER))
    chance.shuffle(posts)
    return posts


async def _tell(contacts: Path, posts: list[Post], kills: int, progress: Progress) -> None:
    """One listener after the other; what was not answered is told again, as Telnyx does."""
    share = len(posts) // (kills + 1) + 1
    while posts or progress.kills < kills:
        address = f"127.0.0.1:{_free_port()}"
        listener = cli.start("receipts", contacts, "--listen", address, TELNYX_PUBLIC_KEY=PUBLIC)
        assert listener.stderr is not None
        assert "listening" in listener.stderr.readline()
        last = progress.kills == kills
        kill_at = 0 if last else max(len(posts) - share, 0)
        try:
            async with aiohttp.ClientSession() as session:
                url = f"http://{address}/hook"
                await _some(session, url, posts, kill_at, None if last else listener, progress)
        finally:
            (listener.terminate if last else listener.kill)()
            listener.communicate(timeout=120)
        progress.kills += not last


async def _some(
    session: aiohttp.ClientSession,
    url: str,
    posts: list[Post],
    kill_at: int,
    victim: subprocess.Popen[str] | None,
    progress: Progress,
) -> None:
    """Until so many are left; then the victim dies, with posts still under way."""
    unanswered: list[Post] = []

    async def work() -> None:
        while posts and (victim is None or victim.poll() is None):
            post = posts.pop()
            if victim is not None and len(posts) <= kill_at:
                victim.kill()
            if not await _answered(session, url, post, progress):
                unanswered.append(post)

    await asyncio.gather(*(work() for _ in range(_TOGETHER)))
    posts.extend(unanswered)


async def _answered(
    session: aiohttp.ClientSession, url: str, post: Post, progress: Progress
) -> bool:
    headers, began_s = post.headers(), time.monotonic()
    try:
        async with session.post(url, data=post.body, headers=headers) as answer:
            await answer.read()
    except aiohttp.ClientError:
        return False
    progress.seconds.append(time.monotonic() - began_s)
    progress.answers[answer.status] += 1
    progress.forged_taken += post.is_forged and answer.status != 403
    assert post.is_forged or answer.status == 200, answer.status
    return True


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _compare(
    folder: Path, told: Sequence[bytes], message_ids: Sequence[str], progress: Progress
) -> None:
    path = next(folder.glob("*.receipts"))
    journal_path = path.with_suffix(".journal")
    with journal.read(journal_path) as record:
        batch_id = record.batch().batch_id
    states = []
    with store.Store.open(folder / "serial.receipts", batch_id) as serial:
        for body in told:
            event = intake.parse(body)
            assert event is not None
            states.append(event.receipt)
        for start in range(0, len(states), 1000):
            serial.add(apply.states_of(states[start : start + 1000]))
        wanted = {key: entry.state for key, entry in serial.entries(message_ids).items()}
    with store.Store.open(path, batch_id) as shuffled:
        seen = {key: entry.state for key, entry in shuffled.entries(message_ids).items()}
    assert seen == wanted
    assert len(seen) == len(message_ids)
    assert progress.forged_taken == 0
    progress.ends.update(str(state.status) for state in seen.values())
