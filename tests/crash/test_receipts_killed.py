"""Receipts killed again and again, and gone on with: the same end, and no question too many."""

from __future__ import annotations

import base64
import json
import random
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulksend.receipts import signature
from tests.acceptance.cli import (
    ROOT,
    bulksend,
    document,
    environment,
    read_results,
    start,
    write_contacts,
)
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

ROWS, KILLS = 400, 10
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


@contextmanager
def telnyx(log: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.receipts_server", str(log)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        words = "".join(process.stdout.readline() for _ in range(2))
        found = re.search(r"http://127\.0\.0\.1:\d+", words)
        assert found is not None, words
        yield f"{found[0]}/v2"
    finally:
        process.kill()
        process.communicate()


def send(folder: Path, base_url: str, rows: int) -> Path:
    contacts = write_contacts(folder / "c.csv", rows)
    ended = bulksend(
        *("run", contacts, "--base-url", base_url, "--profile-id", PROFILE, "--from", "MyCompany"),
        *("--text", "Hi {name}", "--yes", "--rate", "1000/s", "--no-preflight"),
    )
    assert ended.returncode == 0, ended.stderr
    return contacts


def test_killed_ten_times_it_ends_the_same_and_asks_nothing_twice_that_is_settled(tmp_path):
    log, chance = tmp_path / "log", random.Random(11)
    with telnyx(log) as base_url:
        contacts = send(tmp_path, base_url, ROWS)
        for _ in range(KILLS):
            process = start("receipts", contacts, "--base-url", base_url)
            time.sleep(chance.uniform(0.6, 2.5))
            process.kill()
            process.communicate()
        ended = bulksend("receipts", contacts, "--json")
        log.write_text("")
        again = bulksend("receipts", contacts, "--json")

        shown = document(ended)
        assert log.read_text() == ""
        assert document(again)["reads"] == 0

    rows = read_results(tmp_path / "c.results.csv")
    ends = Counter(row["delivery_status"] for row in rows)
    tenth = ROWS // 10
    assert ends == {
        **{"delivery_failed": tenth, "delivery_unconfirmed": tenth, "expired": tenth},
        **{"delivered": 7 * tenth},
    }
    assert shown["final_cost"] == {"USD": str(9 * tenth * Decimal("0.0444"))}
    assert sum(Decimal(row["final_cost"]) for row in rows) == 9 * tenth * Decimal("0.0444")


def post(url: str, body: bytes, *, age_s: int = 0, key: Ed25519PrivateKey = KEY) -> int:
    timestamp = str(int(time.time()) - age_s)
    signed = base64.b64encode(key.sign(timestamp.encode() + b"|" + body)).decode()
    headers = {signature.TIMESTAMP_HEADER: timestamp, signature.SIGNATURE_HEADER: signed}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def events(rows: list[dict[str, str]]) -> list[bytes]:
    made = []
    for row in rows:
        for status in ("sent", "delivered"):
            payload = {
                "id": row["message_id"],
                "from": {"phone_number": "MyCompany"},
                "to": [{"status": status}],
                "cost": {"amount": "0.0444", "currency": "USD"},
            }
            data = {"event_type": "message.finalized", "payload": payload}
            made.append(json.dumps({"data": data}).encode())
    return made


def test_a_listener_killed_between_events_loses_none_that_it_answered(tmp_path):
    chance, rows, port = random.Random(5), 60, 18_765
    with telnyx(tmp_path / "log") as base_url:
        contacts = send(tmp_path, base_url, rows)
    told = events(read_results(tmp_path / "c.results.csv"))
    waiting = [*told, *chance.sample(told, len(told) // 5)]
    chance.shuffle(waiting)
    forged = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    url, kills = f"http://127.0.0.1:{port}/hook", 0
    while waiting:
        process = start(
            "receipts", contacts, "--listen", f"127.0.0.1:{port}", TELNYX_PUBLIC_KEY=PUBLIC
        )
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        for _ in range(chance.randint(20, 40)):
            if not waiting:
                break
            assert post(url, waiting[-1], key=forged) == 403
            if post(url, waiting[-1]) == 200:
                waiting.pop()
        if waiting:
            process.kill()
            kills += 1
        else:
            process.terminate()
        process.communicate(timeout=60)

    assert process.returncode == 143
    shown = document(bulksend("status", contacts, "--json"))
    assert kills >= 2
    assert (shown["delivered"], shown["waiting"]) == (rows, 0)
    assert shown["final_cost"] == {"USD": str(rows * Decimal("0.0444"))}
    assert {row["delivery_status"] for row in read_results(tmp_path / "c.results.csv")} == {
        "delivered"
    }
