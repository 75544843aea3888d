"""Unknown rows and their evidence, end to end: the sandbox's ledger is the truth.

Sandbox and commands run in one process, so that the sandbox's clock can be put forward by hours.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bulksend import errors
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Guards, Identity, Settings
from bulksend.commands import reconcile, resume, run
from bulksend.commands.doctor import doctor
from bulksend.sandbox import server
from bulksend.sandbox.scripts import faults
from tests.acceptance.cli import read_results, write_contacts
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

ROWS = 60
HOUR_S = 3600.0
#: Row 12 was taken and nobody answered; row 22 never arrived and nobody answered.
LOST = '[{"fault":"reset","after":true,"nth":11},{"fault":"reset","nth":21}]'
TAKEN, LOST_ROW = 12, 22


class Doubtful(Silent):
    """A person who says no."""

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        return False


class World:
    """A sandbox, a batch with unknown rows, and the commands that work on it."""

    def __init__(self, sandbox: server.Sandbox, folder: Path, **identity: Any) -> None:
        self.sandbox = sandbox
        self.contacts = write_contacts(folder / "c.csv", ROWS)
        self.settings = Settings(
            contacts=self.contacts,
            identity=Identity(sender="MyCompany", profile_id=PROFILE, text="Hi {name}", **identity),
            guards=Guards(rate="1000/s", max_in_flight=1),
            base_url=sandbox.base_url,
            api_key="sandbox",
            yes=True,
            state_folder=folder / "state",
        )

    async def sends(self) -> None:
        await asyncio.to_thread(run.run, self.settings, Silent())

    async def proves_the_key(self) -> None:
        await asyncio.to_thread(doctor, self.settings, Silent(), probe_to="+447700900123")

    async def reconciles(self, **options: Any) -> reconcile.Reconciled:
        reporter = options.pop("reporter", Silent())
        return await asyncio.to_thread(reconcile.reconcile, self.settings, reporter, **options)

    def after(self, hours: float) -> None:
        self.sandbox.state.ahead_s = hours * HOUR_S

    def taken(self) -> Counter[str]:
        """How often each phone of the batch was texted, by the ledger."""
        return Counter(
            it.to for it in self.sandbox.ledger if it.accepted and it.to != "+447700900123"
        )

    def requests(self) -> int:
        return len(self.sandbox.ledger)

    def statuses(self) -> dict[int, str]:
        rows = read_results(self.settings.results_path)
        return {int(it["row"]): it["status"] for it in rows}

    def nothing_is_wrong(self) -> None:
        """What the results say is what the ledger says, and nobody was texted twice."""
        taken = {it.to: it.message_id for it in self.sandbox.ledger if it.accepted}
        for line in read_results(self.settings.results_path):
            if line["status"] == "accepted":
                assert taken[line["to_e164"]] == line["message_id"], line
            if line["status"] in ("unsent", "refused"):
                assert line["to_e164"] not in taken, line
        assert max(self.taken().values()) == 1


@asynccontextmanager
async def world(
    folder: Path, script: str = LOST, *, webhook_url: str | None = None, **config: Any
) -> AsyncIterator[World]:
    made = server.SandboxConfig(faults=faults.parse_script(script), **config)
    async with server.Sandbox(made) as sandbox:
        yield World(sandbox, folder, webhook_url=webhook_url)


def reasons(found: reconcile.Reconciled) -> dict[int, tuple[str, ...]]:
    return {it.row: it.reasons for it in found.left}


def ways(found: reconcile.Reconciled) -> dict[int, tuple[str, str]]:
    return {it.row: (it.status, it.by) for it in found.settled}


async def test_a_proven_key_settles_every_row_and_texts_nobody_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        await batch.proves_the_key()
        found = await batch.reconciles()

        assert ways(found) == {TAKEN: ("accepted", "key"), LOST_ROW: ("accepted", "key")}
        assert (found.exit_code, found.summary.counts.unknown, found.summary.next) == (0, 0, "")
        assert len(batch.taken()) == ROWS
        batch.nothing_is_wrong()


async def test_the_key_of_a_row_is_the_same_on_every_attempt_and_so_are_its_bytes(
    tmp_path: Path,
) -> None:
    script = '[{"fault":"throttle","nth":3,"retry_after":"0"},{"fault":"reset","nth":8}]'
    async with world(tmp_path, script, webhook_url="https://example.com/hook?x=1#y") as batch:
        await batch.sends()
        await batch.proves_the_key()
        await batch.reconciles()

        keys: dict[str, set[str]] = {}
        for entry in batch.sandbox.ledger:
            keys.setdefault(entry.to, set()).add(entry.key)
        codes = Counter(it.code for it in batch.sandbox.ledger)
        assert len(batch.sandbox.ledger) == ROWS + 4
        assert all(len(it) == 1 and all(it) for it in keys.values())
        assert "10027" not in codes  # the same key with other bytes
        batch.nothing_is_wrong()


@pytest.mark.parametrize(
    ("prove", "hours", "config", "reason"),
    [
        pytest.param(False, 0, {}, "key_unproven", id="unproven"),
        pytest.param(True, 0, {"honours_keys": False}, "key_not_honoured", id="not-honoured"),
        pytest.param(True, 23.1, {}, "key_too_old", id="older-than-23-hours"),
        pytest.param(True, 25, {"key_life_s": 24 * HOUR_S}, "key_too_old", id="expired"),
        pytest.param(True, -2, {}, "key_too_old", id="from-the-future"),
    ],
)
async def test_a_key_that_is_not_proven_or_too_old_is_not_relied_on(
    tmp_path: Path, prove: bool, hours: float, config: dict[str, Any], reason: str
) -> None:
    async with world(tmp_path, **config) as batch:
        await batch.sends()
        if prove:
            await batch.proves_the_key()
        batch.after(hours)
        before = batch.requests()
        found = await batch.reconciles(reporter=Doubtful())

        assert batch.requests() == before
        assert {it[0] for it in reasons(found).values()} == {reason}
        assert found.exit_code == 6


async def test_an_old_proof_counts_no_longer(tmp_path: Path) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        await batch.proves_the_key()
        (page,) = (tmp_path / "state" / "keys").iterdir()
        page.write_text(page.read_text().replace('"at_s": 1', '"at_s": 0'))
        before = batch.requests()
        found = await batch.reconciles(reporter=Doubtful())

        assert batch.requests() == before
        assert reasons(found)[TAKEN][0] == "key_unproven"


async def test_a_row_whose_request_would_differ_is_left_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        await batch.proves_the_key()
        with sqlite3.connect(batch.settings.journal_path) as connection:
            connection.execute("UPDATE send SET body = x'00' WHERE row = ?", (TAKEN,))
        connection.close()
        before = batch.requests()
        found = await batch.reconciles()

        assert reasons(found) == {TAKEN: ("bytes_differ",)}
        assert batch.requests() == before + 1
        assert not found.summary.next
        batch.nothing_is_wrong()


async def test_after_a_server_error_the_key_is_used_on_the_persons_word_alone(
    tmp_path: Path,
) -> None:
    # Only successes are remembered: this one was taken, and its key protects nobody.
    script = '[{"fault":"http","status":503,"after":true,"nth":11}]'
    async with world(tmp_path, script, record_lag_s=HOUR_S) as batch:
        await batch.sends()
        await batch.proves_the_key()
        before = batch.requests()
        found = await batch.reconciles()
        with pytest.raises(errors.UsageError):
            await batch.reconciles(after_5xx=True, reporter=Doubtful())
        assert batch.requests() == before
        assert reasons(found) == {TAKEN: ("key_not_remembered", "too_early")}
        batch.nothing_is_wrong()

        asked = await batch.reconciles(after_5xx=True)

        assert ways(asked) == {TAKEN: ("accepted", "key")}
        assert batch.taken()["+447911000010"] == 2  # what the person was told could be


async def test_a_repeat_that_ends_in_a_server_error_is_not_repeated(tmp_path: Path) -> None:
    script = (
        '[{"fault":"reset","nth":11},{"fault":"http","status":502,"after":true,'
        f'"nth":{ROWS + 3}}}]'
    )
    async with world(tmp_path, script, record_lag_s=HOUR_S) as batch:
        await batch.sends()
        await batch.proves_the_key()
        first = await batch.reconciles()
        before = batch.requests()
        second = await batch.reconciles()

        assert reasons(first)[TAKEN][0] == "key_not_remembered"
        assert reasons(second)[TAKEN][0] == "key_not_remembered"
        assert batch.requests() == before
        batch.nothing_is_wrong()


async def test_a_request_that_is_still_worked_on_is_asked_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulksend.reconcile.replay._BUSY_S", (0.01, 0.01, 0.01))
    script = (
        '[{"fault":"reset","after":true,"nth":11},{"fault":"error","status":409,"code":"10036",'
        f'"nth":{ROWS + 3},"times":2}}]'
    )
    async with world(tmp_path, script) as batch:
        await batch.sends()
        await batch.proves_the_key()
        found = await batch.reconciles()

        assert ways(found) == {TAKEN: ("accepted", "key")}
        batch.nothing_is_wrong()


async def test_a_key_that_was_used_for_other_bytes_stops_everything(tmp_path: Path) -> None:
    script = (
        LOST[:-1] + f',{{"fault":"error","status":422,"code":"10027","nth":{ROWS + 3},"times":9}}]'
    )
    async with world(tmp_path, script) as batch:
        await batch.sends()
        await batch.proves_the_key()
        found = await batch.reconciles()

        assert found.exit_code == 5
        assert found.summary.counts.unknown == 2
        assert sum(it.code == "10027" for it in batch.sandbox.ledger) == 0  # the fault's own
        assert batch.requests() == ROWS + 3
        batch.nothing_is_wrong()


async def test_a_repeat_that_is_refused_for_what_may_have_changed_settles_nothing(
    tmp_path: Path,
) -> None:
    script = (
        '[{"fault":"reset","after":true,"nth":11},{"fault":"reset","nth":21},'
        f'{{"fault":"error","status":409,"code":"40300","nth":{ROWS + 3}}},'
        f'{{"fault":"error","status":400,"code":"40310","nth":{ROWS + 4}}}]'
    )
    async with world(tmp_path, script, record_lag_s=HOUR_S) as batch:
        await batch.sends()
        await batch.proves_the_key()
        found = await batch.reconciles()

        assert reasons(found) == {TAKEN: ("refused_now", "too_early")}
        assert ways(found) == {LOST_ROW: ("refused", "key")}


async def test_a_mark_in_the_records_is_certain_and_asks_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, webhook_url="https://example.com/hook?team=a") as batch:
        await batch.sends()
        found = await batch.reconciles(reporter=Doubtful())

        assert ways(found) == {TAKEN: ("accepted", "reference")}
        assert reasons(found) == {LOST_ROW: ("key_unproven", "too_early")}
        url = batch.sandbox.state.messages[found.settled[0].message_id].order.webhook_url
        assert url is not None and url.startswith("https://example.com/hook?team=a&b=")
        batch.nothing_is_wrong()


async def test_a_mark_is_found_in_webhook_deliveries_where_records_lag(tmp_path: Path) -> None:
    config = {"record_lag_s": 6 * HOUR_S, "delivery_s": (0.0, 0.0, 0.0)}
    async with world(tmp_path, webhook_url="https://example.com/hook", **config) as batch:
        await batch.sends()
        found = await batch.reconciles(reporter=Doubtful())

        assert ways(found) == {TAKEN: ("accepted", "reference")}
        (line,) = [it for it in read_results(batch.settings.results_path) if it["row"] == "12"]
        assert (line["parts"], line["cost"], line["currency"]) == ("1", "0.0420", "USD")
        batch.nothing_is_wrong()


async def test_one_record_that_fits_is_taken_on_a_persons_word(tmp_path: Path) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        asked = await batch.reconciles(reporter=Doubtful())
        found = await batch.reconciles()

        assert reasons(asked)[TAKEN] == ("key_unproven", "not_confirmed")
        assert ways(found) == {TAKEN: ("accepted", "search")}
        assert reasons(found)[LOST_ROW] == ("key_unproven", "too_early")
        assert found.summary.next.startswith("bulksend reconcile")
        batch.nothing_is_wrong()


async def test_absence_among_neighbours_makes_a_row_unsent_and_resume_sends_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(11.9)
        early = await batch.reconciles()
        batch.after(12.1)
        found = await batch.reconciles()
        assert reasons(early)[LOST_ROW][-1] == "too_early"
        assert ways(found) == {LOST_ROW: ("unsent", "absence")}
        assert found.summary.next.startswith("bulksend resume")
        batch.nothing_is_wrong()

        sent = await asyncio.to_thread(resume.resume, batch.settings, Silent())

        assert (sent.counts.accepted, sent.exit_code) == (ROWS, 0)
        assert max(batch.taken().values()) == 1


async def test_why_a_row_was_settled_stays_in_the_journal(tmp_path: Path) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(13)
        await batch.reconciles()

        with sqlite3.connect(batch.settings.journal_path) as connection:
            history = connection.execute("SELECT row, status, code, why FROM history").fetchall()
        connection.close()
        assert sorted(history) == [
            (TAKEN, 4, "connection_lost", "evidence: search"),
            (LOST_ROW, 4, "connection_lost", "evidence: absence"),
        ]


WORLDS: list[tuple[str, dict[str, Any]]] = [
    ("lag-0", {}),
    ("lag-3", {"record_lag_s": 3 * HOUR_S}),
    ("lag-0-to-6", {"record_lag_max_s": 6 * HOUR_S}),
    ("masked", {"redacted": True}),
    ("masked-and-not-found", {"redacted": True, "redacted_found": False}),
    ("a-fifth-missing", {"records_missing": 0.2}),
    ("half-missing", {"records_missing": 0.5}),
    ("all-missing", {"records_missing": 1.0}),
    ("queue-of-4-hours-and-lag", {"record_lag_s": 4 * HOUR_S, "record_lag_max_s": 10 * HOUR_S}),
]
MANY_LOST = (
    '[{"fault":"reset","after":true,"every":9},{"fault":"reset","every":11},'
    '{"fault":"close","after":true,"every":13}]'
)


@pytest.mark.parametrize("marked", [False, True], ids=["plain", "marked"])
@pytest.mark.parametrize(("name", "config"), WORLDS, ids=[it[0] for it in WORLDS])
async def test_no_row_is_settled_wrongly_however_bad_the_records_are(
    tmp_path: Path, name: str, config: dict[str, Any], marked: bool
) -> None:
    url = "https://example.com/hook" if marked else None
    async with world(tmp_path, MANY_LOST, webhook_url=url, **config) as batch:
        batch.settings = replace(batch.settings, guards=Guards(rate="1000/s", max_in_flight=8))
        await batch.sends()
        unknown = sum(it == "unknown" for it in batch.statuses().values())
        assert unknown == 15
        for hours in (0, 1, 5, 11, 13, 20):
            batch.after(hours)
            await batch.reconciles()
            batch.nothing_is_wrong()

        left = sum(it == "unknown" for it in batch.statuses().values())
        sees_numbers = not config.get("redacted")
        complete = not config.get("records_missing")
        assert left == (0 if sees_numbers and complete else left)
        if not complete:
            assert "unsent" not in batch.statuses().values()


async def test_an_embedded_sandbox_leaves_no_evidence_and_says_so(tmp_path: Path) -> None:
    contacts = write_contacts(tmp_path / "c.csv", 5)
    settings = Settings(contacts=contacts, identity=Identity(text="Hi"), sandbox=True)
    await asyncio.to_thread(run.run, settings, Silent())
    with sqlite3.connect(settings.journal_path) as connection:
        connection.execute("UPDATE send SET status = 4, message_id = NULL WHERE row = 3")
    connection.close()

    found = await asyncio.to_thread(reconcile.reconcile, settings, Silent())

    assert reasons(found) == {3: ("sandbox_gone",)}
    assert found.exit_code == 6
    assert not found.summary.next


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda it: it.__setattr__("sandbox", None), id="gone"),
    ],
)
async def test_a_server_that_cannot_be_asked_settles_nothing(
    tmp_path: Path, spoil: Callable[[World], None]
) -> None:
    async with world(tmp_path) as batch:
        await batch.sends()
        await batch.proves_the_key()
    found = await batch.reconciles()

    assert {it[0] for it in reasons(found).values()} == {"no_server_time"}
    assert found.exit_code == 6
    assert found.summary.next.startswith("bulksend reconcile")
