"""What became of the messages, end to end: the sandbox's ledger is the truth.

Sandbox and commands run in one process, so that the sandbox's clock can be put forward by hours.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import bulksend
from bulksend import errors
from bulksend.batch import summary
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Guards, Identity, Settings
from bulksend.cli.render.documents import summary_json
from bulksend.commands import optouts, receipts, results, run, status
from bulksend.contacts import loader, own_files
from bulksend.receipts import store, store_path
from bulksend.receipts.counts import AskingProgress
from bulksend.receipts.schedule import Patience
from bulksend.sandbox import lifecycle, server
from bulksend.sandbox.scripts import faults
from tests.acceptance.cli import read_results, write_contacts
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

ONCE = Patience()
FATES = """[
  {"fate": "delivery_failed", "code": "40001", "to_ends_with": "1"},
  {"fate": "delivery_failed", "code": "40008", "to_ends_with": "2"},
  {"fate": "delivery_unconfirmed", "to_ends_with": "3"},
  {"fate": "expired", "code": "40014", "to_ends_with": "4"},
  {"fate": "delivered", "final_price": "0.0444", "to_ends_with": "5"}]"""


class Listening(Silent):
    """Everything that was said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.progress: list[AskingProgress] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def asking(self, progress: AskingProgress) -> None:
        self.progress.append(progress)


class World:
    """A sandbox, a batch, and the commands that work on it."""

    def __init__(self, sandbox: server.Sandbox, folder: Path, rows: int, **identity: Any) -> None:
        self.sandbox, self.listening = sandbox, Listening()
        self.settings = Settings(
            contacts=write_contacts(folder / "c.csv", rows),
            identity=Identity(sender="MyCompany", profile_id=PROFILE, text="Hi {name}", **identity),
            guards=Guards(rate="1000/s"),
            base_url=sandbox.base_url,
            base_url_typed=True,
            api_key="sandbox",
            yes=True,
            state_folder=folder / "state",
        )

    async def sends(self) -> summary.Summary:
        return await asyncio.to_thread(run.run, self.settings, Silent())

    async def asks(self, patience: Patience = ONCE, **more: Any) -> receipts.Receipts:
        settings = replace(self.settings, identity=Identity(), **more)
        return await asyncio.to_thread(
            receipts.collect_receipts, settings, self.listening, patience
        )

    async def stands(self) -> dict[str, Any]:
        return summary_json.document(await asyncio.to_thread(status.status, self.settings.place))

    def after(self, seconds: float) -> None:
        self.sandbox.state.ahead_s = seconds

    def results(self) -> list[dict[str, str]]:
        return read_results(self.settings.results_path)


@asynccontextmanager
async def world(
    folder: Path, rows: int = 20, fates: str = FATES, **config: Any
) -> AsyncIterator[World]:
    identity = {name: config.pop(name) for name in ("webhook_url",) if name in config}
    settings = server.SandboxConfig(
        profile_id=PROFILE, fates=lifecycle.parse_fates(fates), delivery_s=(0, 0.5, 1.5), **config
    )
    async with server.Sandbox(settings) as sandbox:
        yield World(sandbox, folder, rows, **identity)


async def test_results_and_status_say_what_became_of_every_row(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)

        ended = await batch.asks()

        shown = await batch.stands()
        assert ended.exit_code == 3
        assert (shown["delivered"], shown["failed"], shown["unconfirmed"]) == (12, 6, 2)
        assert (shown["waiting"], shown["given_up"]) == (0, 0)
        assert shown["final_cost"] == {"USD": str(16 * Decimal("0.0420") + 2 * Decimal("0.0444"))}
        rows = batch.results()
        assert Counter(row["delivery_status"] for row in rows) == {
            **{"delivered": 12, "delivery_failed": 4, "delivery_unconfirmed": 2, "expired": 2}
        }
        assert {row["receipt_code"] for row in rows} == {"", "40001", "40008", "40014"}
        assert all(
            (row["delivered_at"] != "") == (row["delivery_status"] == "delivered") for row in rows
        )
        total = sum((Decimal(row["final_cost"]) for row in rows), Decimal(0))
        assert {"USD": str(total)} == shown["final_cost"]
        assert {row["cost"] for row in rows} == {"0.0420"}


