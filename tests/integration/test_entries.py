"""What others put into a journal: shown where it makes sense, named as damage where it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bulksend import errors, journal
from bulksend.receipts import message_state
from bulksend.results import entries
from bulksend.sms.message import Outcome
from tests.integration.test_journal import make_batch
from tests.makers import accepted, entries_of, make_message


async def settled(path: Path) -> None:
    with journal.Journal.create(path, make_batch()) as record:
        async with record.writing():
            await record.claim(make_message(2), b"body")
            await record.settle(Outcome(2, 1, 1, accepted(wait_s=0.25)))


def put(path: Path, column: str, value: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE send SET {column} = ?", (value,))  # noqa: S608
    connection.close()


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("message_id", "a text", {"message_id": None}),
        ("encoding", 9, {"encoding": None}),
        ("wait_s", "long", {"wait_seconds": None}),
        ("claimed_ms", 2**62, {"claimed_at": None}),
        ("settled_ms", -1, {"settled_at": None}),
        ("settled_ms", 0, {"settled_at": "1970-01-01T00:00:00.000Z"}),
        ("delivered_ms", 253402300799999, {"delivered_at": "9999-12-31T23:59:59.999Z"}),
        ("code", 40310, {"error_code": "40310"}),
    ],
)
async def test_what_is_not_ours_is_shown_as_text_or_as_nothing(
    tmp_path: Path, column: str, value: object, shown: dict[str, Any]
) -> None:
    path = tmp_path / "a.journal"
    await settled(path)
    put(path, column, value)

    with journal.read(path) as reader:
        (entry,) = entries_of(reader)

    assert vars(entry) | shown == vars(entry)


@pytest.mark.parametrize(
    ("column", "value"), [("status", 9), ("parts", 1 << 40), ("attempts", -1), ("row", -4)]
)
async def test_what_cannot_be_shown_is_damage(tmp_path: Path, column: str, value: object) -> None:
    path = tmp_path / "a.journal"
    await settled(path)
    put(path, column, value)

    with journal.read(path) as reader, pytest.raises(errors.JournalError, match="damaged"):
        entries.read(reader, -10, 100)


class Receipts:
    """What was heard of the one message."""

    def __init__(self, final_cost: str | None, final_currency: str | None) -> None:
        self.final = {"final_cost": final_cost, "final_currency": final_currency}

    def receipt_columns(self, message_ids: Sequence[bytes]) -> dict[str, Sequence[object]]:
        values = dict.fromkeys(message_state.RECEIPT_COLUMNS) | self.final
        return {name: [value] for name, value in values.items()} | {"message_id": message_ids}


@pytest.mark.parametrize(
    ("final", "shown"),
    [
        pytest.param((None, None), ("0.0420", "USD", None), id="not-known-yet"),
        pytest.param(("0.0444", "USD"), ("0.0420", "USD", "0.0444"), id="the-same-currency"),
        pytest.param(("0.0400", "EUR"), ("0.0420 USD", "EUR", "0.0400"), id="another-currency"),
        pytest.param(("0", None), ("0.0420", "USD", "0"), id="not-billed"),
    ],
)
async def test_a_final_cost_in_another_currency_is_never_read_as_the_firsts(
    tmp_path: Path, final: tuple[str | None, str | None], shown: tuple[str | None, ...]
) -> None:
    path = tmp_path / "a.journal"
    await settled(path)

    with journal.read(path) as reader:
        (entry,) = entries.read(reader, 1, 10, Receipts(*final)).to_dicts()

    assert (entry["cost"], entry["currency"], entry["final_cost"]) == shown
