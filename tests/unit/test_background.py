"""Work beside other work: it ends with it, and it never dies unnoticed."""

from __future__ import annotations

import asyncio

import pytest

from bulksend import background
from tests import virtual_clock


async def _for_ever(ticks: list[float]) -> None:
    while True:
        await asyncio.sleep(1)
        ticks.append(asyncio.get_running_loop().time())


async def _fails_after(seconds: float) -> None:
    await asyncio.sleep(seconds)
    raise ValueError("no more")


def test_it_goes_on_as_long_as_the_body_and_leaves_no_task() -> None:
    ticks: list[float] = []

    async def work() -> set[asyncio.Task[object]]:
        async with background.beside(_for_ever(ticks), name="ticking"):
            await asyncio.sleep(3.5)
        return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]

    assert virtual_clock.run(work()) == set()
    assert len(ticks) == 3


def test_a_failure_is_told_at_once_and_raised_at_the_end_of_the_body() -> None:
    heard: list[str] = []

    async def work() -> None:
        async with background.beside(
            _fails_after(1), name="failing", on_failure=lambda failure: heard.append(str(failure))
        ):
            await asyncio.sleep(2)
            assert heard == ["no more"]
            heard.append("the body went on to its end")

    with pytest.raises(ValueError, match="no more"):
        virtual_clock.run(work())
    assert heard == ["no more", "the body went on to its end"]


def test_a_failure_that_nobody_listens_to_is_raised_all_the_same() -> None:
    async def work() -> None:
        async with background.beside(_fails_after(1), name="failing"):
            await asyncio.sleep(2)

    with pytest.raises(ValueError, match="no more"):
        virtual_clock.run(work())


def test_what_the_body_raises_comes_first() -> None:
    async def work() -> None:
        async with background.beside(_fails_after(1), name="failing"):
            await asyncio.sleep(2)
            raise KeyError("the body")

    with pytest.raises(KeyError, match="the body"):
        virtual_clock.run(work())


def test_work_that_ended_by_itself_is_no_failure() -> None:
    async def work() -> str:
        async with background.beside(asyncio.sleep(1), name="short"):
            await asyncio.sleep(2)
        return "whole"

    assert virtual_clock.run(work()) == "whole"
