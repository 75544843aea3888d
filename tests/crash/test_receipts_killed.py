"""Receipts killed again and again, and gone on with: the same end, and no question too many."""

from __future__ import annotations

import random
import time
from collections import Counter
from decimal import Decimal

import pytest

from tests.acceptance.cli import bulksend, document, read_results, start
from tests.crash import receipts

pytestmark = pytest.mark.slow

ROWS, KILLS = 400, 10


def test_killed_ten_times_it_ends_the_same_and_asks_nothing_twice_that_is_settled(tmp_path):
    log, chance = tmp_path / "log", random.Random(11)
    with receipts.telnyx(log) as base_url:
        contacts = receipts.send(tmp_path, base_url, ROWS)
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


def test_a_listener_killed_between_events_loses_none_that_it_answered(tmp_path):
    progress = receipts.receipts(tmp_path, events=240, kills=2, seed=5)

    shown = document(bulksend("status", tmp_path / "c.csv", "--json"))
    assert (progress.kills, progress.forged_taken, shown["waiting"]) == (2, 0, 0)
    assert shown["delivered"] == progress.ends["delivered"]
    rows = read_results(tmp_path / "c.results.csv")
    assert Counter(row["delivery_status"] for row in rows) == progress.ends