async def test_nothing_is_asked_about_twice_and_the_results_stay(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()
        before = batch.settings.results_path.read_bytes()

        again = await batch.asks()

        assert again.collected.reads == 0
        assert batch.settings.results_path.read_bytes() == before


async def test_before_anybody_asked_all_are_waiting(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()

        shown = await batch.stands()

        assert (shown["waiting"], shown["delivered"], shown["final_cost"]) == (20, 0, {})


async def test_waiting_goes_on_until_everything_is_final(tmp_path):
    async with world(tmp_path, rows=6, fates="[]") as batch:
        await batch.sends()

        ended = await batch.asks(Patience(wait_s=20, every_s=0.4))

        assert ended.exit_code == 0
        assert ended.collected.passes > 1
        progress = batch.listening.progress
        assert any(each.next_pass_s is not None for each in progress)
        assert (progress[0].final, progress[-1].final, progress[-1].total) == (0, 6, 6)
        assert all(0 <= each.left_s <= 20 for each in progress)


async def test_what_is_still_on_its_way_is_said_with_the_way_on(tmp_path):
    async with world(tmp_path, rows=5, fates='[{"fate": "never"}]') as batch:
        await batch.sends()
        batch.after(10)

        ended = await batch.asks()

        assert ended.exit_code == 5
        assert ended.summary.next.startswith("bulksend receipts ")
        assert ended.summary.deliveries.waiting == 5
        assert "nothing is final yet: 5 messages waiting" in batch.listening.notes


async def test_after_three_days_the_rest_is_given_up_once(tmp_path):
    async with world(tmp_path, rows=5, fates='[{"fate": "never"}]') as batch:
        await batch.sends()
        batch.after(73 * 3600)

        ended = await batch.asks()
        again = await batch.asks()

        assert (ended.exit_code, ended.summary.deliveries.given_up) == (5, 5)
        assert ended.summary.next == ""
        assert len([note for note in batch.listening.notes if "given up" in note]) == 1
        assert (again.exit_code, again.collected.reads) == (5, 0)
        assert {row["delivery_status"] for row in batch.results()} == {"given_up"}


async def test_losing_the_store_loses_nothing_but_the_asking(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()
        before = batch.settings.results_path.read_bytes()
        store_path.beside(batch.settings.journal_path).unlink()

        await batch.asks()

        assert batch.settings.results_path.read_bytes() == before


async def test_results_are_the_same_whoever_writes_them(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()
        before = batch.settings.results_path.read_bytes()

        await asyncio.to_thread(results.results, batch.settings)

        assert batch.settings.results_path.read_bytes() == before


async def test_where_webhooks_carry_marks_they_stand_in_for_what_is_forgotten(tmp_path):
    hook = "http://127.0.0.1:9/hook"
    async with world(tmp_path, rows=3, fates="[]", webhook_url=hook, record_lag_s=1e9) as batch:
        await batch.sends()
        batch.after(10)
        forgotten = batch.sandbox.state.messages.copy

        class Forgetful(dict):  # type: ignore[type-arg]
            def get(self, key: Any, default: Any = None) -> Any:
                return None

        batch.sandbox.state.messages = Forgetful(forgotten())
        ended = await batch.asks()

        assert ended.summary.deliveries.delivered == 3


async def test_a_batch_that_has_not_begun_is_named(tmp_path):
    async with world(tmp_path) as batch:
        with pytest.raises(errors.UsageError, match="no batch has begun"):
            await batch.asks()


async def test_nothing_accepted_is_nothing_to_ask(tmp_path):
    refused = '[{"fault": "error", "status": 400, "code": "40310"}]'
    async with world(tmp_path, rows=2, faults=faults.parse_script(refused)) as batch:
        await batch.sends()

        ended = await batch.asks()

        assert (ended.exit_code, ended.collected.reads) == (0, 0)


async def test_another_key_is_refused_in_words_and_nothing_is_lost(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()
        store_path.beside(batch.settings.journal_path).rename(tmp_path / "away")

        with pytest.raises(errors.UsageError, match="API key"):
            await batch.asks(api_key="another")


async def test_another_server_is_refused(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()

        with pytest.raises(errors.BatchMismatch, match="sent via"):
            await batch.asks(base_url="http://127.0.0.1:9/v2")


async def test_somebody_who_collects_already_is_named(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        with (
            store.asking_alone(store_path.beside(batch.settings.journal_path)),
            pytest.raises(errors.Locked, match="asked for already"),
        ):
            await batch.asks()


async def test_a_listener_and_a_poll_are_no_hindrance_to_each_other(tmp_path):
    async with world(tmp_path) as batch:
        sent = await batch.sends()
        batch.after(10)
        with store.Store.open(store_path.beside(batch.settings.journal_path), sent.batch):
            ended = await batch.asks()

        assert (ended.exit_code, ended.summary.deliveries.waiting) == (3, 0)


async def test_the_undelivered_are_a_list_that_can_be_opened_and_run(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()
        to_call = replace(batch.settings, results=tmp_path / "call-these.xlsx")

        await asyncio.to_thread(results.results, to_call, ("undelivered",))
        await asyncio.to_thread(results.results, batch.settings, ("undelivered",))

        names = {row["name"] for row in read_results(tmp_path / "c.undelivered.csv")}
        listed = loader.open_contacts(tmp_path / "c.undelivered.csv")
        book = loader.open_contacts(tmp_path / "call-these.xlsx")
        assert names == {f"Name{it}" for it in (1, 2, 4, 11, 12, 14)}
        assert listed.header.names == book.header.names == ("phone", "name")
        assert sum(chunk.height for chunk in book.chunks()) == 6


async def test_a_list_takes_no_other_files_place(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        before = batch.settings.contacts.read_bytes()
        for path in (batch.settings.contacts, batch.settings.journal_path):
            with pytest.raises(errors.UsageError, match="nothing is written there"):
                await asyncio.to_thread(
                    results.results, replace(batch.settings, results=path), ("waiting",)
                )
        assert batch.settings.contacts.read_bytes() == before


async def test_results_follow_the_contacts_files_delimiter_and_mark(tmp_path):
    async with world(tmp_path, rows=2) as batch:
        text = "phone;name\n+447911000000;Jürgen\n+447911000009;Zoë\n"
        batch.settings.contacts.write_bytes(b"\xef\xbb\xbf" + text.encode())
        await batch.sends()

        content = batch.settings.results_path.read_bytes()

        assert content.startswith(b"\xef\xbb\xbfphone;name;row;status;")
        assert "+447911000000;Jürgen;2;accepted;".encode() in content


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_run_can_wait_for_what_becomes_of_its_messages(tmp_path, embedded):
    async with world(tmp_path, rows=5, fates="[]") as batch:
        waiting = replace(batch.settings, wait_receipts_s=60.0)
        if embedded:
            waiting = replace(waiting, sandbox=True, base_url=None)

        ended = await asyncio.to_thread(run.run, waiting, batch.listening)

        assert ended.exit_code == 0
        assert ended.deliveries.delivered == 5
        assert ended.seconds < 50


async def test_opt_outs_are_a_list_for_suppress(tmp_path):
    people = frozenset({"+447911000001", "+447911000002"})
    async with world(tmp_path, opted_out=people) as batch:
        listed = await asyncio.to_thread(
            optouts.fetch, batch.settings, tmp_path / "out.csv", batch.listening
        )
        again = await asyncio.to_thread(
            optouts.fetch, batch.settings, tmp_path / "out.csv", batch.listening
        )

        assert len(listed.people) == len(again.people) == 2
        contacts = loader.open_contacts(tmp_path / "out.csv")
        assert contacts.header.names == own_files.OPT_OUT_COLUMNS
        assert sum(chunk.height for chunk in contacts.chunks()) == 2


async def test_half_a_list_of_opt_outs_is_none(tmp_path):
    async with world(tmp_path) as batch:
        refused = replace(batch.settings, api_key="another")

        with pytest.raises(errors.UsageError, match="refuses this API key"):
            await asyncio.to_thread(optouts.fetch, refused, tmp_path / "o.csv", batch.listening)

        assert not (tmp_path / "o.csv").exists()


async def test_from_python_a_frames_batch_is_asked_about_in_a_loop_and_outside(tmp_path):
    async with world(tmp_path, rows=3, fates="[]") as batch:
        frame = pl.DataFrame({"phone": ["+447911000001", "+447911000002"], "name": ["Ada", "Zoë"]})
        settings = replace(batch.settings, contacts=tmp_path / "june", state_folder=None)
        await bulksend.asend(frame, settings)
        batch.after(10)

        awaited = await bulksend.areceipts(frame, settings)
        called = await asyncio.to_thread(bulksend.receipts, frame, settings)

        assert awaited.summary.deliveries.delivered == called.summary.deliveries.delivered == 2
        assert called.results["delivery_status"].to_list() == ["delivered", "delivered"]


async def test_the_record_of_an_unknown_row_settles_it_by_its_mark(tmp_path):
    lost = faults.parse_script('[{"fault":"reset","after":true,"nth":3}]')
    hook = "http://127.0.0.1:9/hook"
    async with world(tmp_path, rows=6, fates="[]", webhook_url=hook, faults=lost) as batch:
        sent = await batch.sends()
        batch.after(10)

        ended = await batch.asks()

        assert sent.counts.unknown == 1
        assert (ended.summary.counts.unknown, ended.summary.counts.accepted) == (0, 6)
        assert ended.summary.deliveries.delivered == 6
        assert all(row["parts"] == "1" for row in batch.results())
        assert len({entry.to for entry in batch.sandbox.ledger if entry.accepted}) == 6
