"""Who may be texted now goes first; the others wait, on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

import pytest

from bulksend.errors import Stop
from bulksend.sending import feed, halt, hours, open_first
from bulksend.sms.message import Message
from bulksend.sms.phone import zones
from tests import virtual_clock
from tests.makers import make_message

UK, INDIA, NOWHERE = "+447400000000", "+919811122233", "+88213000000"
NIGHT = hours.Quiet((time(21), time(8)))
#: 16:00 in London, 20:30 in India.
AFTERNOON = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_look_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night has 40,000 seconds; when somebody's time comes, it is looked at in time anyway."""
    monkeypatch.setattr(open_first, "_LOOK_S", 60.0)


class Desk:
    """A source, a clock that begins somewhere, and what was told."""

    def __init__(
        self,
        messages: Iterable[Message],
        start: datetime,
        wait_s: float = 0.0,
        quiet: hours.Quiet = NIGHT,
    ) -> None:
        self.start, self.wait_s = start, wait_s
        self.halt = halt.Halt()
        self.waits: list[tuple[datetime, int, str]] = []
        self.unknown: list[int] = []
        self.nevers: list[int] = []
        self.source = open_first.OpenFirst(
            messages=feed.Feed(iter([list(messages)])),
            quiet=quiet,
            halt=self.halt,
            now=self.now,
            wait_s=lambda: self.wait_s,
            on_wait=lambda until, rows, country: self.waits.append((until, rows, country)),
            on_unknown_zone=lambda message: self.unknown.append(message.row),
            on_never=lambda message: self.nevers.append(message.row),
        )

    def now(self) -> datetime:
        return self.start + timedelta(seconds=asyncio.get_running_loop().time())

    async def taken(self) -> list[tuple[int, datetime]]:
        rows = []
        while (message := await self.source.take()) is not None:
            rows.append((message.row, self.now()))
        return rows


def mixed() -> list[Message]:
    phones = [INDIA, UK, INDIA, UK]
    countries = {INDIA: "IN", UK: "GB"}
    return [
        make_message(row, phone=phone, country=countries[phone])
        for row, phone in enumerate(phones, 2)
    ]


def test_while_everybody_may_be_texted_the_order_is_the_files() -> None:
    desk = Desk(mixed(), AFTERNOON)

    assert [row for row, _ in virtual_clock.run(desk.taken())] == [2, 3, 4, 5]
    assert desk.waits == []


def test_open_countries_go_first_and_the_run_waits_for_the_others() -> None:
    evening = AFTERNOON + timedelta(hours=2)  # 22:30 in India
    desk = Desk(mixed(), evening)

    taken = virtual_clock.run(desk.taken())

    assert [row for row, _ in taken] == [3, 5, 2, 4]
    opens = datetime(2026, 6, 2, 2, 30, tzinfo=UTC)
    assert desk.waits == [(opens, 2, "IN")]
    assert all(opens <= at <= opens + timedelta(seconds=2) for _, at in taken[2:])
    assert desk.source.waits_until is None


def test_a_long_queue_at_telnyx_counts() -> None:
    desk = Desk(mixed(), AFTERNOON, wait_s=3600.0)  # would arrive at 21:30 in India

    assert [row for row, _ in virtual_clock.run(desk.taken())] == [3, 5, 2, 4]


def test_who_became_quiet_meanwhile_is_kept_for_the_morning() -> None:
    async def work(desk: Desk) -> tuple[bool, bool, int]:
        message = await desk.source.take()
        assert message is not None
        before = desk.source.may_go(message)
        await asyncio.sleep(3600.0)
        after = desk.source.may_go(message)
        desk.source.put_back(message)
        again = await desk.source.take()
        assert again is not None
        return before, after, again.row

    desk = Desk(mixed()[:1], AFTERNOON)

    assert virtual_clock.run(work(desk)) == (True, False, 2)


RUSSIA = "+79161234567"
#: Open for an hour of the night, which never comes in all of Russia's zones at once.
AN_HOUR = hours.Quiet((time(9), time(8)))


def test_a_row_for_which_no_moment_is_open_is_left_and_the_others_go() -> None:
    rows = [
        make_message(2, phone=RUSSIA, country="RU"),
        make_message(3, phone=UK, country="GB"),
        make_message(4, phone=RUSSIA, country="RU"),
    ]
    desk = Desk(rows, AFTERNOON, quiet=AN_HOUR)

    taken = virtual_clock.run(desk.taken())

    assert [row for row, _ in taken] == [3]
    assert (desk.nevers, desk.source.never) == ([2], 2)
    assert [rows for _, rows, _ in desk.waits] == [1], "only of who waits for a moment"


def test_a_row_that_only_a_long_queue_keeps_back_is_looked_at_again() -> None:
    async def work(desk: Desk) -> list[tuple[int, datetime]]:
        asyncio.get_running_loop().call_later(7200.0, setattr, desk, "wait_s", 0.0)
        return await desk.taken()

    desk = Desk([make_message(2, phone=UK, country="GB")], AFTERNOON, 7200.0, AN_HOUR)

    taken = virtual_clock.run(work(desk))

    assert [row for row, _ in taken] == [2]
    assert desk.source.never == 0


def test_a_halt_ends_the_waiting_at_once() -> None:
    async def work(desk: Desk) -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(5.0, desk.halt.set, Stop.INTERRUPTED)
        taken = await desk.taken()
        assert taken == []
        assert desk.source.waits_until is not None
        return loop.time()

    assert virtual_clock.run(work(Desk(mixed()[:1], AFTERNOON + timedelta(hours=2)))) < 5.1


def test_of_an_unknown_zone_it_is_said_once() -> None:
    desk = Desk([make_message(it, phone=NOWHERE, country="") for it in (2, 3)], AFTERNOON)

    virtual_clock.run(desk.taken())

    assert desk.unknown == [2]


def test_no_more_are_kept_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    evening = AFTERNOON + timedelta(hours=2)
    many = [make_message(it, phone=INDIA, country="IN") for it in range(2, 12)]
    desk = Desk([*many, make_message(12)], evening)
    monkeypatch.setattr(open_first, "PARKED_MAX", 5)

    taken = virtual_clock.run(desk.taken())

    assert sorted(row for row, _ in taken) == list(range(2, 13))
    assert desk.waits[0][1] == 5


def test_a_phone_knows_its_zones() -> None:
    assert "Europe/London" in zones.zones(UK)
    assert zones.zones(INDIA) == ("Asia/Calcutta",)
    assert len(zones.zones("+79161234567")) > 5
    assert zones.zones(NOWHERE) == ()
    assert zones.zones("nonsense") == ()
